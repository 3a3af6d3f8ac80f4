"""Every sentence is there in both languages, is used, and is short enough to read."""

import ast
import string
from pathlib import Path

import pytest

from actions.registration import journey, values
from actions.registration.commands import commands_in
from actions.registration.requests import request_in
from actions.registration.wording import button, error, say, wording

ROOM = Path(journey.__file__).parent
SECTIONS = ("lines", "errors", "buttons")
SAID_BY_THE_DESK = {"submit", "question", "mine"}  # events that are no sentences of their own
SAID_IN_OTHER_WORDS = {"ask", "noted", "wrong", "why", "review", "consent"}
JOURNEY = ("journey.py", "steps.py", "steering.py", "cautions.py")


def constants() -> set[str]:
    """Return every text constant of the room's modules."""
    found: set[str] = set()
    files = [path for path in ROOM.glob("*.py") if path.name != "wording.py"]
    assert len(files) > 10
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


@pytest.mark.parametrize("section", SECTIONS)
def test_every_entry_is_said_in_both_languages_with_the_same_values(section: str) -> None:
    assert len(wording()[section]) > 10
    for key, entry in wording()[section].items():
        assert set(entry) == {"vi", "en"}, key
        texts = {code: str(entry[code]) for code in ("vi", "en")}
        assert all(text.strip() for text in texts.values()), key
        names = {
            code: {name for _, name, _, _ in string.Formatter().parse(text) if name} for code, text in texts.items()
        }
        if section != "buttons":
            assert names["vi"] == names["en"], key


def test_every_event_and_error_has_its_sentence() -> None:
    for key in set(journey.EVENTS) - SAID_BY_THE_DESK - SAID_IN_OTHER_WORDS:
        assert key in wording()["lines"], key
    assert set(values.ERRORS) == set(wording()["errors"])


def test_every_event_that_the_journey_makes_is_on_its_list() -> None:
    made: set[str] = set()
    for name in JOURNEY:
        for node in ast.walk(ast.parse((ROOM / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Event", "_about"):
                texts = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                made |= {text.value for text in texts if isinstance(text.value, str)}
    assert made == set(journey.EVENTS)


def test_no_sentence_is_unused() -> None:
    used = constants()
    statuses = {"status_submitted", "status_returned", "status_accepted", "status_withdrawn"}
    for section in SECTIONS:
        for key in wording()[section]:
            assert key in used or key in statuses, key


def test_every_key_asked_for_exists() -> None:
    asked = 0
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            section = {"say": "lines", "_say": "lines", "button": "buttons", "_buttons": "buttons"}.get(name)
            for argument in node.args if section else ():
                if isinstance(argument, ast.Constant):
                    asked += 1
                    assert argument.value in wording()[section or ""], (path.name, argument.value)
    assert asked > 30


def test_what_a_button_sends_is_understood() -> None:
    without_command = {"register_under"}
    for key in set(wording()["buttons"]) - without_command:
        for language in ("vi", "en"):
            text = button(key, language, reference="DVK-2023-0001").text
            assert commands_in(text) or request_in(text), (key, language)


@pytest.mark.parametrize("section", ["lines", "errors"])
def test_no_sentence_is_a_wall_of_text(section: str) -> None:
    for key, entry in wording()[section].items():
        for code in ("vi", "en"):
            paragraphs = str(entry[code]).splitlines()
            assert max(len(paragraph) for paragraph in paragraphs) <= 180, (key, code)


def test_values_are_put_in_and_never_read_as_wording() -> None:
    assert "{plan}" in say("no_such_field", "vi", said="{plan}", total=10)
    assert "<b>" in error("text_no_letters", "vi", label="<b>", example="{x}")


def test_a_missing_sentence_raises() -> None:
    with pytest.raises(KeyError):
        say("nothing_of_the_kind", "vi")
