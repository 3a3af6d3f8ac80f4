from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from bot.reminders.calendar_file import calendar_file
from bot.reminders.schedule import read_hours
from tests.bot.reminders.reminding_office import APRIL, DUE_LIST, PLANS

HOURS = read_hours("07:30-17:00")


def made(now: datetime = APRIL, language: str = "vi") -> bytes:
    return calendar_file([(due, (7, 1)) for due in DUE_LIST.dated(now)], PLANS, now, HOURS, language)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_lines_are_as_the_standard_wants_them(language: str) -> None:
    content = made(language=language)
    lines = content.split(b"\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n") and lines[0] == b"BEGIN:VCALENDAR"
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    assert any(line.startswith(b" ") for line in lines)  # folded: the quotes are long
    assert content.decode("utf-8")


def test_an_event_lies_on_the_last_day_with_an_alarm_for_each_reminder() -> None:
    events = Calendar.from_ical(made()).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events][:2] == [date(2023, 4, 24), date(2023, 6, 9)]
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in events)
    triggers = [alarm.decoded("trigger") for alarm in events[0].walk("VALARM")]
    begin = timedelta(hours=7, minutes=30)
    assert triggers == [begin - timedelta(days=7), begin - timedelta(days=1)]


def test_an_event_quotes_the_plan_and_names_it() -> None:
    event = Calendar.from_ical(made()).walk("VEVENT")[0]
    due = DUE_LIST.dated(APRIL)[0]
    begin, _, _ = due.citation.quote.partition("gmail:")
    assert f"“{begin}" in event["description"]
    assert "@gmail.com" in due.citation.quote and "0915.741.808" in due.citation.quote
    assert "anhnguyet" not in event["description"] and "741" not in event["description"]
    assert PLANS[due.plan_id].title in event["description"]
    assert PLANS[due.plan_id].label in event["summary"]


def test_a_deadline_has_the_same_id_in_every_file() -> None:
    first, later = (
        [str(event["uid"]) for event in Calendar.from_ical(made(now, language)).walk("VEVENT")]
        for now, language in ((APRIL, "vi"), (APRIL + timedelta(days=3), "en"))
    )
    assert first == later
    assert len(set(first)) == len(first) == 5
