import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import TEXT_LIMIT, has_words, is_issued, pressed, typed
from tests.bot.fake_rasa import message

CHOICE = '/choose_plan{"plan_id": "honglinh-2023"}'


def test_a_person_is_the_channel_and_the_messengers_id() -> None:
    assert message("xin chào", user="42", channel="telegram").person == "telegram:42"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/restart", "restart"),
        (' // /register{"a": 1}', 'register{"a": 1}'),
        ("\u200b/restart", "restart"),
        ("\u00a0/\u3000/restart", "restart"),
        ("\ufeff\x00/\x07/restart", "restart"),
        ("ngày 25/4/2023", "ngày 25/4/2023"),
        ("dòng một\r\ndòng hai\rdòng ba", "dòng một\ndòng hai\ndòng ba"),
        ("a\tb", "a b"),
        ("ky\u0300", "kỳ"),
        ("\ud800 lạc", "lạc"),
        ("\x00\x1b\x7f", ""),
        ("/", ""),
    ],
)
def test_typed_text_is_cleaned(text: str, kept: str) -> None:
    assert typed(text) == kept


@given(st.text())
def test_typed_text_is_never_a_command_and_always_json(text: str) -> None:
    kept = typed(text)
    assert not kept.strip().startswith("/")
    assert unicodedata.is_normalized("NFC", kept)
    assert json.dumps(kept, ensure_ascii=False).encode("utf-8")
    assert typed(kept) == kept


@pytest.mark.parametrize("size", [1_001, 5_000, TEXT_LIMIT, 50_000])
def test_long_text_is_cut_only_at_the_hard_limit(size: int) -> None:
    assert len(typed("ạ" * size)) == min(size, TEXT_LIMIT)


def test_decomposed_text_is_counted_composed() -> None:
    assert typed("e\u0301" * TEXT_LIMIT) == "é" * TEXT_LIMIT


@pytest.mark.parametrize("payload", [CHOICE, '/choose_plan{"plan_id":"backan-vp-2024"}'])
def test_issued_payloads_pass_as_they_are(payload: str) -> None:
    assert is_issued(payload)
    assert pressed(payload) == payload


@pytest.mark.parametrize(
    "payload",
    [
        "/restart",
        " /restart",
        "/choose_plan",
        '/choose_plan{"plan_id": "x", "model_name": "y"}',
        '/choose_plan{"plan_id": "../etc"}',
        CHOICE + "\n",
        CHOICE + "/restart",
    ],
)
def test_other_payloads_are_refused(payload: str) -> None:
    assert not is_issued(payload)
    assert pressed(payload) is None


def test_a_button_may_stand_for_words() -> None:
    assert pressed("Đúng, gửi đăng ký") == "Đúng, gửi đăng ký"


@pytest.mark.parametrize(
    ("text", "words"),
    [("👍", False), ("👍🏽 ❤️ …", False), ("", False), ("?!", False), ("2", True), ("ừ 👍", True)],
)
def test_has_words(text: str, words: bool) -> None:
    assert has_words(text) is words
