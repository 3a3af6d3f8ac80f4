import re
from pathlib import Path
from string import Formatter

import pytest

import bot.reminders.desk
from bot.reminders.reading import read_request
from bot.reminders.wording import say, say_days, sentences
from bot.wording import LANGUAGES
from tests.bot.reminders.reminding_office import PLANS

FOLDER = Path(bot.reminders.desk.__file__).parent


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps() -> None:
    for key, texts in sentences().items():
        assert set(texts) == set(LANGUAGES), key
        gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts.values()]
        assert gaps[0] == gaps[1], key


def test_every_sentence_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    named = set(re.findall(r'"([a-z_]+)"', code))
    used = named | {f"button_{name}{more}" for name in named for more in ("", "_words")}
    assert not set(sentences()) - used


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("button", "kind"),
    [("all", "set"), ("plan", "set"), ("stop", "stop"), ("calendar", "calendar")],
)
def test_a_button_says_what_is_understood(language: str, button: str, kind: str) -> None:
    request = read_request(say(f"button_{button}_words", language, id="caobang-2023"), PLANS)
    assert request is not None and request.kind == kind
    assert request.plan_ids == (("caobang-2023",) if button == "plan" else ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_are_told_to_be_typed_are_understood(language: str) -> None:
    told = {quoted for texts in sentences().values() for quoted in re.findall("“([^”{]+)”", texts[language])}
    continues = {"tiếp tục đăng ký", "continue my registration"}
    assert len(told) >= 6
    assert not [each for each in told - continues if read_request(each, PLANS) is None]


def test_days_are_said_as_people_say_them() -> None:
    assert say_days((7, 3, 1), "vi") == "7 ngày, 3 ngày và 1 ngày"
    assert say_days((1,), "en") == "1 day"
