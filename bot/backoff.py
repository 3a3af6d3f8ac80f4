"""How long to wait before something that failed is tried again."""

FIRST = 1.0
LONGEST = 20.0
"""Seconds: after an outage nobody waits longer than this for the answer."""


def pause(failures: int, chance: float) -> float:
    """Return the seconds to wait after so many failures in a row (from 1).

    The wait doubles from `FIRST` to `LONGEST`; `chance` in [0, 1) takes up to half of it away, so that not
    everybody comes back at the same moment.
    """
    whole = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 30))
    return whole * (1 - chance / 2)
