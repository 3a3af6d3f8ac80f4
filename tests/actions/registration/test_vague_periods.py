"""What an unclear time may mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.periods import is_period
from actions.registration.vague_periods import MOST_OFFERED, possible_periods
from knowledge.vietnamese import unmark


@pytest.mark.parametrize(
    ("said", "first", "count"),
    [
        ("đầu năm", "2023-01", 3),
        ("đầu năm sau", "2024-01", 3),
        ("giữa năm 2024", "2024-05", 3),
        ("cuối năm nay", "2023-10", 3),
        ("hết năm", "2023-10", 3),
        ("6 tháng đầu năm", "2023-01", 6),
        ("9 tháng đầu năm", "2023-07", 3),
        ("đầu năm học", "2023-08", 3),
        ("cả năm", "2023-Q1", 4),
        ("năm sau", "2024-Q1", 4),
        ("năm 2024", "2024-Q1", 4),
        ("tháng 5 năm sau", "2024-05", 1),
        ("quý I năm tới", "2024-Q1", 1),
        ("2", "2023-02", 2),
        ("11", "2023-11", 1),
        ("25/4", "2023-04", 1),
        ("31/12", "2023-12", 1),
        ("tháng 5 đến tháng 8", "2023-05", 2),
        ("early next year", "2024-01", 3),
        ("late 2023", "2023-10", 3),
    ],
)
def test_it_may_mean_these(said: str, first: str, count: int) -> None:
    found = possible_periods(said, 2023)
    assert (found[0], len(found)) == (first, count)
    assert possible_periods(unmark(said).upper(), 2023) == found


@pytest.mark.parametrize("said", ["", "khi nào tiện", "13", "sớm", "năm", "40/40"])
def test_of_others_there_is_no_idea(said: str) -> None:
    assert possible_periods(said, 2023) == ()


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(2000, 2100))
def test_whatever_is_offered_is_a_period(text: str, year: int) -> None:
    found = possible_periods(text, year)
    assert len(found) <= MOST_OFFERED and len(set(found)) == len(found)
    assert all(is_period(code) for code in found)
