import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.rendering import Limits, length, passage_link, render, singly, split_text, utf16_length
from bot.messages import Attachment, Button, Citation, Part, Reply
from bot.wording import say

TWO = (Button("Đúng", "đúng"), Button("Sửa", "sửa"))


@given(st.text(alphabet="aạ .\n,e\u0301\u0323”!", max_size=300), st.integers(5, 60))
def test_pieces_fit_and_lose_only_white_space(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    composed = unicodedata.normalize("NFC", text)
    assert all(piece and length(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(composed.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Câu một. Câu hai.", ["Câu một.", "Câu hai."]),
        ("Là “câu một.” Câu số 2", ["Là “câu", "một.”", "Câu số 2"]),
        ("Một\n\nhai ba bốn", ["Một", "hai ba bốn"]),
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
        ("ngắn", ["ngắn"]),
        ("", []),
    ],
)
def test_cuts_are_made_where_a_reader_pauses(text: str, pieces: list[str]) -> None:
    assert split_text(text, 12) == pieces


def test_length_counts_composed_characters() -> None:
    assert length(unicodedata.normalize("NFD", "ệ")) == 1


def test_buttons_stand_on_the_last_part() -> None:
    parts = render(Reply("Câu một. Câu hai.", TWO), Limits(12, 2, 20))
    assert [(part.text, part.buttons) for part in parts] == [("Câu một.", ()), ("Câu hai.", TWO)]


@pytest.mark.parametrize("limits", [Limits(500, 0, 0), Limits(500, 1, 20), Limits(500, 3, 3)])
def test_too_many_or_too_long_buttons_become_a_list(limits: Limits) -> None:
    (part,) = render(Reply("Đúng chưa?", TWO), limits)
    assert part.text == f"Đúng chưa?\n\n{say('choose_by_number')}\n1. Đúng\n2. Sửa"
    assert part.options == (("1", "đúng"), ("2", "sửa"))


@pytest.mark.parametrize("slot", ["quantity", "start_period", "completion_period"])
def test_letters_where_a_number_is_the_answer(slot: str) -> None:
    (part,) = render(Reply("Mấy?", TWO, custom={"kind": "form", "slot": slot}), Limits(500, 0, 0), "en")
    assert part.text == f"Mấy?\n\n{say('choose_by_letter', 'en')}\na. Đúng\nb. Sửa"
    assert part.options == (("a", "đúng"), ("b", "sửa"))


def test_a_list_that_the_text_already_holds_is_not_repeated() -> None:
    (part,) = render(Reply("Đúng chưa?\n1. Đúng\n2. Sửa", TWO), Limits(500, 0, 0))
    assert part.text == "Đúng chưa?\n1. Đúng\n2. Sửa"
    assert part.options == (("1", "đúng"), ("2", "sửa"))
    (part,) = render(Reply("Đúng chưa?\n1. Đúng", TWO), Limits(500, 0, 0))
    assert part.text == f"Đúng chưa?\n1. Đúng\n\n{say('choose_by_number')}\n2. Sửa"


def test_what_belongs_to_the_reply_comes_with_its_last_part() -> None:
    citation = Citation("honglinh-2023", "IV › 4", "trước ngày 25/11", 5, 21)
    custom = {"kind": "answer"}
    parts = render(Reply("Câu một. Câu hai.", citations=(citation,), custom=custom), Limits(12, 2, 20))
    assert [(part.citations, part.custom) for part in parts] == [((), None), ((citation,), custom)]


def test_a_passage_has_an_address() -> None:
    citation = Citation("honglinh-2023", "IV › 4", "x", 5, 21)
    assert passage_link(citation) == "/plans/honglinh-2023?start=5&end=21&quote=b1ba07e5#passage"


@given(st.text(alphabet="aạ .\n😀", max_size=300), st.integers(5, 60))
def test_pieces_fit_by_any_measure(text: str, limit: int) -> None:
    pieces = split_text(text, limit, utf16_length)
    assert all(piece and utf16_length(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_symbol_counts_two_for_telegram_and_a_letter_one() -> None:
    assert (utf16_length("ệ"), utf16_length("😀"), length("😀")) == (1, 2, 1)


def cited(plan: str, start: int) -> Citation:
    return Citation(plan, "I", "x", start, start + 1)


@pytest.mark.parametrize(
    ("citations", "links"),
    [
        ((), 0),
        ((cited("a", 1),), 1),
        ((cited("a", 1), cited("a", 1)), 1),
        ((cited("a", 1), cited("a", 2), cited("a", 3)), 2),
        ((cited("a", 1), cited("b", 1)), 0),
    ],
)
def test_few_links_lead_to_the_passages_of_one_plan(citations: tuple[Citation, ...], links: int) -> None:
    (part,) = render(Reply("Sở.", citations=citations), Limits(900, 0, 0), public_address="https://dv.vn/")
    assert part.text.count("https://dv.vn/plans/") == links
    assert render(Reply("Sở.", citations=citations), Limits(900, 0, 0))[0].text == "Sở."


def test_a_messenger_gets_texts_and_files_one_by_one_and_no_envelopes() -> None:
    files = (Attachment("a.docx", "1"), Attachment("b.docx", "2"))
    parts = [Part("Đã lưu.", TWO, attachments=files), Part("", custom={"kind": "form"})]
    assert singly(parts) == [
        Part("Đã lưu.", TWO),
        Part("", attachments=files[:1]),
        Part("", attachments=files[1:]),
    ]
