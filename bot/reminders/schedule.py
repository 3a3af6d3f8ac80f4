"""When a reminder is due: so many days before the last day, from the beginning of office hours on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from knowledge.deadlines import ZONE, Due

USUAL_DAYS = (7, 1)
MOST_DAYS = 60
MOST_TIMES = 5
"""How often one may be reminded of the same deadline."""


@dataclass(frozen=True)
class Hours:
    """The hours of the day, in Vietnam's zone, in which people are written to: from `begin` until before `end`."""

    begin: time
    end: time

    def hold(self, now: datetime) -> bool:
        """Tell whether the aware moment `now` is within them."""
        return self.begin <= now.astimezone(ZONE).time() < self.end


def read_hours(text: str) -> Hours:
    """Return the hours written as "08:00-17:00".

    Raises:
        ValueError: it is written otherwise, or they end before they begin.
    """
    begin, _, end = text.partition("-")
    hours = Hours(time.fromisoformat(begin), time.max if end == "24:00" else time.fromisoformat(end))
    if hours.begin >= hours.end:
        raise ValueError("office hours end before they begin")
    return hours


def moment(due: Due, days: int, hours: Hours) -> datetime:
    """Return when to remind `days` before the last day of `due`, which must be dated."""
    assert due.last_day is not None
    return datetime.combine(due.last_day - timedelta(days=days), hours.begin, ZONE)


def mark(due: Due, days: int) -> str:
    """Return the name of the reminder `days` before `due`: the same for ever, another where the date is changed."""
    return f"{due.plan_id} | {due.citation.path} | {due.last_day} | {days}"


def reached(due: Due, days: Iterable[int], since: datetime, now: datetime, hours: Hours) -> frozenset[str]:
    """Return the marks of the reminders of `due` whose moment came after `since` and is not after `now`.

    None for a deadline without a date, or one whose last day is over.
    """
    if due.last_day is None or now.astimezone(ZONE).date() > due.last_day:
        return frozenset()
    return frozenset(mark(due, each) for each in days if since < moment(due, each, hours) <= now)


def next_moment(due: Due, days: Iterable[int], now: datetime, hours: Hours) -> datetime | None:
    """Return when the next reminder of `due` is due after `now`, or None where none is to come."""
    coming = [moment(due, each, hours) for each in days] if due.last_day else []
    return min((each for each in coming if each > now), default=None)
