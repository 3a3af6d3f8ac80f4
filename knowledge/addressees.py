"""Whom a plan is sent to and who signed it, drawn out of its named parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.corpus import Plan
from knowledge.fact_patterns import Stretch, patterns, stretch
from knowledge.reading import fold
from knowledge.structure import SEPARATOR, Passage, layout


@dataclass(frozen=True)
class Recipient:
    """A line of the recipients' list: `name` in the plan's words.

    `purpose` is what stands in brackets behind it (`b/c`); `archived` marks the copy that is kept on file.
    """

    place: Stretch
    name: str
    purpose: str | None
    archived: bool


@dataclass(frozen=True)
class Signer:
    """Who signed: the name, the office held, and the body on whose behalf (None where the plan does not say)."""

    place: Stretch
    name: str
    role: str | None
    on_behalf_of: str | None


def recipient_in(plan: Plan, passage: Passage) -> Iterator[Recipient]:
    """Yield the recipient that a passage of the recipients' list names, if it names one."""
    if not passage.path.startswith(f"{layout()['labels']['recipients']}{SEPARATOR}"):
        return
    match = patterns()["recipient"].fullmatch(passage.text)
    if match:
        place = stretch(plan.text, passage, *match.span("name"))
        archived = bool(patterns()["archived"].match(match["name"]))
        yield Recipient(place, match["name"], match["purpose"], archived)


def signer_in(plan: Plan, passage: Passage) -> Iterator[Signer]:
    """Yield who signed, from the passage that is the signature."""
    if passage.path != layout()["labels"]["signer"]:
        return
    source = plan.text[passage.start : passage.end]
    lines = [fold(line) for line in re.split(r"\n", source) if fold(line)]
    lines = [line for line in lines if not patterns()["signed_mark"].fullmatch(line)]
    name, titles = lines[-1], lines[:-1]
    behalf = [line for line in titles if patterns()["on_behalf"].match(line)]
    roles = [line for line in titles if line not in behalf]
    begin = passage.text.rindex(name)
    place = stretch(plan.text, passage, begin, begin + len(name))
    yield Signer(place, name, " ".join(roles) or None, " ".join(behalf) or None)
