"""What an answer is: its outcome, its text, and citations that are checked against the source."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST
from knowledge.structure import SEPARATOR

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Citation:
    """A stretch of a plan shown to a person: `quote == fold(plan.text[start:end])`, at most 600 characters."""

    plan_id: str
    path: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Answer:
    """How a question ended.

    `choices` are ids of plans to offer as buttons. `considered` are the candidates weighed (plan id, clause path, the
    certainty of the plan's answer), heaviest first; `unit` is the unit that the answer names, in the plan's words.
    """

    outcome: str
    text: str
    plan_ids: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    considered: tuple[tuple[str, str, float], ...] = ()
    unit: str | None = None


class Unfaithful(Exception):
    """An answer holds a quotation or a number that does not stand in its sources; it must not be sent."""


@cache
def outcomes() -> dict[str, dict[str, Any]]:
    """Return the closed list of outcomes, `outcomes.yml`."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("outcomes.yml").read_text(encoding="utf-8")
    )
    return loaded


def cite(plan: Plan, path: str, start: int, end: int) -> Citation:
    """Return the citation of `plan.text[start:end]`."""
    return Citation(plan.id, path, fold(plan.text[start:end]), start, end)


def heading_that_names(plan: Plan, path: str, unit: str | None, citation: Citation) -> Iterator[Citation]:
    """Yield the heading that names `unit`, where the quote itself does not: nothing is named without its place."""
    if unit is None or unit in citation.quote:
        return
    heading = plan.clause(path.rsplit(SEPARATOR, 1)[0])
    if heading is not None and heading.spans:
        yield cite(plan, heading.path, *heading.spans[0])


def verify(answer: Answer, plans: Mapping[str, Plan]) -> Answer:
    """Return `answer` if every quotation and number in it stands in its sources.

    Raises:
        Unfaithful: a quote is not at its offsets or too long, or the text holds a number found neither in a
            citation nor in the reviewed description of a plan.
    """
    for citation in answer.citations:
        source = plans[citation.plan_id].text[citation.start : citation.end]
        if fold(source) != citation.quote or not citation.quote:
            raise Unfaithful(f"{citation.plan_id} {citation.path}: the quote is not at {citation.start}:{citation.end}")
        if len(citation.quote) > QUOTE_AT_MOST:
            raise Unfaithful(f"{citation.plan_id} {citation.path}: the quote has {len(citation.quote)} characters")
    if answer.outcome not in ("too_long", "error"):
        unknown = set(_NUMBER.findall(answer.text)) - set(_NUMBER.findall(" ".join(_sources(answer, plans))))
        if unknown:
            raise Unfaithful(f"the numbers {', '.join(sorted(unknown))} stand in no source of the answer")
    return answer


def _sources(answer: Answer, plans: Mapping[str, Plan]) -> Iterable[str]:
    for citation in answer.citations:
        yield citation.quote
        yield citation.path
    for plan in plans.values():
        yield f"{plan.title} {plan.label} {plan.year} {plan.number or ''} {plan.date or ''}"
