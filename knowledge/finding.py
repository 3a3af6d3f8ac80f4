"""What one plan says on a question: by a Fact where there is one of the kind asked for, else by its best passage."""

import re
from collections.abc import Iterator, Sequence

from knowledge.answers import Citation, cite
from knowledge.asking import Asked, kinds
from knowledge.composing import Finding, say, shortened
from knowledge.corpus import Plan
from knowledge.evidence import Candidate, Thresholds, answers
from knowledge.facts import Deadline, Facts, patterns
from knowledge.places import place
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST, quotable, sentences_with
from knowledge.structure import SEPARATOR, Passage, layout
from knowledge.vietnamese import unmark


def find_in_plan(
    plan: Plan,
    facts: Facts,
    asked: Asked,
    candidates: Sequence[Candidate],
    cutoffs: Thresholds,
    language: str,
) -> Finding:
    """Return what `plan` says; `candidates` are its snippets, heaviest first."""
    if asked.kind == "signer":
        return _named_part(plan, "signer", asked, language)
    if asked.kind == "recipients":
        return _named_part(plan, "recipients", asked, language)
    if asked.kind == "own_number":
        return _silent(plan, facts, asked, language)
    if asked.kind == "deadline":
        return _deadline(plan, facts, asked, candidates, cutoffs, language)
    preferred = [c for c in candidates if c.holds_kind] if asked.kind else []
    if asked.act:
        preferred = [c for c in preferred if c.holds_act] or preferred
    for candidate in [*preferred[:3], *([] if asked.strict else candidates[:3])]:
        if answers(candidate, asked, cutoffs):
            return _passage(plan, facts, asked, candidate, language)
    return _silent(plan, facts, asked, language)


def _passage(plan: Plan, facts: Facts, asked: Asked, candidate: Candidate, language: str) -> Finding:
    snippet = candidate.snippet
    start, end = snippet.start, snippet.end
    own = next((p for p in plan.passages if p.path == snippet.path and p.start <= start and end <= p.end), None)
    if own is not None:
        start, end = quotable(plan, own, start, end)
    citation = cite(plan, snippet.path, start, end)
    unit = facts.unit_at(snippet.path) if asked.kind == "unit" else None
    direct = say("direct_unit", language, unit=unit) if unit else say("direct_passage", language, label=plan.label)
    citations = [citation, *_heading_that_names(plan, snippet.path, unit, citation)]
    notes = _general_note(asked, citation, language) if unit else ()
    short = unit or shortened(citation.quote)
    if notes:
        short += say("general_mark", language)
    coverage = 1.0 if unit and candidate.holds_act else candidate.coverage
    return Finding(plan, True, tuple(citations), direct, short, notes, coverage)


def _heading_that_names(plan: Plan, path: str, unit: str | None, citation: Citation) -> Iterator[Citation]:
    """Yield the heading that names `unit`, where the quote itself does not: nothing is named without its place."""
    if unit is None or unit in citation.quote:
        return
    heading = plan.clause(path.rsplit(SEPARATOR, 1)[0])
    if heading is not None and heading.spans:
        yield cite(plan, heading.path, *heading.spans[0])


def _general_note(asked: Asked, citation: Citation, language: str) -> tuple[str, ...]:
    if asked.about_models and not re.search(kinds()["words"]["models"], unmark(citation.quote).lower()):
        return (say("not_about_models", language),)
    return ()


def _named_part(plan: Plan, label: str, asked: Asked, language: str) -> Finding:
    clause = plan.clause(layout()["labels"][label])
    if clause is None:
        return Finding(plan, False)
    start, end = clause.start, clause.end
    if len(fold(plan.text[start:end])) > QUOTE_AT_MOST:
        start, end = clause.spans[0]
    citation = cite(plan, clause.path, start, end)
    if label == "signer":
        name = plan.text[start:end].strip().splitlines()[-1].strip(" *\u00a0")
        return Finding(plan, True, (citation,), say("direct_signer", language, name=name), name, (), 1.0)
    return Finding(plan, True, (citation,), say("direct_recipients", language), shortened(citation.quote), (), 1.0)


