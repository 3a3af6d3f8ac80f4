"""What a question asks for: the kind of thing, the period and subject of a date, and the words that carry meaning."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.facts import patterns
from knowledge.vietnamese import syllables, unmark


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    `kind` is a key of `kinds.yml` or None (a passage). A `strict` kind is answered only by a passage that holds it.
    `act` are the words of what a unit is asked to do, in a question for a unit. `period` and `subject` are
    keys of `facts.yml`, or None where the question names none.
    """

    kind: str | None
    strict: bool
    period: str | None
    subject: str | None
    about_models: bool
    words: tuple[str, ...]
    act: tuple[str, ...] = ()


@cache
def kinds() -> dict[str, Any]:
    """Return `kinds.yml`: the kinds in order, and `words`."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yml").read_text(encoding="utf-8"))
    return loaded


def read_question(text: str) -> Asked:
    """Return what `text`, already rewritten, asks for."""
    plain = unmark(text).lower()
    words = kinds()["words"]
    kind = next((name for name, rule in kinds().items() if name != "words" and _matches(rule, plain)), None)
    return Asked(
        kind=kind,
        strict=bool(kind and kinds()[kind]["strict"]),
        period=_last(patterns()["asked_periods"], plain),
        subject=_last(patterns()["asked_subjects"], plain),
        about_models=bool(re.search(words["models"], plain)),
        words=content_words(text),
        act=tuple(word for act in patterns()["acts"].findall(text.lower()) for word in act.split())
        if kind == "unit"
        else (),
    )


def content_words(text: str) -> tuple[str, ...]:
    """Return the distinct lower-case words of `text` that are no stop words and no single letters, in order."""
    stop = set(kinds()["words"]["stop"])
    meant = (word for word in syllables(text) if word not in stop and (len(word) > 1 or word.isdigit()))
    return tuple(dict.fromkeys(meant))


def is_small_talk(text: str) -> bool:
    """Tell whether `text` is a greeting, thanks or the like, and no question."""
    return bool(re.search(kinds()["words"]["small_talk"], unmark(text).lower()))


def is_of_the_trade(text: str) -> bool:
    """Tell whether `text` names anything these plans are about."""
    return bool(re.search(kinds()["words"]["trade"], unmark(text).lower()))


def is_follow_up(text: str) -> bool:
    """Tell whether `text` leans on the question before it."""
    leaning = re.search(kinds()["words"]["follow_up"], unmark(text).lower())
    return bool(leaning) and len(text.split()) <= 9


def _matches(rule: dict[str, Any], plain: str) -> bool:
    if "unless" in rule and re.search(rule["unless"], plain):
        return False
    return any(re.search(pattern, plain) for pattern in rule["asked_by"])


def _last(rules: dict[str, re.Pattern[str]], plain: str) -> str | None:
    found = [(match.start(), name) for name, rule in rules.items() for match in rule.finditer(plain)]
    return max(found)[1] if found else None
