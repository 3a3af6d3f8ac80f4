"""Documents that a plan cites, drawn out of passages: type, number, date, issuer, what they are about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.corpus import Plan
from knowledge.fact_patterns import Stretch, patterns, stretch
from knowledge.structure import Passage

_DAY = re.compile(r"(\d{1,2})\D+(\d{1,2})\D+(\d{4})")


@dataclass(frozen=True)
class LegalBasis:
    """A document cited by its number, or a law by its name; `place` is where the citing words stand.

    `number`, `date`, `issuer` and `about` are in the plan's words (`date` read), None where it does not say.
    """

    place: Stretch
    type: str
    number: str | None
    date: date | None
    issuer: str | None
    about: str | None


def legal_bases_in(plan: Plan, passage: Passage) -> Iterator[LegalBasis]:
    """Yield the documents cited in one passage, in reading order, those cited within a title among them."""
    rules = patterns()
    found = [_numbered(plan, passage, match) for match in rules["cited_document"].finditer(passage.text)]
    for match in rules["cited_law"].finditer(passage.text):
        place = stretch(plan.text, passage, *match.span())
        found.append(LegalBasis(place, match["type"], None, None, None, match["name"].strip()))
    yield from sorted(found, key=lambda basis: basis.place.start)


def _numbered(plan: Plan, passage: Passage, match: re.Match[str]) -> LegalBasis:
    about = patterns()["cited_about"].match(passage.text, match.end())
    place = stretch(plan.text, passage, match.start(), about.end() if about else match.end())
    day = _DAY.search(match["date"] or "")
    return LegalBasis(
        place,
        match["type"],
        match["number"],
        _date(day) if day else None,
        match["issuer"],
        about["about"].strip() if about else None,
    )


def _date(match: re.Match[str]) -> date | None:
    day, month, year = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:  # the plan's own slip: no such day
        return None
