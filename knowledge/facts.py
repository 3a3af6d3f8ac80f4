"""Facts drawn out of passages by patterns, each bound to the stretch of source it was read from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge.addressees import Recipient, Signer, recipient_in, signer_in
from knowledge.blocks import Kind
from knowledge.corpus import Plan
from knowledge.deadline_facts import Deadline, deadlines_in
from knowledge.fact_patterns import patterns
from knowledge.legal_bases import LegalBasis, legal_bases_in
from knowledge.reading import fold
from knowledge.structure import SEPARATOR, Clause, Passage, layout
from knowledge.targets import Target, targets_in

__all__ = ["Deadline", "Duty", "Facts", "LegalBasis", "Recipient", "Signer", "Target", "draw_facts", "patterns"]


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
    targets: tuple[Target, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    signers: tuple[Signer, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()

    def kinds_at(self, path: str, start: int, end: int) -> frozenset[str]:
        """Return the kinds of question that the passage holding `[start, end)` at `path` can answer."""
        begun = [place for place in self._starts.get(path, ()) if place <= start < end]
        return self.kinds[path, max(begun)] if begun else frozenset()

    @cached_property
    def _starts(self) -> Mapping[str, list[int]]:
        """Where the passages at each path start."""
        starts: dict[str, list[int]] = {}
        for path, start in self.kinds:
            starts.setdefault(path, []).append(start)
        return starts

    @cached_property
    def follow_up(self) -> Duty | None:
        """The first duty to follow the plan up, where a unit is charged with that."""
        return next((duty for duty in self.duties if patterns()["follows_up"].search(duty.passage.text)), None)

    def unit_at(self, path: str) -> str | None:
        """Return the unit that the passage at `path` charges, or None."""
        return next((duty.unit for duty in self.duties if duty.passage.path == path), None)


def draw_facts(plan: Plan) -> Facts:
    """Return the facts of `plan`, in reading order."""
    deadlines: list[Deadline] = []
    duties: list[Duty] = []
    kinds: dict[tuple[str, int], frozenset[str]] = {}
    headings = _unit_headings(plan)
    for passage in plan.passages:
        unit = _unit(passage, headings)
        found = list(deadlines_in(plan, passage, unit))
        deadlines.extend(found)
        if unit is not None:
            duties.append(Duty(passage, unit))
        kinds[passage.path, passage.start] = frozenset(_kinds(passage, unit, found))
    return Facts(
        tuple(deadlines),
        tuple(duties),
        kinds,
        tuple(target for passage in plan.passages for target in targets_in(plan, passage)),
        tuple(recipient for passage in plan.passages for recipient in recipient_in(plan, passage)),
        tuple(signer for passage in plan.passages for signer in signer_in(plan, passage)),
        tuple(basis for passage in plan.passages for basis in legal_bases_in(plan, passage)),
    )


def _kinds(passage: Passage, unit: str | None, deadlines: list[Deadline]) -> Iterator[str]:
    labels: dict[str, str] = layout()["labels"]
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


def _unit_headings(plan: Plan) -> dict[str, str]:
    """Return by path who is charged with what stands under a heading, or in a row of a table."""
    starts = patterns()["unit_name"]
    named = {}
    for clause in plan.root.walk():
        if clause.is_heading and clause.kind in (Kind.ARABIC, Kind.DECIMAL, Kind.LETTER) and clause.children:
            words = re.sub(r"^\S+\s+", "", fold(plan.text[slice(*clause.spans[0])])).rstrip(": ")
            if starts.match(words):
                named[clause.path] = words
        elif clause.kind is Kind.ROW and clause.children:
            named.update(_units_of_rows(plan, clause))
    return named


def _units_of_rows(plan: Plan, table: Clause) -> Iterator[tuple[str, str]]:
    """Yield the path of each row of a table with who it charges, where a column says so."""
    cells = {row.path: fold(plan.text[slice(*row.spans[0])]).split("|") for row in (table, *table.children)}
    head = cells.pop(table.path)
    column = next((n for n, words in enumerate(head) if patterns()["unit_column"].search(words)), None)
    for path, row in cells.items():
        if column is not None and column < len(row) and row[column].strip():
            yield path, row[column].strip()


def _unit(passage: Passage, headings: Mapping[str, str]) -> str | None:
    rules = patterns()
    assigned = rules["assigned"].search(passage.text)
    if assigned:
        return str(assigned["unit"])
    named = rules["named_before_colon"].match(passage.text)
    if named and rules["unit_name"].match(named["unit"]):
        return str(named["unit"])
    parent = passage.path.rsplit(SEPARATOR, 1)[0]
    return headings.get(passage.path) or (headings.get(parent) if parent != passage.path else None)
