"""Facts drawn out of passages by patterns, each bound to the stretch of source it was read from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.blocks import Kind
from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import SEPARATOR, Passage, layout

_SENTENCE = re.compile(r"[^.;]*(?:\.(?=\d)[^.;]*)*")


@dataclass(frozen=True)
class Deadline:
    """A date before which something is due, or a duty to report whose date the plan leaves to another paper.

    `words` are the plan's own (`trước ngày 25/11`); `day` and `month` are None where no date is stated. `unit` is the
    heading the passage stands under, where that names who is bound; `footnote` the path of a note it refers to.
    """

    passage: Passage
    words: str
    day: int | None
    month: int | None
    year: int | None
    period: str | None
    subject: str | None
    unit: str | None
    footnote: str | None


@dataclass(frozen=True)
class Duty:
    """A passage that gives a unit something to do; `unit` in the plan's own words."""

    passage: Passage
    unit: str


@dataclass(frozen=True)
class Facts:
    """All facts of one plan; `kinds` tells by path and start which kinds of question a passage can answer."""

    deadlines: tuple[Deadline, ...]
    duties: tuple[Duty, ...]
    kinds: Mapping[tuple[str, int], frozenset[str]]

    def kinds_at(self, path: str, start: int, end: int) -> frozenset[str]:
        """Return the kinds of question that the passage holding `[start, end)` at `path` can answer."""
        begun = [place for at, place in self.kinds if at == path and place <= start < end]
        return self.kinds[path, max(begun)] if begun else frozenset()

    def unit_at(self, path: str) -> str | None:
        """Return the unit that the passage at `path` charges, or None."""
        return next((duty.unit for duty in self.duties if duty.passage.path == path), None)


@cache
def patterns() -> dict[str, Any]:
    """Return `facts.yml`, its patterns compiled."""
    loaded = yaml.safe_load(Path(__file__).with_name("facts.yml").read_text(encoding="utf-8"))
    return {name: _compiled(value) for name, value in loaded.items()}


def draw_facts(plan: Plan) -> Facts:
    """Return the facts of `plan`, in reading order."""
    deadlines: list[Deadline] = []
    duties: list[Duty] = []
    kinds: dict[tuple[str, int], frozenset[str]] = {}
    headings = _unit_headings(plan)
    for passage in plan.passages:
        unit = _unit(passage, headings)
        found = list(_deadlines(plan, passage, unit))
        deadlines.extend(found)
        if unit is not None:
            duties.append(Duty(passage, unit))
        kinds[passage.path, passage.start] = frozenset(_kinds(plan, passage, unit, found))
    return Facts(tuple(deadlines), tuple(duties), kinds)


def _kinds(plan: Plan, passage: Passage, unit: str | None, deadlines: list[Deadline]) -> Iterator[str]:
    labels = _labels()
    if passage.path == labels["signer"]:
        yield "signer"
    if passage.path.split(SEPARATOR)[0] == labels["recipients"]:
        yield "recipients"
    if any(deadline.day for deadline in deadlines):
        yield "deadline"
    if unit is not None:
        yield "unit"
    if patterns()["amount"].search(passage.text):
        yield "amount"


def _deadlines(plan: Plan, passage: Passage, unit: str | None) -> Iterator[Deadline]:
    rules = patterns()
    for match in rules["date"].finditer(passage.text):
        sentence, offset = _sentence_around(passage.text, match.start())
        year = match["year"]
        yield Deadline(
            passage,
            match["words"],
            int(match["day"]),
            int(match["month"]),
            int(year) if year else None,
            _nearest_before(rules["periods"], sentence, offset),
            _nearest(rules["subjects"], sentence, offset),
            unit,
            None,
        )
    if not rules["date"].search(passage.text):
        for match in rules["no_date"].finditer(passage.text):
            period = next((name for name, rule in rules["periods"].items() if rule.search(match["words"])), None)
            if rules["periods"]["year"].search(match["words"]):
                period = "year"
            note = _footnote(plan, passage)
            yield Deadline(passage, match["words"], None, None, None, period, "report", unit, note)


def _unit_headings(plan: Plan) -> dict[str, str]:
    """Return by path the headings that name who is charged with what stands under them."""
    starts = patterns()["unit_name"]
    named = {}
    for clause in plan.root.walk():
        if clause.is_heading and clause.kind in (Kind.ARABIC, Kind.DECIMAL, Kind.LETTER) and clause.children:
            words = re.sub(r"^\S+\s+", "", fold(plan.text[slice(*clause.spans[0])])).rstrip(": ")
            if starts.match(words):
                named[clause.path] = words
    return named


def _unit(passage: Passage, headings: Mapping[str, str]) -> str | None:
    rules = patterns()
    assigned = rules["assigned"].search(passage.text)
    if assigned:
        return str(assigned["unit"])
    named = rules["named_before_colon"].match(passage.text)
    if named and rules["unit_name"].match(named["unit"]):
        return str(named["unit"])
    parent = passage.path.rsplit(SEPARATOR, 1)[0]
    return headings.get(parent) if parent != passage.path else None


def _footnote(plan: Plan, passage: Passage) -> str | None:
    mark = re.search(r"<sup>\s*(\d+)\s*</sup>", plan.text[passage.start : passage.end + 20].split("\n")[0])
    path = f"{_labels()['footnote']} {mark.group(1)}" if mark else ""
    return path if mark and plan.clause(path) else None


def _sentence_around(text: str, place: int) -> tuple[str, int]:
    for match in _SENTENCE.finditer(text):
        if match.start() <= place < match.end():
            return match.group(), place - match.start()
    return text, place


def _nearest_before(rules: Mapping[str, re.Pattern[str]], text: str, place: int) -> str | None:
    ends = [(match.end(), name) for name, rule in rules.items() for match in rule.finditer(text[:place])]
    return max(ends)[1] if ends else None


def _nearest(rules: Mapping[str, re.Pattern[str]], text: str, place: int) -> str | None:
    found = [(abs(match.start() - place), name) for name, rule in rules.items() for match in rule.finditer(text)]
    return min(found)[1] if found else None


def _labels() -> dict[str, str]:
    labels: dict[str, str] = layout()["labels"]
    return labels


def _compiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: re.compile(pattern) for name, pattern in value.items()}
    return re.compile(value)
