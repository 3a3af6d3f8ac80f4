"""Reading and showing the value of a field: one small reader for each kind, errors as keys."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from actions.registration.amounts import ERRORS as NUMBER_ERRORS
from actions.registration.amounts import LARGEST, parse_amount
from actions.registration.commands import contains, plain, question_grade, same
from actions.registration.form import Field, Option
from actions.registration.periods import ERRORS as PERIOD_ERRORS
from actions.registration.periods import ends_before, is_period, parse_period
from actions.registration.periods import show as show_period
from knowledge.vietnamese import normalise

Value = str | int
Read = tuple[Value | None, str | None]

ERRORS = ("text_empty", "text_no_letters", "text_too_long", "choice_unclear", "period_before_start", "period_vague",
          *NUMBER_ERRORS, *PERIOD_ERRORS)  # fmt: skip

_SHORT = 12  # syllables
_NUMBERED = re.compile(r"(?:chon |so |muc |option |phuong an |number )*(\d{1,2})[.)]?")


def read_value(field: Field, message: str, answers: Mapping[str, Value], year: int) -> Read:
    """Return `(value, None)` if `message` answers `field`, else `(None, error key)`.

    `answers` are those given so far (a period is held against the one it may not precede), `year` is the
    plan's.
    """
    value, error = _READERS[field.kind](field, message, year)
    if value is not None and not fits(field, value, answers):
        return None, "period_before_start"
    return value, error


def fits(field: Field, value: object, answers: Mapping[str, Value]) -> bool:
    """Tell whether a stored value still answers `field`: forms change, and so do other answers."""
    match field.kind:
        case "text":
            return isinstance(value, str) and 0 < len(value) <= field.max_length
        case "choice":
            return any(option.code == value for option in field.options)
        case "number":
            return isinstance(value, int) and 1 <= value <= LARGEST
    start = answers.get(field.not_before) if field.not_before else None
    if not isinstance(value, str) or not is_period(value):
        return False
    return not (isinstance(start, str) and is_period(start) and ends_before(value, start))


def show_value(field: Field, value: Value, language: str) -> str:
    """Return a value in words for a person."""
    match field.kind:
        case "choice":
            return next((o.label[language] for o in field.options if o.code == value), str(value))
        case "period":
            return show_period(str(value), language)
    return str(value)


def _read_text(field: Field, message: str, year: int) -> Read:
    text = one_line(message)
    if not text:
        return None, "text_empty"
    if not any(character.isalpha() for character in text):
        return None, "text_no_letters"
    return (text, None) if len(text) <= field.max_length else (None, "text_too_long")


def one_line(text: str) -> str:
    """Return `text` as typed but composed, on one line, without control and invisible characters."""
    seen = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs")).split())


def _read_choice(field: Field, message: str, year: int) -> Read:
    if not normalise(message):
        return None, "text_empty"
    for option in field.options:
        if any(same(message, way) for way in ways_of(option)):
            return option.code, None
    if match := _NUMBERED.fullmatch(plain(message)):
        number = int(match.group(1))
        return (field.options[number - 1].code, None) if 1 <= number <= len(field.options) else (None, "choice_unclear")
    mentioned = _mentioned(field, message)
    return (mentioned, None) if mentioned else (None, "choice_unclear")


def _mentioned(field: Field, message: str) -> str | None:
    """Return the one option that a short message mentions ("thuộc lĩnh vực kinh tế ạ"), or None."""
    if len(plain(message).split()) > _SHORT or question_grade(message) != "no":
        return None
    if any(contains(message, word) for word in ("không", "not")):
        return None
    found = {option.code for option in field.options if any(contains(message, way) for way in ways_of(option))}
    return found.pop() if len(found) == 1 else None


def ways_of(option: Option) -> tuple[str, ...]:
    """Return every way to say an option."""
    return (option.code, *option.label.values(), *option.spoken)


def _read_number(field: Field, message: str, year: int) -> Read:
    return parse_amount(message.rstrip(" ?"))


def _read_period(field: Field, message: str, year: int) -> Read:
    return parse_period(message, year)


_READERS: Mapping[str, Callable[[Field, str, int], Read]] = {
    "text": _read_text,
    "choice": _read_choice,
    "number": _read_number,
    "period": _read_period,
}
