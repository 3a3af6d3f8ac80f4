from datetime import datetime, time, timedelta

import pytest

from bot.reminders.schedule import mark, moment, next_moment, reached, read_hours
from knowledge.deadlines import ZONE, Due
from tests.bot.reminders.reminding_office import APRIL, DUE_LIST

HOURS = read_hours("08:00-17:00")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[misc, arg-type]


@pytest.fixture
def due() -> Due:
    """Return the registration "trước ngày 25/4/2023": its last day is 24 April."""
    return DUE_LIST.dated(APRIL)[0]


def test_before_a_day_means_the_day_before_and_reminders_count_to_it(due: Due) -> None:
    assert str(due.last_day) == "2023-04-24"
    assert moment(due, 7, HOURS) == at(2023, 4, 17, 8)
    assert moment(due, 1, HOURS) == at(2023, 4, 23, 8)


@pytest.mark.parametrize(
    ("now", "is_reached"),
    [
        (at(2023, 4, 17, 7, 59), False),
        (at(2023, 4, 17, 8), True),
        (at(2023, 4, 24, 23, 59), True),  # the last moment in time
        (at(2023, 4, 25), False),  # late from midnight on
    ],
)
def test_a_reminder_is_due_from_its_moment_until_the_end_of_the_last_day(
    due: Due, now: datetime, is_reached: bool
) -> None:
    assert bool(reached(due, (7,), APRIL, now, HOURS)) is is_reached


def test_what_was_due_before_the_wish_is_left_out(due: Due) -> None:
    wished = at(2023, 4, 20, 10)
    assert reached(due, (7, 1), wished, at(2023, 4, 23, 8), HOURS) == {mark(due, 1)}
    assert reached(due, (7,), at(2023, 4, 17, 8), at(2023, 4, 18), HOURS) == frozenset()


def test_the_zone_of_the_clock_does_not_matter(due: Due) -> None:
    for days, hour in ((7, 8), (1, 8)):
        local = moment(due, days, HOURS)
        assert local.utcoffset() == timedelta(hours=7)
        assert reached(due, (days,), APRIL, local.astimezone(), HOURS) == {mark(due, days)}
        assert local.hour == hour


def test_the_next_moment_is_the_nearest_to_come(due: Due) -> None:
    assert next_moment(due, (7, 1), APRIL, HOURS) == at(2023, 4, 17, 8)
    assert next_moment(due, (7, 1), at(2023, 4, 17, 8), HOURS) == at(2023, 4, 23, 8)
    assert next_moment(due, (7, 1), at(2023, 4, 23, 8), HOURS) is None


def test_a_mark_names_one_deadline_and_one_distance() -> None:
    marks = {mark(due, days) for due in DUE_LIST.dated(APRIL) for days in (7, 1)}
    assert len(marks) == 2 * len(DUE_LIST.dated(APRIL)) == 10


@pytest.mark.parametrize(
    ("text", "now", "held"),
    [
        ("08:00-17:00", at(2023, 4, 17, 7, 59), False),
        ("08:00-17:00", at(2023, 4, 17, 8), True),
        ("08:00-17:00", at(2023, 4, 17, 17), False),
        ("00:00-24:00", at(2023, 4, 17, 0), True),
        ("00:00-24:00", at(2023, 4, 17, 23, 59, 59), True),
    ],
)
def test_office_hours_hold_from_their_beginning_until_before_their_end(text: str, now: datetime, held: bool) -> None:
    assert read_hours(text).hold(now) is held


def test_hours_are_written_in_one_way() -> None:
    assert (HOURS.begin, HOURS.end) == (time(8), time(17))
    for text in ("17:00-08:00", "8-17", "08:00", ""):
        with pytest.raises(ValueError):
            read_hours(text)
