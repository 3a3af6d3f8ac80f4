"""What a message names: plans, places, years, fields, types of unit, periods, numbers. No Rasa.

Names come from where they are kept already: the plans' descriptions, the registration form, the places of Vietnam.
Periods and numbers are read by the parsers that also read the answers of a registration.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.registration.amounts import number_from_words
from actions.registration.form import default_fields
from actions.registration.periods import parse_period
from actions.registration.values import ways_of
from bot.nlu.offsets import spans_in
from knowledge.corpus import PLANS_FOLDER
from knowledge.territories import provinces, territories
from knowledge.vietnamese import is_marked, normalise, plain

WORDS_FILE = Path(__file__).with_name("entities.yml")
KINDS = ("plan", "place", "year", "field", "unit_type", "period", "number")
_LONGEST_PERIOD = 5  # words
_EDGES = ".,;:!?()\"'“”"


@dataclass(frozen=True)
class Entity:
    """One name in a message: `value` is its code, and `start` and `end` where it stands in the text as written.

    The value of a plan is its id, or its place where several are of one place; of a period its code, without the
    year where the message names none (`05`, `Q2`); of a number its digits.
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Found:
    kind: str
    value: str
    start: int
    end: int


def find_entities(text: str) -> list[Entity]:
    """Return what `text` names, in the order in which it stands there; of two that overlap, the longer.

    Any text is accepted. The offsets are code points of `text` itself.
    """
    normalised = normalise(text)
    low = plain(normalised)
    found = [*_communes(normalised, low), *_years(low), *_periods(normalised), *_numbers(low)]
    for kind, names in _names().items():
        found += _named(kind, names, normalised, low)
    spans = spans_in(text)
    chosen = sorted(_without_overlaps(found), key=lambda each: each.start)
    return [Entity(each.kind, each.value, spans[each.start][0], spans[each.end - 1][1]) for each in chosen]


@cache
def _words() -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _names() -> dict[str, dict[str, str]]:
    """Return, for each kind that is looked up, the value of every name, normalised and in lower case."""
    fields = {field.name: field for field in default_fields()}
    tables = {
        kind: {way: option.code for option in fields[kind].options for way in ways_of(option)}
        for kind in ("field", "unit_type")
    }
    for paper in _papers():
        for name in (paper["id"], paper["place"], paper["issuer"], *paper["aliases"]):
            same = tables.setdefault("plan", {}).get(name, paper["id"]) == paper["id"]
            tables["plan"][name] = paper["id"] if same else paper["place"]
    spellings = territories()["other_spellings"]
    towns = [name for names in territories()["districts_here"].values() for name in names]
    tables["place"] = {name: spellings.get(name, name) for name in [*provinces(), *towns]}
    return {
        kind: {
            normalise(name).lower(): value
            for name, value in (table | _words()["also"].get(kind, {})).items()
            if name not in _words()["too_common"]
        }
        for kind, table in tables.items()
    }


@cache
def _papers() -> list[dict[str, Any]]:
    """Return the descriptions of the shipped plans."""
    files = (path for path in sorted(PLANS_FOLDER.glob("*.yml")) if path.suffixes == [".yml"])
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


def _communes(normalised: str, low: str) -> Iterator[_Found]:
    """Yield places that no table holds, by the word before their name: "xã Tân Lập", "tại xa yen thinh"."""
    words = _words()
    for match in re.finditer(words["commune"], _small_but_names(normalised)):
        yield _Found("place", normalised[match.start() : match.end()], match.start(), match.end())
    if not is_marked(normalised):
        for match in re.finditer(words["commune_unmarked"], low):
            yield _Found("place", match["name"], match.start("name"), match.end("name"))


def _small_but_names(text: str) -> str:
    """Return `text` with its small words unmarked, so that names keep their case and the word before them is found."""
    return re.sub(r"\w+", lambda word: word.group() if word.group()[:1].isupper() else plain(word.group()), text)


def _years(low: str) -> Iterator[_Found]:
    for match in re.finditer(r"(?<![\w/.-])20\d\d(?![\w/]|[.-]\w)", low):
        yield _Found("year", match.group(), match.start(), match.end())


def _periods(normalised: str) -> Iterator[_Found]:
    """Yield the spans of words that are a month or a quarter, with the year if one is said, and no word more."""
    words = list(re.finditer(r"\S+", normalised))
    after = 0
    for place, word in enumerate(words):
        if word.start() < after:
            continue
        ends = [other.end() for other in words[place : place + _LONGEST_PERIOD]]
        read = [found for end in ends if (found := _period(normalised, word.start(), end))]
        if read:
            said = next(found for found in read if found.value == read[-1].value)
            after = said.end
            yield said


def _period(normalised: str, start: int, end: int) -> _Found | None:
    said = normalised[start:end]
    start += len(said) - len(said.lstrip(_EDGES))
    end -= len(said) - len(said.rstrip(_EDGES))
    said = normalised[start:end]
    if not re.match(_words()["period_starts"], plain(said)):
        return None
    one, other = (parse_period(said, year)[0] for year in (2001, 2002))
    if one is None or other is None:
        return None
    return _Found("period", one if one == other else one.partition("-")[2], start, end)


def _numbers(low: str) -> Iterator[_Found]:
    """Yield counts: digits that stand alone, and number words before what is counted."""
    for match in re.finditer(r"(?<![\w/.,-])\d{1,3}(?![\w/%]|[.,-]\w)", low):
        yield _Found("number", str(int(match.group())), match.start(), match.end())
    for match in re.finditer(rf"(?<!\w)(?P<words>[a-z]+(?: [a-z]+){{0,2}}) (?:{_words()['counted']})(?!\w)", low):
        words = match["words"].split()
        for skipped in range(len(words)):
            if (number := number_from_words(words[skipped:])) is not None:
                start = match.end("words") - len(" ".join(words[skipped:]))
                yield _Found("number", str(number), start, match.end("words"))
                break


def _named(kind: str, names: Mapping[str, str], normalised: str, low: str) -> Iterator[_Found]:
    """Yield the names of a table: with the marks they are written with, or without any if of two words or more."""
    for match in _table(kind).finditer(low):
        typed = normalised[match.start() : match.end()].lower()
        forms = _forms(kind)[match.group()]
        says_enough = not is_marked(typed) and " " in typed and typed not in _words()["ambiguous"]
        if typed in forms or says_enough:
            yield _Found(kind, names[typed if typed in forms else forms[0]], match.start(), match.end())


@cache
def _forms(kind: str) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for name in _names()[kind]:
        forms.setdefault(plain(name), []).append(name)
    return forms


@cache
def _table(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/-])(?:{_any_of(_forms(kind))})(?![\w/])")


def _any_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))


def _without_overlaps(found: Iterable[_Found]) -> list[_Found]:
    chosen: list[_Found] = []
    for each in sorted(found, key=lambda one: (one.start - one.end, KINDS.index(one.kind))):
        if all(each.end <= other.start or other.end <= each.start for other in chosen):
            chosen.append(each)
    return chosen
