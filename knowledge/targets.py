"""How many models a plan wants of whom, drawn out of passages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.corpus import Plan
from knowledge.fact_patterns import Stretch, patterns, stretch
from knowledge.structure import Passage


@dataclass(frozen=True)
class Target:
    """A number of models: `place` holds the words (`ít nhất 02 mô hình`).

    `whom` are those who must, in the plan's words; `at_least` tells a lower bound from a fixed number; `share` is
    the percentage of them that must, where stated; `level` whose models they are, where the plan says so.
    """

    place: Stretch
    number: int
    at_least: bool
    whom: str | None
    share: int | None
    level: str | None


def targets_in(plan: Plan, passage: Passage) -> Iterator[Target]:
    """Yield the targets of one passage."""
    rules = patterns()
    for match in rules["target"].finditer(passage.text):
        before = passage.text[: match.start()]
        begin = max((each.end() for each in re.finditer(r"[.;:] ", before)), default=0)
        whom = rules["target_whom"].search(before, begin)
        share = rules["target_share"].search(before, begin)
        level = rules["target_level"].match(passage.text, match.end())
        yield Target(
            stretch(plan.text, passage, *match.span()),
            int(match["number"]),
            match["at_least"] is not None,
            whom["whom"] if whom else None,
            int(share["share"]) if share else None,
            level["level"] if level else None,
        )
