"""Months and quarters: their usual forms, their codes, their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.periods import ERRORS, ends_before, is_period, months_of, parse_period, show
from knowledge.vietnamese import unmark

codes = st.builds(
    lambda year, part: f"{year}-{part}",
    st.integers(2000, 2100),
    st.sampled_from([*(f"{month:02}" for month in range(1, 13)), "Q1", "Q2", "Q3", "Q4"]),
)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("tháng 5", "2023-05"),
        ("tháng 5/2023", "2023-05"),
        ("5/2023", "2023-05"),
        ("05-2023", "2023-05"),
        ("T5", "2023-05"),
        ("t5/2024", "2024-05"),
        ("5/23", "2023-05"),
        ("Tháng 05 năm 2023", "2023-05"),
        ("tháng năm", "2023-05"),
        ("tháng năm năm 2024", "2024-05"),
        ("thang nam nam 2024", "2024-05"),
        ("tháng mười một", "2023-11"),
        ("tháng tư", "2023-04"),
        ("từ đầu tháng 5", "2023-05"),
        ("15/5/2023", "2023-05"),
        ("May 2023", "2023-05"),
        ("in june", "2023-06"),
        ("2023-05", "2023-05"),
        ("quý II/2023", "2023-Q2"),
        ("quy 2", "2023-Q2"),
        ("Q2", "2023-Q2"),
        ("Q2/2024", "2024-Q2"),
        ("quý 2 năm 2023", "2023-Q2"),
        ("quý tư", "2023-Q4"),
        ("2nd quarter 2023", "2023-Q2"),
        ("2023-Q2", "2023-Q2"),
    ],
)
def test_usual_forms_are_read(said: str, code: str) -> None:
    assert parse_period(said, 2023) == (code, None)
    assert parse_period(unmark(said).upper(), 2023) == (code, None)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("", "period_unclear"),
        ("5", "period_unclear"),
        ("2023", "period_unclear"),
        ("25/4", "period_unclear"),
        ("đầu năm sau", "period_unclear"),
        ("tháng 5 năm sau", "period_unclear"),
        ("tháng 5 đến tháng 8", "period_several"),
        ("quý I và quý II", "period_several"),
        ("tháng 13", "period_no_month"),
        ("tháng 0", "period_no_month"),
        ("quý 5", "period_no_quarter"),
        ("quý V", "period_no_quarter"),
        ("tháng 5/1800", "period_no_year"),
    ],
)
def test_what_is_unclear_gives_its_error(said: str, error: str) -> None:
    assert parse_period(said, 2023) == (None, error)


def test_the_year_is_the_plans_where_none_is_said() -> None:
    assert parse_period("tháng 5", 2024) == ("2024-05", None)


@settings(deadline=None)
@given(codes, st.sampled_from(["vi", "en"]), st.booleans())
def test_what_is_shown_is_read_back(code: str, language: str, marked: bool) -> None:
    shown = show(code, language)
    assert parse_period(shown if marked else unmark(shown), 1999) == (code, None)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_code_or_a_known_error(text: str) -> None:
    code, error = parse_period(text, 2023)
    assert (error in ERRORS) if code is None else is_period(code)


@pytest.mark.parametrize(
    ("completion", "start", "before"),
    [
        ("2023-05", "2023-05", False),
        ("2023-04", "2023-05", True),
        ("2023-Q2", "2023-05", False),
        ("2023-Q1", "2023-05", True),
        ("2023-04", "2023-Q2", False),
        ("2023-03", "2023-Q2", True),
        ("2024-01", "2023-Q4", False),
        ("2023-Q4", "2024-01", True),
    ],
)
def test_completion_is_held_against_the_start(completion: str, start: str, before: bool) -> None:
    assert ends_before(completion, start) is before


def test_a_quarter_has_three_months() -> None:
    first, last = months_of("2023-Q2")
    assert last - first == 2
    assert months_of("2023-04")[0] == first


def test_a_code_that_is_none_raises() -> None:
    with pytest.raises(ValueError, match="not a period code"):
        months_of("2023-13")
