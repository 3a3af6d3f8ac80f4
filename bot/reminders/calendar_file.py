"""A calendar file of deadlines (RFC 5545): one event on each last day, with an alarm for each reminder."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from bot.channels.web.plan import masked
from bot.reminders.schedule import Hours
from bot.reminders.wording import say
from knowledge.corpus import Plan
from knowledge.countdown import what_is_due
from knowledge.deadlines import Due
from knowledge.places import place

PRODUCER = "-//Dan van kheo//Reminders//VI"
HOST = "dan-van-kheo"


def calendar_file(
    dues: Sequence[tuple[Due, tuple[int, ...]]],
    plans: Mapping[str, Plan],
    now: datetime,
    hours: Hours,
    language: str,
) -> bytes:
    """Return the file, in UTF-8, its lines ended by CRLF and folded; contacts in the quotes are masked.

    Args:
        dues: what is due, all of it dated, each with the days before on which an alarm rings.
        plans: the plans by id.
        now: an aware moment, at which the file is made.
        hours: an alarm rings when they begin.
        language: "vi" or "en".
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    for due, days in dues:
        calendar.add_component(_event(due, days, plans[due.plan_id], now, hours, language))
    content: bytes = calendar.to_ical()
    return content


def _event(due: Due, days: tuple[int, ...], plan: Plan, now: datetime, hours: Hours, language: str) -> Event:
    assert due.last_day is not None
    event, title = Event(), say("event", language, due=what_is_due(due, language), plan=plan.label)
    event.add("uid", f"{_number(due)}@{HOST}")
    event.add("dtstamp", now)
    event.add("dtstart", due.last_day)
    event.add("dtend", due.last_day + timedelta(days=1))
    event.add("summary", title)
    where = say("event_where", language, place=place(due.citation.path, language))
    event.add("description", f"“{masked(due.citation.quote)}”\n{where}, {plan.title}, {plan.issuer}, {plan.year}")
    event.add("transp", "TRANSPARENT")
    for each in days:
        event.add_component(_alarm(title, each, hours))
    return event


def _alarm(title: str, days: int, hours: Hours) -> Alarm:
    """An alarm `days` before the day of the event, which begins at midnight, when office hours begin."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(hours=hours.begin.hour, minutes=hours.begin.minute) - timedelta(days=days))
    return alarm


def _number(due: Due) -> str:
    """Return what stays the same for this deadline in every file, so that a calendar keeps one event of it."""
    what = "\n".join([due.plan_id, due.citation.path, due.words])
    return hashlib.blake2b(what.encode(), digest_size=12).hexdigest()
