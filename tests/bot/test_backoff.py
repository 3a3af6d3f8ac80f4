import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import FIRST, LONGEST, pause


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (6, 20.0), (10_000, 20.0)])
def test_the_wait_doubles_up_to_the_longest(failures: int, seconds: float) -> None:
    assert pause(failures, 0.0) == seconds


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_the_wait_is_never_nothing_and_never_too_long(failures: int, chance: float) -> None:
    assert FIRST / 2 <= pause(failures, chance) <= LONGEST
