"""The deadline that a question asks for, as its plan binds it: whose it is, and whose it is not."""

from collections.abc import Iterator, Sequence

from knowledge.answers import Citation, cite, heading_that_names
from knowledge.asking import Asked, kinds
from knowledge.composing import Finding, say
from knowledge.corpus import Plan
from knowledge.facts import Deadline, Facts
from knowledge.snippets import sentences_with
from knowledge.structure import Passage
from knowledge.vietnamese import syllables
from knowledge.weighing import Candidate


def dated_answer(plan: Plan, facts: Facts, asked: Asked, near: Sequence[Candidate], language: str) -> Finding | None:
    """Return the dated deadline of the kind asked for that stands among the best candidates, None where none does.

    A plan may bind some bodies to a date and leave the others to a footnote: where the question names one of the
    others, the footnote answers first.
    """
    paths = {candidate.snippet.path for candidate in near}
    dated = [d for d in facts.deadlines if d.day and _fits(d, asked) and d.passage.path in paths]
    if not dated:
        return None
    shown = dated[0]
    bound = shown.unit if shown.unit and shown.subject == "report" else None
    words = ", ".join(dict.fromkeys(d.words for d in dated if d.passage.path == shown.passage.path))
    direct = say("direct_deadline_for", language, words=words, unit=bound) if bound else ""
    direct = direct or say("direct_deadline", language, words=words)
    short = f"{words} ({bound})" if bound else words
    citation = cite_deadline(plan, shown)
    citations = [citation, *heading_that_names(plan, shown.passage.path, bound, citation)]
    noted = _left_to_a_footnote(facts, asked)
    notes = [say("others_follow_note", language, unit=other.unit, note=other.footnote) for other in noted]
    followed = [citation for other in noted for citation in _cite_footnote(plan, other)]
    theirs = next((note for other, note in zip(noted, notes, strict=True) if _is_meant(other, shown, asked)), None)
    if theirs is not None:
        return Finding(plan, True, (*followed, *citations), theirs, theirs, (direct,))
    return Finding(plan, True, (*citations, *followed), direct, short, tuple(notes))


def is_of_other_periods(facts: Facts, asked: Asked, candidate: Candidate) -> bool:
    """Tell whether a candidate dates reports, but none for the period asked for."""
    if asked.period is None or asked.subject != "report":
        return False
    dated = [d for d in facts.deadlines if d.subject == "report" and d.passage.path == candidate.snippet.path and d.day]
    return bool(dated) and all(deadline.period not in (None, asked.period) for deadline in dated)


def cite_deadline(plan: Plan, deadline: Deadline) -> Citation:
    """Return the sentence of a deadline."""
    passage: Passage = deadline.passage
    return cite(plan, passage.path, *sentences_with(plan, passage, deadline.words))


def _fits(deadline: Deadline, asked: Asked) -> bool:
    period = asked.period in (None, deadline.period) or (asked.subject == "registration" and deadline.period is None)
    return period and (asked.subject is None or deadline.subject == asked.subject)


def _left_to_a_footnote(facts: Facts, asked: Asked) -> list[Deadline]:
    return [d for d in facts.deadlines if d.footnote and d.unit and asked.subject in (None, "report")]


def _cite_footnote(plan: Plan, deadline: Deadline) -> Iterator[Citation]:
    """Yield the footnote that sets a deadline, the sentence that refers to it, and the heading of whom it binds."""
    clause = plan.clause(deadline.footnote or "")
    if clause is not None:
        yield cite(plan, clause.path, *clause.spans[0])
    referring = cite_deadline(plan, deadline)
    yield referring
    yield from heading_that_names(plan, deadline.passage.path, deadline.unit, referring)


def _is_meant(other: Deadline, shown: Deadline, asked: Asked) -> bool:
    """Tell whether the question names a body like those that `other` binds, and none that `shown` names."""
    said = set(asked.words)
    bodies = said & set(kinds()["words"]["bodies"]) & set(syllables(other.unit or ""))
    named = [*(shown.unit or "").replace(";", ",").split(","), shown.recipient or "", shown.through or ""]
    return bool(bodies) and not any(_names(said, body, other.unit or "") for body in named)


def _names(said: set[str], body: str, others: str) -> bool:
    """Tell whether two words of `body` are said that `others` does not hold."""
    return len(said & (set(syllables(body)) - set(syllables(others)))) >= 2
