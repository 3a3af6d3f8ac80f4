"""Whole numbers in digits and words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.amounts import ERRORS, LARGEST, parse_amount
from knowledge.vietnamese import unmark

UNITS = ["", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def in_words(number: int) -> str:
    """Return a number from 1 to 99 as it is read aloud."""
    tens, unit = divmod(number, 10)
    if tens == 0:
        return UNITS[unit]
    last = {0: "", 1: "một" if tens == 1 else "mốt", 5: "lăm"}.get(unit, UNITS[unit])
    return f"{'mười' if tens == 1 else UNITS[tens] + ' mươi'} {last}".strip()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("2", 2),
        ("02", 2),
        ("hai", 2),
        ("ba mô hình", 3),
        ("mười hai", 12),
        ("muoi hai", 12),
        ("hai mươi mốt", 21),
        ("một trăm linh năm", 105),
        ("đăng ký 2 mô hình ạ", 2),
        ("1 (một)", 1),
        ("two", 2),
    ],
)
def test_numbers_are_read(said: str, number: int) -> None:
    assert parse_amount(said) == (number, None)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("", "number_unclear"),
        ("nhiều", "number_unclear"),
        ("😀", "number_unclear"),
        ("2 hoặc 3", "number_unclear"),
        ("2-3", "number_several"),
        ("2, 3", "number_several"),
        ("1,5", "number_not_whole"),
        ("0", "number_too_small"),
        ("-1", "number_too_small"),
        ("1000", "number_too_large"),
        ("2.000", "number_too_large"),
    ],
)
def test_what_is_no_number_gives_its_error(said: str, error: str) -> None:
    assert parse_amount(said) == (None, error)


@settings(deadline=None)
@given(st.integers(1, 99), st.booleans())
def test_every_number_in_words_is_read_back(number: int, marked: bool) -> None:
    said = in_words(number)
    assert parse_amount(said if marked else unmark(said)) == (number, None)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_number_in_range_or_a_known_error(text: str) -> None:
    number, error = parse_amount(text)
    assert (error in ERRORS) if number is None else (1 <= number <= LARGEST and error is None)
