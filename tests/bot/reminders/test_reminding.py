"""What a person is reminded of, on SQLite and on PostgreSQL: each once, never late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.memory.opening import Memory, open_memory
from bot.memory.wishes import ALL, Reachable
from knowledge.deadlines import ZONE
from tests.bot.reminders.reminding_office import AN, APRIL, EVERYTHING, VISITOR, Left, Office


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    opened = open_memory(url)
    yield opened
    opened.close()


@pytest.fixture
def office(memory: Memory) -> Office:
    memory.wishes.change(AN, EVERYTHING, [], "vi", APRIL)
    return Office(memory)


def test_a_deadline_is_told_with_its_last_day_and_its_quote(office: Office) -> None:
    (said,) = office.at(2023, 4, 17, 8).give()
    assert said.text.splitlines()[0] == "Nhắc hạn:"
    assert "Yên Bái 2023, đăng ký mô hình" in said.text
    assert "Ngày cuối 24/04/2023; còn 7 ngày." in said.text
    assert "Áp dụng cho: Các chi, đảng bộ cơ sở" in said.text and "bỏ nhắc" in said.text
    assert [cited.plan_id for cited in said.citations] == ["yenbai-duk-2023"]


def test_each_reminder_is_given_once(office: Office) -> None:
    assert office.give() == () and office.at(2023, 4, 17, 7, 59).give() == ()
    assert len(office.at(2023, 4, 17, 8).give()) == 1
    assert office.at(2023, 4, 17, 8, 1).give() == () and office.at(2023, 4, 22, 12).give() == ()
    assert "còn 1 ngày" in office.at(2023, 4, 23, 8).give()[0].text
    assert office.at(2023, 4, 24, 12).give() == ()


def test_each_reminder_is_given_once_after_a_restart(office: Office, url: str) -> None:
    office.at(2023, 4, 17, 8).give()
    again = open_memory(url)
    assert Office(again).at(2023, 4, 18, 8).give() == ()
    assert len(Office(again).at(2023, 4, 23, 8).give()) == 1
    again.close()


def test_each_reminder_is_given_once_with_two_processes(office: Office, url: str) -> None:
    other = open_memory(url)
    offices = [office.at(2023, 4, 17, 8), Office(other).at(2023, 4, 17, 8)] * 4
    with ThreadPoolExecutor(8) as pool:
        works = [pool.submit(each.give) for each in offices]
        assert sum(len(work.result()) for work in works) == 1
    other.close()


def test_it_is_given_until_midnight_of_the_last_day_and_not_later(office: Office) -> None:
    assert office.at(2023, 4, 25).give() == ()
    (said,) = office.at(2023, 4, 24, 23, 59).give()  # both reminders were missed: it is told once, as it stands now
    assert "hôm nay là ngày cuối" in said.text.lower()
    assert office.give() == ()


def test_a_deadline_that_has_passed_brings_no_reminder(office: Office) -> None:
    assert office.at(2026, 11, 21, 10).give() == ()


def test_who_wished_for_nothing_is_given_nothing(office: Office) -> None:
    assert office.at(2023, 4, 17, 8).give(VISITOR) == ()


def test_a_plan_can_be_left_out_of_all(office: Office) -> None:
    office.memory.wishes.change(AN, {"yenbai-duk-2023": ()}, [], "vi", APRIL)
    assert office.at(2023, 4, 17, 8).give() == ()
    assert "Hồng Lĩnh" in office.at(2023, 6, 2, 8).give()[0].text


def test_a_plan_can_have_days_of_its_own(office: Office) -> None:
    office.memory.wishes.change(AN, {"yenbai-duk-2023": (3,)}, [], "vi", APRIL)
    assert office.at(2023, 4, 17, 8).give() == ()
    assert "còn 3 ngày" in office.at(2023, 4, 21, 8).give()[0].text


def test_what_was_given_under_other_days_is_not_given_again(office: Office) -> None:
    office.at(2023, 4, 17, 9).give()
    office.memory.wishes.change(AN, {ALL: (7, 3)}, [], "vi", office.now)
    assert office.at(2023, 4, 17, 10).give() == ()
    assert "còn 3 ngày" in office.at(2023, 4, 21, 8).give()[0].text


def test_the_language_is_that_of_the_wish(office: Office) -> None:
    office.memory.wishes.change(VISITOR, EVERYTHING, [], "en", APRIL)
    assert "7 days left" in office.at(2023, 4, 17, 8).give(VISITOR)[0].text


def draft(days: float, id: str = "d1", to: Reachable = AN, name: str | None = "Cánh đồng sạch", **more: str) -> Left:
    return Left(id, to.person, more.get("plan_id", "yenbai-duk-2023"), name, APRIL - timedelta(days=days))


def test_a_draft_left_is_reminded_of_once(office: Office) -> None:
    office.drafts = [draft(3.1), draft(2.9, "young"), draft(40, "old"), draft(4, "gone", plan_id="gone-2020")]
    (said,) = office.give()
    assert "“Cánh đồng sạch”" in said.text and "Yên Bái 2023" in said.text
    assert f"{office.drafts[0].at.astimezone(ZONE):%d/%m/%Y}" in said.text
    assert office.give() == ()


def test_drafts_are_reminded_of_without_a_wish_and_without_a_name(memory: Memory) -> None:
    office = Office(memory, drafts=[draft(4, to=VISITOR, name=None)])
    assert "chưa đặt tên" in office.give(VISITOR)[0].text
    assert office.give(AN) == ()


def test_who_opted_out_and_whose_office_did_is_not_reminded_of_drafts(memory: Memory) -> None:
    office = Office(memory, drafts=[draft(4), draft(4, "d2", VISITOR)])
    office.ask("bỏ nhắc bản nháp")
    assert office.give() == ()
    assert Office(memory, drafts=office.drafts, draft_days=0).give(VISITOR) == ()
    office.ask("nhắc bản nháp")
    assert len(office.give()) == 1


def test_a_deadline_and_a_draft_are_told_apart_in_one_go(office: Office) -> None:
    office.drafts = [draft(1), draft(2, "d2", name=None)]
    assert len(office.at(2023, 4, 17, 8).give()) == 3
    assert office.give() == ()
