import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.offsets import spans_in
from knowledge.vietnamese import normalise


@given(st.text(max_size=40))
def test_every_character_has_a_place_in_the_text_as_written(text: str) -> None:
    spans = spans_in(text)
    assert len(spans) == len(normalise(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("  Hu\u0309y   đa\u0306ng\u200b ky\u0301 \n tháng 5 ", "đăng ký"),
        ("🙂\u202e gửi   tha\u0301ng 5", "tháng 5"),
        ("hoà bình", "hòa"),
    ],
)
def test_a_name_found_in_the_normalised_text_is_found_in_the_text_as_written(written: str, name: str) -> None:
    start = normalise(written).index(name)
    spans = spans_in(written)
    typed = written[spans[start][0] : spans[start + len(name) - 1][1]]
    assert normalise(typed) == name and typed in written


def test_marks_that_stand_on_nothing_do_no_harm() -> None:
    for text in ("\u0301", "\u0301\u0301 a", "z\u0336\u0335\u0334a", unicodedata.normalize("NFD", "ộ") * 3):
        assert len(spans_in(text)) == len(normalise(text))
