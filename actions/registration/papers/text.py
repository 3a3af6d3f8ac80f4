"""Text on its way into a file: composed, on one line, without what no office program can show."""

import unicodedata

# Controls, invisible marks (direction, zero width, joiners), lone halves of a character.
_DROPPED = ("Cc", "Cf", "Cs")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, the wide forms of Asian keyboards included."""

_NO_CHARACTERS = ("\ufffe", "\uffff")  # not allowed in XML


def tidy(text: object) -> str:
    r"""Return `text` in NFC on one line; whatever XML forbids or nobody sees is left out.

    Direction marks go too: a single one could turn the rest of a line round.

    >>> tidy("Chi bo\u0323\u0302\n\u202eA\x00")
    'Chi bộ A'
    """
    spaced = (" " if character.isspace() else character for character in str(text))
    kept = (c for c in spaced if unicodedata.category(c) not in _DROPPED and c not in _NO_CHARACTERS)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def opening(text: str) -> str:
    """Return `text` with a capital first letter."""
    return text[:1].upper() + text[1:]
