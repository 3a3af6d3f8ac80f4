"""What one plan says on a question: its heaviest candidate, told by a Fact where one stands there, or silence."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from knowledge.answers import Citation, cite, heading_that_names
from knowledge.asking import Asked, holds, kinds
from knowledge.composing import Finding, say, shortened
from knowledge.corpus import Plan
from knowledge.deadline_answers import cite_deadline, dated_answer, is_of_other_periods
from knowledge.facts import Facts
from knowledge.places import place
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST, quotable
from knowledge.structure import SEPARATOR, layout
from knowledge.vietnamese import unmark
from knowledge.weighing import Candidate, Weighed

Thresholds = Mapping[str, float]

NEAR_THE_TOP = 3
"""Candidates among which a Fact of the kind asked for is looked for, unless one weighs much less than the first."""


@cache
def shipped_thresholds() -> Thresholds:
    """Return `thresholds.yml`."""
    loaded: dict[str, float] = yaml.safe_load(Path(__file__).with_name("thresholds.yml").read_text(encoding="utf-8"))
    return loaded


def find_in_plan(
    plan: Plan, facts: Facts, asked: Asked, weighed: Weighed, thresholds: Thresholds, language: str
) -> Finding:
    """Return what `plan` says; it is silent where its best candidate is too uncertain.

    A Fact of the kind asked for that stands among the best candidates is believed at much less certainty.
    """
    if asked.kind == "own_number" or not weighed.candidates:
        return _silent(plan, facts, asked, language)
    told = _fact(plan, facts, asked, _near_the_top(weighed, thresholds), language)
    if told is not None and weighed.certainty >= thresholds[_least_certainty(asked)]:
        return told
    if is_of_other_periods(facts, asked, weighed.candidates[0]) or _surely_lacks(asked, weighed.candidates[0]):
        return _silent(plan, facts, asked, language)
    if weighed.certainty < thresholds["certainty_to_answer"]:
        pointed = weighed.certainty >= thresholds["certainty_to_point"] and not asked.strict
        return _silent(plan, facts, asked, language, weighed.candidates[0] if pointed else None)
    return _passage(plan, facts, asked, weighed.candidates[0], weighed.certainty, language)


def _surely_lacks(asked: Asked, candidate: Candidate) -> bool:
    """Tell whether a candidate cannot answer, however alike, because it holds nothing of the kind asked for."""
    sure = bool(kinds().get(asked.kind or "", {}).get("sure"))
    return sure and not holds(asked.kind, candidate.snippet.text, asked.counted)


def _least_certainty(asked: Asked) -> str:
    """Return the threshold of a Fact: a unit charged with an act of that name tells less than a date or the signer."""
    return "certainty_with_unit" if asked.kind == "unit" else "certainty_with_fact"


def _near_the_top(weighed: Weighed, thresholds: Thresholds) -> list[Candidate]:
    """Return the first candidate and the next that weigh nearly as much."""
    first, *others = weighed.candidates[:NEAR_THE_TOP]
    least = first.weight - thresholds["margin_of_facts"] * abs(first.weight)
    return [first, *(candidate for candidate in others if candidate.weight >= least)]


def _fact(plan: Plan, facts: Facts, asked: Asked, near: Sequence[Candidate], language: str) -> Finding | None:
    """Return the signer, the recipients or the deadline that is asked for, where it stands among the best."""
    labels, best = layout()["labels"], near[0].snippet.path
    if best == labels["signer"] and asked.kind == "signer":
        return _named_part(plan, "signer", language)
    if best.split(SEPARATOR)[0] == labels["recipients"] and asked.kind == "recipients":
        return _named_part(plan, "recipients", language)
    if asked.kind == "deadline":
        return dated_answer(plan, facts, asked, near, language)
    return _duty(plan, facts, asked, near, language) if asked.kind == "unit" else None


def _duty(plan: Plan, facts: Facts, asked: Asked, near: Sequence[Candidate], language: str) -> Finding | None:
    """Return the unit charged with the very act asked for, by the first passage of those near the top that says so."""
    charged = [c for c in near if c.holds_act and facts.unit_at(c.snippet.path)]
    told = min(charged, key=lambda candidate: candidate.snippet.start, default=None)
    return _passage(plan, facts, asked, told, 1.0, language) if told else None


def _passage(plan: Plan, facts: Facts, asked: Asked, candidate: Candidate, certainty: float, language: str) -> Finding:
    citation = _cite_candidate(plan, candidate)
    charged = facts.unit_at(citation.path)
    citations = [citation, *heading_that_names(plan, citation.path, charged, citation)]
    if asked.kind == "unit" and charged:
        direct, short = say("direct_unit", language, unit=charged), charged
        notes = _general_note(asked, citation, language)
        short += say("general_mark", language) if notes else ""
        return Finding(plan, True, tuple(citations), direct, short, notes, certainty, charged)
    direct = _direct(plan, candidate, citation, language)
    short = shortened(candidate.quote or citation.quote)
    notes = (say("charged", language, unit=charged),) if charged and len(citations) > 1 else ()
    return Finding(plan, True, tuple(citations), direct, short, notes, certainty)


def _cite_candidate(plan: Plan, candidate: Candidate) -> Citation:
    """Return the passage of `candidate`, or of a long one the part to show."""
    path, start, end = candidate.snippet.path, candidate.snippet.start, candidate.snippet.end
    own = next((p for p in plan.passages if p.path == path and p.start <= start and end <= p.end), None)
    return cite(plan, path, *(quotable(plan, own, start, end) if own is not None else (start, end)))


def _direct(plan: Plan, candidate: Candidate, citation: Citation, language: str) -> str:
    """Return the words that answer, where they are much less than what is quoted, else what plan is quoted."""
    words = candidate.quote
    if words and words in citation.quote and len(words) * 2 < len(citation.quote):
        return say("direct_words", language, label=plan.label, words=words.strip(" ,;:"))
    return say("direct_passage", language, label=plan.label)


def _general_note(asked: Asked, citation: Citation, language: str) -> tuple[str, ...]:
    if asked.about_models and not re.search(kinds()["words"]["models"], unmark(citation.quote).lower()):
        return (say("not_about_models", language),)
    return ()


def _named_part(plan: Plan, label: str, language: str) -> Finding:
    clause = plan.clause(layout()["labels"][label])
    if clause is None:
        return Finding(plan, False)
    start, end = clause.start, clause.end
    if len(fold(plan.text[start:end])) > QUOTE_AT_MOST:
        start, end = clause.spans[0]
    citation = cite(plan, clause.path, start, end)
    if label == "signer":
        name = plan.text[start:end].strip().splitlines()[-1].strip(" *\u00a0")
        return Finding(plan, True, (citation,), say("direct_signer", language, name=name), name)
    short = shortened(citation.quote)
    return Finding(plan, True, (citation,), say("direct_recipients", language), short)


def _silent(plan: Plan, facts: Facts, asked: Asked, language: str, nearest: Candidate | None = None) -> Finding:
    """Return that the plan does not answer, with `nearest`, what it states instead, and whom it names to ask."""
    citations: list[Citation] = []
    notes: list[str] = []
    if nearest is not None and not nearest.snippet.is_heading:
        citations.append(_cite_candidate(plan, nearest))
        words = nearest.quote if nearest.quote and nearest.quote in citations[0].quote else citations[0].quote
        notes.append(_note("nearest", language, citations[0], quote=shortened(words)))
    if asked.kind == "deadline" and asked.subject == "report":
        for deadline in facts.deadlines:
            if deadline.day is None and deadline.subject == "report":
                citations.append(cite_deadline(plan, deadline))
                notes.append(_note("instead_undated", language, citations[-1], quote=deadline.words))
                break
    known = where_to_ask(plan, facts)
    if known is not None:
        unit, found = known
        citations.extend(c for c in found if c not in citations)
        notes.append(_note("ask_unit", language, found[0], unit=unit))
    return Finding(plan, False, tuple(citations), notes=tuple(notes))


def where_to_ask(plan: Plan, facts: Facts) -> tuple[str, list[Citation]] | None:
    """Return the unit that the plan charges with following it, and the clauses that say so."""
    duty = facts.follow_up
    if duty is None:
        return None
    passage = duty.passage
    citation = cite(plan, passage.path, *quotable(plan, passage, passage.start, passage.end))
    return duty.unit, [citation, *heading_that_names(plan, passage.path, duty.unit, citation)]


def _note(key: str, language: str, citation: Citation, **values: str) -> str:
    return say(key, language, place=place(citation.path, language), **values)
