"""What a person asks of the reminders: to set, show or end them, or a calendar file. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from bot.reminders.schedule import MOST_DAYS, MOST_TIMES
from knowledge.corpus import Plan, find_plans
from knowledge.vietnamese import normalise, plain

Kind = Literal["set", "show", "stop", "calendar", "drafts_on", "drafts_off", "ask_days"]
KINDS = get_args(Kind)


@dataclass(frozen=True)
class Request:
    """What is asked; `ask_days`: to set one, for days that cannot be.

    `plan_ids` are the plans named, `everything` tells that all plans are. `days` before the deadline fall; none
    where none are said.
    """

    kind: Kind
    plan_ids: tuple[str, ...] = ()
    everything: bool = False
    days: tuple[int, ...] = ()


@cache
def words() -> dict[str, Any]:
    """Return `words.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return loaded


def read_request(text: str, plans: Mapping[str, Plan]) -> Request | None:
    """Return what `text` asks of the reminders, or None where it is about anything else."""
    if len(text.split()) > words()["most_words"]:
        return None
    said = _said(text)
    kind = next((kind for kind, pattern in _asks() if pattern.fullmatch(said)), None)
    if kind is None or (kind == "set" and re.search(words()["question"], said)):
        return None
    days = _days(said)
    if kind == "show" and days:
        kind = "set"
    if kind == "set" and (len(days) > MOST_TIMES or any(not 1 <= each <= MOST_DAYS for each in days)):
        kind = "ask_days"
    named = tuple(find_plans(text, plans))
    everything = not named and re.search(words()["everything"], said) is not None
    if kind == "set" and not (named or everything or days):
        kind = "show"
    return Request(kind, named, everything, days)


def _said(text: str) -> str:
    """Return the words of `text` without marks; a look-alike with other marks is no word of ours."""
    composed = unicodedata.normalize("NFC", normalise(text).lower())
    alike = words()["look_alike"]
    ours = " ".join("-" if _is_another(word, alike) else word for word in composed.split())
    return plain(ours).strip(" .,;:!…")


def _is_another(word: str, alike: Mapping[str, Any]) -> bool:
    bare = word.strip(".,;:!?…“”\"'()")
    return plain(bare) == alike["word"] and bare not in alike["written"]


@cache
def _asks() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    polite = words()["polite"]
    return tuple((kind, re.compile(polite + pattern)) for kind, each in words()["asks"].items() for pattern in each)


def _days(said: str) -> tuple[int, ...]:
    """Return the numbers of days said, falling: "7 ngày, 1 ngày", "7 và 1 ngày", "một tuần"."""
    units, numbers = words()["units"], words()["numbers"]
    number = rf"(?:\d+|{'|'.join(numbers)})"
    counted = rf"(?<![\w/-])({number}(?:(?: ?(?:,|;|&|va|and) ?| ){number})*) ({'|'.join(units)})\b(?!/)"
    found = {
        (int(each) if each.isdigit() else numbers[each]) * units[unit]
        for group, unit in re.findall(counted, re.sub(words()["not_days"], " ", said))
        for each in re.findall(number, group)
    }
    return tuple(sorted(found, reverse=True))
