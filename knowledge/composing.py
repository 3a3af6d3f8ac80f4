"""The words around quotations: the direct answer, the quote, its place; all wording stands in `wording.yml`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.answers import Citation
from knowledge.corpus import Plan
from knowledge.places import place

SHORT = 150
"""Characters of a quote shown on a plan's line where several plans answer."""

NAMED_AT_MOST = 20
"""Plans that one sentence names."""

_CONTACT = re.compile(r"\S@\S|\b0\d{3}[. ]?\d{3}[. ]?\d{3}\b")


@dataclass(frozen=True)
class Finding:
    """What one plan says on a question.

    `citations` are in the order to show, the answering one first; none where the plan does not answer, unless `hint`
    says what it states instead. `direct` is the answer in a sentence; `short` the same for a line of a list; `unit` the
    unit that it names.
    """

    plan: Plan
    answers: bool
    citations: tuple[Citation, ...] = ()
    direct: str = ""
    short: str = ""
    notes: tuple[str, ...] = ()
    certainty: float = 1.0
    unit: str | None = None


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return `wording.yml`: per key the sentence in `vi` and `en`."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("wording.yml").read_text(encoding="utf-8")
    )
    return loaded


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence `key` in `language`, its placeholders filled."""
    return wording()[key][language].format(**values)


def labels_of(plans: Sequence[Plan]) -> str:
    """Return the plans' labels in one line, of many the first only."""
    labels = [plan.label for plan in plans[:NAMED_AT_MOST]]
    return ", ".join([*labels, *(["…"] if len(plans) > NAMED_AT_MOST else [])])


def one_plan(finding: Finding, language: str) -> str:
    """Return the answer from one plan: direct answer, quote and place, further quotes, notes."""
    first, *more = finding.citations
    plan = finding.plan
    source = say("source", language, title=plan.title, issuer=plan.issuer, year=plan.year)
    parts = [
        say(
            "answered",
            language,
            direct=finding.direct,
            quote=first.quote,
            source=source,
            place=place(first.path, language),
        )
    ]
    for citation in more:
        if not _is_heading(plan, citation):
            parts.append(say("more_quote", language, quote=citation.quote, place=place(citation.path, language)))
    if any(_CONTACT.search(citation.quote) for citation in finding.citations):
        parts.append(say("old_contact", language, year=plan.year))
    return "\n\n".join([*parts, *finding.notes])


def _is_heading(plan: Plan, citation: Citation) -> bool:
    clause = plan.clause(citation.path)
    return clause is not None and clause.is_heading


def per_plan(found: Sequence[Finding], silent: Sequence[Plan], language: str) -> str:
    """Return one short line per plan that answers, then those that do not."""
    lines = [say("per_plan", language)]
    for finding in found:
        where = place(finding.citations[0].path, language)
        lines.append(say("per_plan_line", language, label=finding.plan.label, short=finding.short, place=where))
    if silent:
        lines.append(say("per_plan_silent", language, labels=labels_of(silent)))
    return "\n".join([*lines, say("choose", language)])


def shortened(quote: str) -> str:
    """Return `quote` cut at a word's end for a line of a list."""
    if len(quote) <= SHORT:
        return f"“{quote}”"
    return f"“{quote[:SHORT].rsplit(' ', 1)[0]} …”"


def asked_label(kind: str | None, period: str | None, subject: str | None, language: str) -> str:
    """Return how the thing asked for is named when a plan does not state it."""
    if kind == "deadline" and subject == "report" and period == "year":
        return say("asked_annual_report", language)
    known: Mapping[str, object] = wording()
    key = f"asked_{kind}"
    return say(key if key in known else "asked_any", language)
