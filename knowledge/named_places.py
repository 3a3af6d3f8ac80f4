"""Places in the paper that a question names ("cột 6", "mục II.3", "chú thích 4"), found in a plan's tree of clauses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.blocks import Kind
from knowledge.corpus import Plan
from knowledge.structure import SEPARATOR, Clause, layout
from knowledge.vietnamese import normalise, plain

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_AGAIN = re.compile(r"\[\d+\]$")


@dataclass(frozen=True)
class Mention:
    """A place as a question names it: its kind, a key of `named_places.yml`, its number and the section above it."""

    kind: str
    number: str
    above: str = ""


@dataclass(frozen=True)
class Named:
    """The places that a question names. `only` tells that nothing else is asked than what stands there."""

    mentions: tuple[Mention, ...] = ()
    only: bool = False


@cache
def _rules() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("named_places.yml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=64)
def read_places(question: str) -> Named:
    """Return the places that `question` names; a part of a law or of another document is none."""
    rest = plain(normalise(question))
    if re.search(_rules()["of_a_law"], rest) or re.search(_rules()["of_a_document"], rest):
        return Named()
    found: list[Mention] = []
    for kind, pattern in _rules()["mentions"].items():
        for match in re.finditer(pattern, rest):
            given = match.groupdict()
            number = given.get("number") or given.get("number2") or ""
            number = str(_rules()["ordinals"].get(number, number))
            found.append(Mention(kind, number, given.get("above") or ""))
        rest = re.sub(pattern, " ", rest)
    left = re.sub(_rules()["only_place"], " ", rest)
    return Named(tuple(found), bool(found) and not re.search(r"[^\W_]{2,}", left))


def is_absent(plan: Plan, mention: Mention) -> bool:
    """Tell whether `plan` surely has no such place: a section, column or note that it does not number."""
    return mention.kind in _rules()["strict"] and not resolve(plan, mention)


def resolve(plan: Plan, mention: Mention) -> tuple[str, ...]:
    """Return the paths of `mention` in `plan`, the likeliest first; none where it has no such place."""
    return tuple(dict.fromkeys(clause.path for clause in _found(plan, mention)))


def lies_at(path: str, places: Sequence[str]) -> bool:
    """Tell whether the clause at `path` is one of `places` or below one."""
    return any(path == place or path.startswith(f"{place}{SEPARATOR}") for place in places)


def siblings(plan: Plan, mention: Mention) -> list[Clause]:
    """Return the places of the kind of `mention` that `plan` does have, to name them instead."""
    labels = layout()["labels"]
    if mention.kind in _rules()["in_form"]:
        head = f"{labels['form']}{SEPARATOR}{labels['column']}"
        return [clause for clause in plan.root.walk() if clause.path.startswith(head)]
    if mention.kind in ("item_of_section", "section", "path"):
        sections = [clause for clause in _sections(plan) if _number(_mark(clause)) == _number(mention.above)]
        return [child for section in sections for child in section.children if child.is_heading] or _sections(plan)
    return _sections(plan) if mention.kind == "whole_section" else []


def _found(plan: Plan, mention: Mention) -> Iterator[Clause]:
    labels, kind, number = layout()["labels"], mention.kind, mention.number
    form = f"{labels['form']}{SEPARATOR}"
    if kind in ("note", "column", "footnote"):
        note, column = f"{form}{labels['note']} ({number})", f"{form}{labels['column']} ({number})"
        footnote = f"{labels['footnote']} {number}"
        wanted = {"note": (note, footnote), "column": (note, column), "footnote": (footnote, note)}[kind]
        present = [clause for path in wanted if (clause := plan.clause(path)) is not None]
        yield from present if kind == "column" else present[:1]
    elif kind in ("row", "row_of_form"):
        yield from (c for c in plan.root.walk() if c.path.lower() == f"{form}{number}".lower())
    elif kind in ("whole_section", "item_of_section", "section", "path"):
        above = mention.above or number
        sections = [section for section in _sections(plan) if _number(_mark(section)) == _number(above)]
        for section in sections:
            yield from _numbered(section, number) if mention.above else (section,)
        if not sections and not mention.above:
            yield from _found(plan, Mention("row", number))
    elif kind in ("bracket", "bracket_of_section", "ordinal"):
        yield from (c for c in plan.root.walk() if c.kind is Kind.BRACKET and _number(_mark(c)) == _number(number))
    elif kind == "numbered_section":
        sections = [section for section in _sections(plan) if _number(_mark(section)) == _number(number)]
        yield from sections or _found(plan, Mention("item", number))
    elif kind == "item":
        yield from (found for section in _sections(plan) for found in _numbered(section, number))


def _sections(plan: Plan) -> list[Clause]:
    return [clause for clause in plan.root.children if clause.kind is Kind.ROMAN]


def _numbered(section: Clause, number: str) -> Iterator[Clause]:
    kinds = (Kind.ARABIC, Kind.DECIMAL)
    yield from (c for c in section.walk() if c.kind in kinds and _mark(c) == number and c is not section)


def _mark(clause: Clause) -> str:
    """Return the mark that ends a clause's path, without the count of a repeated one."""
    return _AGAIN.sub("", clause.path.split(SEPARATOR)[-1])


def _number(mark: str) -> int | None:
    bare = mark.strip("()").lower()
    return int(bare) if bare.isdecimal() else _ROMAN.get(bare)
