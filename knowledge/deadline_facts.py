"""Deadlines drawn out of passages: the date, and in the same sentence who is bound, to whom, through whom."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import strptime

from knowledge.corpus import Plan
from knowledge.fact_patterns import patterns, stretch
from knowledge.structure import Passage, layout

_SENTENCE = re.compile(r"[^.;]*(?:\.(?=\d)[^.;]*)*")
_FULL_SENTENCE = re.compile(r"[^.]*(?:\.(?=[\d\w])[^.]*)*\.?")


@dataclass(frozen=True)
class Deadline:
    """A date before which something is due, or a duty to report whose date the plan leaves to another paper.

    `words` are the plan's own (`trước ngày 25/11`) and stand at `[start, end)` of the source; `day` and `month` are
    None where no date is stated. `unit` is the heading the passage stands under, where that names who is bound;
    `bound` the same, or else who is bound in the words of the sentence. `recipient` is to whom, `through` through
    whom, where the sentence says so; `footnote` the path of a note it refers to.
    """

    passage: Passage
    words: str
    day: int | None
    month: int | None
    year: int | None
    period: str | None
    subject: str | None
    unit: str | None
    footnote: str | None
    start: int = 0
    end: int = 0
    bound: str | None = None
    recipient: str | None = None
    through: str | None = None

    @property
    def until_end_of_day(self) -> bool:
        """Whether the day named still counts ("chậm nhất ngày D"), unlike "trước ngày D"."""
        return bool(patterns()["until_end_of_day"].search(self.words))


def deadlines_in(plan: Plan, passage: Passage, unit: str | None) -> Iterator[Deadline]:
    """Yield the deadlines of one passage; `unit` is whom its heading charges."""
    rules = patterns()
    dated = list((rules["date_en"] if plan.language == "en" else rules["date"]).finditer(passage.text))
    for match in dated:
        sentence, offset = _around(_SENTENCE, passage.text, match.start())
        period = _nearest_before(rules["periods"], sentence, offset)
        subject = _nearest(rules["subjects"], sentence, offset)
        yield _deadline(plan, passage, match, unit, period, subject)
    if not dated:
        for match in rules["no_date"].finditer(passage.text):
            period = next((name for name, rule in rules["periods"].items() if rule.search(match["words"])), None)
            if rules["periods"]["year"].search(match["words"]):
                period = "year"
            yield _deadline(plan, passage, match, unit, period, "report")


def _deadline(
    plan: Plan, passage: Passage, match: re.Match[str], unit: str | None, period: str | None, subject: str | None
) -> Deadline:
    given = match.groupdict()
    place = stretch(plan.text, passage, *match.span("words"))
    sentence, offset = _around(_FULL_SENTENCE, passage.text, match.start())
    recipient, through = _addressed(sentence)
    bound = patterns()["bound"].search(sentence, offset) if unit is None else None
    return Deadline(
        passage,
        match["words"],
        _number(given.get("day")),
        _month(given.get("month")),
        _number(given.get("year")),
        period,
        subject,
        unit,
        None if given.get("day") else _footnote(plan, passage),
        place.start,
        place.end,
        unit or (bound["unit"] if bound else None),
        recipient,
        through,
    )


def _addressed(sentence: str) -> tuple[str | None, str | None]:
    """Return to whom and through whom the sentence sends what is due."""
    match = patterns()["addressed"].search(sentence)
    return (match["to"].strip(), match["through"]) if match else (None, None)


def _footnote(plan: Plan, passage: Passage) -> str | None:
    mark = re.search(r"<sup>\s*(\d+)\s*</sup>", plan.text[passage.start : passage.end + 20].split("\n")[0])
    path = f"{layout()['labels']['footnote']} {mark.group(1)}" if mark else ""
    return path if mark and plan.clause(path) else None


def _month(words: str | None) -> int | None:
    return strptime(words, "%B").tm_mon if words and words.isalpha() else _number(words)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _around(sentence: re.Pattern[str], text: str, place: int) -> tuple[str, int]:
    for match in sentence.finditer(text):
        if match.start() <= place < match.end():
            return match.group(), place - match.start()
    return text, place


def _nearest_before(rules: Mapping[str, re.Pattern[str]], text: str, place: int) -> str | None:
    ends = [(match.end(), name) for name, rule in rules.items() for match in rule.finditer(text[:place])]
    return max(ends)[1] if ends else None


def _nearest(rules: Mapping[str, re.Pattern[str]], text: str, place: int) -> str | None:
    found = [(abs(match.start() - place), name) for name, rule in rules.items() for match in rule.finditer(text)]
    return min(found)[1] if found else None
