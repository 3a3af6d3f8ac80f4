import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.vietnamese import is_english, is_marked, normalise, syllables, unmark


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hoà  thuỷ\u200b", "hòa thủy"),
        ("quý", "quý"),
        ("HUỶ", "HỦY"),
        ("khoẻ khoắn ngoằn", "khỏe khoắn ngoằn"),
        ("chuyện thuyền toàn", "chuyện thuyền toàn"),
        (unicodedata.normalize("NFD", "Đơn vị nào?"), "Đơn vị nào?"),
        ("a\u202eb\x07c", "abc"),
        ("", ""),
    ],
)
def test_normalise(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


@given(st.text(max_size=60))
def test_normalise_is_stable_and_composed(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_stacks_of_marks_are_cut() -> None:
    assert len(normalise("a" + "\u0301" * 50)) <= 2


@given(st.text(max_size=60))
def test_unmark_keeps_the_length_of_the_composed_text(text: str) -> None:
    assert len(unmark(text)) == len(unicodedata.normalize("NFC", text))


def test_unmark() -> None:
    assert unmark("Đăng ký mô hình") == "Dang ky mo hinh"
    assert is_marked("mô") and not is_marked("mo hinh")


def test_syllables_give_symbols_and_their_parts() -> None:
    assert syllables("Số 01-KL/TW") == ["số", "01-kl/tw", "01", "kl", "tw"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "which unit tracks the models?",
            "What is the deadline?",
            "register a model",
            "I agree",
            "WHO TRACKS THE PLAN",
        ),
        *("What's our duty once findings come back to us?", "Which initiatives get scaled up?", "no I don't agree"),
        *("Is Vũ Đức Chính the deputy chief?", "What targets does Scheme No. 06-ĐA/TU set?", "Who sees “Nơi nhận”?"),
    ],
)
def test_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        *("don vi nao theo doi cac mo hinh", "hạn báo cáo năm", "ai ky", "", "12/2023"),
        *("Lắp camera an ninh", "/ask_plan", "mo hifnh dan vaajn khesos is", "Yên Bái marketing online"),
    ],
)
def test_not_english(text: str) -> None:
    assert not is_english(text)


@pytest.mark.parametrize(
    "text",
    ["doan the", "tap the", "To dan pho 5", "cam on", "Can bo", "the con nam 2023?", "De an UBND to chuc", "ok cam on"],
)
def test_english_words_that_are_vietnamese_without_marks(text: str) -> None:
    assert not is_english(text)
