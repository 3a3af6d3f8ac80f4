"""Text on its way into a file."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.registration.papers.text import opening, tidy


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  Chi bộ\n Văn\t phòng ", "Chi bộ Văn phòng"),
        ("Chi bo\u0323\u0302", "Chi bộ"),
        ("bo\u0323\u200d\u0302", "bộ"),
        ("\u202eA\u200f\x00\ufffe\ud800", "A"),
        ("<b> & \"“”'", "<b> & \"“”'"),
        ("", ""),
        (3, "3"),
    ],
)
def test_text_is_composed_and_on_one_line(text: object, shown: str) -> None:
    assert tidy(text) == shown


@given(st.text(st.characters()))
def test_tidy_text_is_clean_and_stays_so(text: str) -> None:
    found = tidy(text)
    assert tidy(found) == found
    assert not [c for c in found if unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    found.encode("utf-8")


def test_only_the_first_letter_becomes_a_capital() -> None:
    assert (opening("tháng 5"), opening("đi A"), opening("")) == ("Tháng 5", "Đi A", "")