def _deadline(
    plan: Plan,
    facts: Facts,
    asked: Asked,
    candidates: Sequence[Candidate],
    cutoffs: Thresholds,
    language: str,
) -> Finding:
    dated = [d for d in facts.deadlines if d.day and _fits(d, asked)]
    if asked.subject is None and asked.period is None:
        covered = {(c.snippet.path): c for c in candidates if c.holds_kind and answers(c, asked, cutoffs)}
        dated = [d for d in dated if d.passage.path in covered]
    if not dated:
        return _silent(plan, facts, asked, language)
    shown = dated[0]
    citation = _cite_deadline(plan, shown)
    bound = shown.unit if shown.unit and shown.subject == "report" else None
    words = ", ".join(dict.fromkeys(d.words for d in dated))
    direct = say("direct_deadline_for", language, words=words, unit=bound) if bound else ""
    direct = direct or say("direct_deadline", language, words=words)
    citations = [citation, *_heading_that_names(plan, shown.passage.path, bound, citation)]
    notes = []
    for other in _left_to_a_footnote(facts, asked):
        citations.append(_cite_deadline(plan, other))
        clause = plan.clause(other.footnote or "")
        if clause is not None:
            citations.append(cite(plan, clause.path, *clause.spans[0]))
        citations.extend(_heading_that_names(plan, other.passage.path, other.unit, citations[-1]))
        notes.append(say("others_follow_note", language, unit=other.unit, note=other.footnote))
    short = f"{words} ({bound})" if bound else words
    return Finding(plan, True, tuple(citations), direct, short, tuple(notes), 1.0)


def _fits(deadline: Deadline, asked: Asked) -> bool:
    period = asked.period in (None, deadline.period) or (asked.subject == "registration" and deadline.period is None)
    return period and (asked.subject is None or deadline.subject == asked.subject)


def _left_to_a_footnote(facts: Facts, asked: Asked) -> list[Deadline]:
    return [d for d in facts.deadlines if d.footnote and d.unit and asked.subject in (None, "report")]


def _cite_deadline(plan: Plan, deadline: Deadline) -> Citation:
    passage: Passage = deadline.passage
    return cite(plan, passage.path, *sentences_with(plan, passage, deadline.words))


def _silent(plan: Plan, facts: Facts, asked: Asked, language: str) -> Finding:
    """Return that the plan does not answer, with what it states instead and whom it names to ask."""
    citations: list[Citation] = []
    notes: list[str] = []
    if asked.kind == "deadline" and asked.subject != "registration":
        for deadline in facts.deadlines:
            if deadline.day is None and deadline.subject == "report" and asked.subject == "report":
                citations.append(_cite_deadline(plan, deadline))
                notes.append(_note("instead_undated", language, citations[-1], quote=deadline.words))
                break
        for deadline in facts.deadlines:
            if deadline.subject == "registration" and deadline.day:
                citations.append(_cite_deadline(plan, deadline))
                notes.append(_note("instead_registration", language, citations[-1], words=deadline.words))
    known = _where_to_ask(plan, facts)
    if known is not None:
        unit, found = known
        citations.extend(c for c in found if c not in citations)
        notes.append(_note("ask_unit", language, found[0], unit=unit))
    return Finding(plan, False, tuple(citations), notes=tuple(notes))


def _where_to_ask(plan: Plan, facts: Facts) -> tuple[str, list[Citation]] | None:
    """Return the unit that the plan charges with following it, and the clauses that say so."""
    for duty in facts.duties:
        if patterns()["follows_up"].search(duty.passage.text):
            passage = duty.passage
            citation = cite(plan, passage.path, *quotable(plan, passage, passage.start, passage.end))
            return duty.unit, [citation, *_heading_that_names(plan, passage.path, duty.unit, citation)]
    return None


def _note(key: str, language: str, citation: Citation, **values: str) -> str:
    return say(key, language, place=place(citation.path, language), **values)
