"""What a question asks for: the kind of thing, the period and subject of a date, and the words that carry meaning."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.facts import patterns
from knowledge.vietnamese import plain, syllables

_LOOK_ALIKE = re.compile(r"(?i)(?<!\w)m[áàâ]y(?!\w)")
"""Words that without their marks read like one for "how many"."""

_LISTS = ("asked_periods", "asked_subjects", "counted", "words")


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    `kind` is a key of `kinds.yml` or None (a passage). A `strict` kind is answered only by a passage that holds it.
    `act` are the words of what a unit is asked to do, in a question for a unit; `counted` the thing, without marks,
    whose number is asked for. `period` and `subject` are
    keys of `kinds.yml`, or None where the question names none.
    """

    kind: str | None
    strict: bool
    period: str | None
    subject: str | None
    about_models: bool
    words: tuple[str, ...]
    act: tuple[str, ...] = ()
    counted: str = ""


@cache
def kinds() -> dict[str, Any]:
    """Return `kinds.yml`: the kinds in order, and the word lists."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yml").read_text(encoding="utf-8"))
    return loaded


def read_question(text: str) -> Asked:
    """Return what `text`, already rewritten, asks for."""
    low = plain(_LOOK_ALIKE.sub("", text))
    kind = next((name for name, asked, unless in _ways_to_ask() if _matches(asked, unless, low)), None)
    return Asked(
        kind=kind,
        strict=bool(kind and kinds()[kind]["strict"]),
        period=_last(kinds()["asked_periods"], low),
        subject=_last(kinds()["asked_subjects"], low),
        about_models=bool(re.search(kinds()["words"]["models"], low)),
        words=content_words(text),
        act=tuple(word for act in patterns()["acts"].findall(text.lower()) for word in act.split())
        if kind == "unit"
        else (),
        counted=_counted(low) if kind == "amount" else "",
    )


def holds(kind: str | None, text: str, counted: str = "") -> bool | None:
    """Tell whether a passage's reading text is of `kind`; None where that is for the plan's Facts to tell.

    Args:
        kind: a key of `kinds.yml`, or None.
        text: the passage.
        counted: `Asked.counted`: the passage must then give a number of that.
    """
    if counted:
        return bool(re.search(rf"\d (?:\w+ )?{counted}\b", plain(text)))
    rule = kinds().get(kind or "", {})
    if "held_by" not in rule:
        return None
    return any(re.search(pattern, text) for pattern in rule["held_by"])


def content_words(text: str) -> tuple[str, ...]:
    """Return the distinct lower-case words of `text` that are no stop words and no single letters, in order."""
    stop = set(kinds()["words"]["stop"])
    meant = (word for word in syllables(text) if word not in stop and (len(word) > 1 or word.isdigit()))
    return tuple(dict.fromkeys(meant))


def is_small_talk(text: str) -> bool:
    """Tell whether `text` is a greeting, thanks or the like, and no question."""
    return _says("small_talk", text)


def is_of_the_trade(text: str) -> bool:
    """Tell whether `text` names anything these plans are about."""
    return _says("trade", text)


def is_off_topic(text: str) -> bool:
    """Tell whether `text` surely asks for something outside any plan: the weather, a speech to be written."""
    return _says("request", text) or (_says("off_topic", text) and not is_of_the_trade(text))


def _says(words: str, text: str) -> bool:
    return bool(re.search(kinds()["words"][words], plain(text)))


@cache
def _ways_to_ask() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]:
    """Return for each kind, in order, how it is asked for, and what must not stand in such a question."""
    rules = {name: rule for name, rule in kinds().items() if name not in _LISTS and rule["asked_by"]}
    return tuple(
        (name, re.compile("|".join(rule["asked_by"])), re.compile(rule["unless"]) if "unless" in rule else None)
        for name, rule in rules.items()
    )


def _matches(asked: re.Pattern[str], unless: re.Pattern[str] | None, low: str) -> bool:
    return asked.search(low) is not None and (unless is None or not unless.search(low))


def _counted(low: str) -> str:
    match = re.search(kinds()["counted"], low)
    return match["what"] if match else ""


def _last(rules: dict[str, str], low: str) -> str | None:
    found = [(match.start(), name) for name, rule in rules.items() for match in re.finditer(rule, low)]
    return max(found)[1] if found else None
