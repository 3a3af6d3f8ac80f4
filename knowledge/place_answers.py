"""What stands at a place in the paper that a question names, or that there is no such place."""

from collections.abc import Iterator, Sequence

from knowledge.answers import Citation, cite
from knowledge.composing import Finding, say, shortened
from knowledge.corpus import Plan
from knowledge.named_places import Mention, siblings
from knowledge.places import place
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST, quotable
from knowledge.structure import Clause

PLACES_AT_MOST = 3
"""Places shown where a mention fits several ("khoản 3")."""


def said_at(plan: Plan, paths: Sequence[str], language: str) -> Finding:
    """Return what stands at `paths`: each place's own words, then its first clauses as far as a quotation goes."""
    clauses = [clause for path in paths[:PLACES_AT_MOST] if (clause := plan.clause(path)) is not None]
    citations = tuple(dict.fromkeys(citation for clause in clauses for citation in _cited(plan, clause)))
    told = [clause for clause in clauses if clause is clauses[0] or _headings(clause)]
    direct = "\n".join(_direct(plan, clause, language) for clause in told)
    return Finding(plan, True, citations, direct, shortened(" ".join(c.quote for c in citations[:2])), (), 1.0)


def _direct(plan: Plan, clause: Clause, language: str) -> str:
    """Return the sentence before the quotations: what place it is, and the headings below it."""
    headings = "; ".join(f"“{fold(plan.text[slice(*child.spans[0])])}”" for child in _headings(clause))
    where = place(clause.path, language)
    key = "place_lists" if headings else "place_says"
    return say(key, language, place=where[:1].upper() + where[1:], label=plan.label, headings=headings)


def without_place(plan: Plan, mention: Mention, language: str) -> Finding:
    """Return that `plan` has no such place, with those of its kind that it has."""
    present = siblings(plan, mention)
    citations = tuple(cite(plan, clause.path, *clause.spans[0]) for clause in present if clause.spans)
    what = say(f"place_{mention.kind}", language)
    text = say("no_such_place_in_plan", language, label=plan.label, what=what)
    headings = "; ".join(f"“{citation.quote}”" for citation in citations if len(citation.quote) <= QUOTE_AT_MOST // 4)
    if headings:
        text += " " + say("places_there_are", language, headings=headings)
    return Finding(plan, False, tuple(c for c in citations if len(c.quote) <= QUOTE_AT_MOST), notes=(text,))


def _cited(plan: Plan, clause: Clause) -> Iterator[Citation]:
    """Yield the clause's own words, then those below it while they fit into the length of one quotation."""
    length = 0
    for each in [clause, *_headings(clause)] if _headings(clause) else clause.walk():
        for start, end in each.spans:
            passage = next(p for p in plan.passages if p.path == each.path and p.start == start)
            citation = cite(plan, each.path, *quotable(plan, passage, start, min(end, start + 1)))
            length += len(citation.quote)
            if length > QUOTE_AT_MOST and each is not clause:
                return
            yield citation


def _headings(clause: Clause) -> list[Clause]:
    return [child for child in clause.children if child.is_heading]
