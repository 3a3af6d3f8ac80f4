"""The register of deadlines: what is due under which plan, the last day, and the days left from a given moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.answers import Citation, cite
from knowledge.corpus import Plan
from knowledge.facts import Deadline, Facts, draw_facts
from knowledge.snippets import sentences_with

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Due:
    """One thing that is due.

    `last_day` is the last day on which it is in time, `days_left` the days from today to it: 0 on that day, negative
    once it has passed; both None where the plan states no date. `bound` are those who must, `recipient` to whom,
    `through` through whom, in the plan's words where it says so. `subject` and `period` are keys of `facts.yml`.
    `note` is the footnote that a plan without a date refers to.
    """

    plan_id: str
    subject: str | None
    period: str | None
    bound: str | None
    recipient: str | None
    through: str | None
    words: str
    last_day: date | None
    days_left: int | None
    citation: Citation
    note: Citation | None = None

    @property
    def passed(self) -> bool:
        """Whether its last day is over."""
        return self.days_left is not None and self.days_left < 0

    def as_record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "plan_id": self.plan_id,
            "subject": self.subject,
            "period": self.period,
            "bound": self.bound,
            "recipient": self.recipient,
            "through": self.through,
            "words": self.words,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "days_left": self.days_left,
            "passed": self.passed,
            "path": self.citation.path,
            "quote": self.citation.quote,
            "start": self.citation.start,
            "end": self.citation.end,
            "note": self.note and {"path": self.note.path, "quote": self.note.quote},
        }


def register(plans: Iterable[Plan], now: datetime, facts: Mapping[str, Facts] | None = None) -> tuple[Due, ...]:
    """Return what is due under `plans`: dated ones by their last day, then those without a date.

    Args:
        plans: the plans to look through.
        now: an aware moment; days are counted in Vietnam's zone.
        facts: by plan id, where they are drawn already.
    """
    found = [due for plan in plans for due in _of_plan(plan, (facts or {}).get(plan.id) or draw_facts(plan))]
    today = now.astimezone(ZONE).date()
    counted = [replace(due, days_left=(due.last_day - today).days) if due.last_day else due for due in found]
    return tuple(sorted(counted, key=lambda due: (due.last_day is None, due.last_day or today)))


def upcoming(plans: Iterable[Plan], facts: Mapping[str, Facts] | None, now: datetime) -> tuple[Due, ...]:
    """Return what is still to come, the nearest first; what is due today is."""
    return tuple(due for due in register(plans, now, facts) if due.last_day and not due.passed)


def last_day(deadline: Deadline, plan_year: int) -> date | None:
    """Return the last day in time: the day before one that it must be "before", else the day named; None for no day.

    A date without a year is of the plan's year.
    """
    if deadline.day is None or deadline.month is None:
        return None
    try:
        named = date(deadline.year or plan_year, deadline.month, deadline.day)
    except ValueError:  # the plan's own slip, such as 31/11: nobody can say what was meant
        return None
    return named if deadline.until_end_of_day else named - timedelta(days=1)


def _of_plan(plan: Plan, facts: Facts) -> Iterable[Due]:
    notes = {deadline.footnote for deadline in facts.deadlines if deadline.footnote}
    for deadline in facts.deadlines:
        if deadline.passage.path not in notes:  # a footnote is shown with the clause that refers to it
            yield Due(
                plan_id=plan.id,
                subject=deadline.subject,
                period=deadline.period,
                bound=deadline.bound,
                recipient=deadline.recipient,
                through=deadline.through,
                words=deadline.words,
                last_day=last_day(deadline, plan.year),
                days_left=None,
                citation=cite(plan, deadline.passage.path, *sentences_with(plan, deadline.passage, deadline.words)),
                note=_note(plan, deadline),
            )


def _note(plan: Plan, deadline: Deadline) -> Citation | None:
    clause = plan.clause(deadline.footnote) if deadline.footnote else None
    return cite(plan, clause.path, *clause.spans[0]) if clause else None
