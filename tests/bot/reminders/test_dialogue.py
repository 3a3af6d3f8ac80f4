"""Reminders on the web page: asked for in the chat, told at the next visit, with a file for the calendar."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import text
from starlette.testclient import TestClient

from actions.registration.papers.shelf import Shelf
from bot.channels.web.app import Web, build_app
from bot.channels.web.visitors import COOKIE, Visitors
from bot.memory.opening import Memory
from bot.memory.wishes import Reachable
from bot.messages import Message
from bot.wording import say
from tests.bot.fake_rasa import FakeRasa
from tests.bot.memories import new_memory
from tests.bot.reminders.reminding_office import APRIL, EVERYTHING, PLANS, Left, Office

GIVEN = (2023, 4, 17, 8)


@pytest.fixture
def memory() -> Iterator[Memory]:
    opened = new_memory()
    yield opened
    opened.close()


class Page:
    """The page of one visitor, over a Rasa that echoes."""

    def __init__(self, memory: Memory, folder: Path, rasa: FakeRasa | None = None) -> None:
        self.rasa, shelf, visitors = rasa or FakeRasa(), Shelf(folder), Visitors("secret")
        self.office = Office(memory, put_down=shelf.add)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.rasa.app))
        self.dialogue = self.office.reminders.dialogue("http://rasa.test", client)
        web = Web(self.dialogue, memory, lambda: self.office.now)
        self.client = TestClient(build_app(web, PLANS, visitors, shelf.find), raise_server_exceptions=False)
        self.client.cookies.set(COOKIE, visitors.signed("an"))

    def say(self, words: str) -> list[dict[str, Any]]:
        """Type `words`; return the replies."""
        replies: list[dict[str, Any]] = self.client.post("/api/messages", json={"text": words}).json()["replies"]
        return replies

    def visit(self, *moment: int) -> list[str]:
        """Open the page anew; return the texts of its history."""
        if moment:
            self.office.at(*moment)
        return [entry["text"] for entry in self.client.get("/api/history").json()["entries"]]


@pytest.fixture
def page(memory: Memory, tmp_path: Path) -> Page:
    return Page(memory, tmp_path)


def test_a_request_is_served_here_and_the_rest_is_handed_on(page: Page) -> None:
    (offer,) = page.say("/nhac")
    assert "Nhắc tất cả kế hoạch" in [button["title"] for button in offer["buttons"]]
    payload = {"payload": offer["buttons"][1]["payload"]}
    (done,) = page.client.post("/api/messages", json=payload).json()["replies"]
    assert done["text"].startswith("Đã đặt nhắc Hồng Lĩnh 2023") and done["citations"]
    assert [reply["text"] for reply in page.say("xin chào")] == ["<xin chào>"]
    assert page.rasa.received == [("web:an", "xin chào")]


def test_a_reminder_is_shown_at_the_next_visit_once_and_stays_in_the_history(page: Page) -> None:
    page.say("nhắc tôi tất cả kế hoạch")
    assert len(page.visit()) == 2
    shown = page.visit(*GIVEN)
    assert shown[-1].startswith("Nhắc hạn:") and len(shown) == 3
    assert page.visit(2023, 4, 17, 9) == shown
    assert "còn 1 ngày" in page.visit(2023, 4, 23, 8)[-1]


def test_a_visit_too_late_shows_nothing(page: Page) -> None:
    page.say("nhắc tôi kế hoạch Yên Bái")
    assert len(page.visit(2023, 4, 25)) == 2


def test_who_goes_on_writing_is_told_before_the_answer(page: Page) -> None:
    page.say("nhắc tôi tất cả kế hoạch")
    page.office.at(*GIVEN)
    assert [reply["text"].split(":")[0] for reply in page.say("xin chào")] == ["Nhắc hạn", "<xin chào>"]
    assert [reply["text"] for reply in page.say("xin chào")] == ["<xin chào>"]


def test_a_draft_left_is_told_of_at_the_next_visit(page: Page) -> None:
    page.office.drafts = [Left("d1", "web:an", "yenbai-duk-2023", "Vườn rau", APRIL)]
    assert page.visit(2023, 4, 5, 8) == []
    assert "“Vườn rau”" in page.visit(2023, 4, 7, 8)[0]
    assert len(page.visit(2023, 4, 9, 8)) == 1


def test_the_calendar_file_is_fetched_by_its_own_person(page: Page) -> None:
    (reply,) = page.say("tệp lịch")
    (file,) = reply["files"]
    got = page.client.get(file["link"])
    assert got.headers["content-type"].startswith("text/calendar") and file["name"].endswith(".ics")
    assert len(Calendar.from_ical(got.content).walk("VEVENT")) == 5
    page.client.cookies.clear()
    assert page.client.get(file["link"]).status_code == 404


def test_erasing_ends_the_reminders(page: Page, memory: Memory) -> None:
    page.say("nhắc tôi tất cả kế hoạch")
    page.rasa.script = lambda sender, text: [{"text": "Đã xoá."}, {"custom": {"kind": "form", "erased": ["web:an"]}}]
    page.say("xoá dữ liệu của tôi")
    assert dict(memory.wishes.of("web:an")) == {}
    assert [each for each in page.visit(*GIVEN) if "Nhắc hạn" in each] == []


def test_a_failed_turn_keeps_the_reminder_for_later(page: Page) -> None:
    page.say("nhắc tôi tất cả kế hoạch")
    page.office.at(*GIVEN)
    page.rasa.script = lambda sender, text: []
    assert say("unavailable") in page.say("xin chào")[0]["text"]
    page.rasa.script = lambda sender, words: [{"text": "Đáp."}]
    assert [reply["text"].split(":")[0] for reply in page.say("xin chào")] == ["Nhắc hạn", "Đáp."]


def test_an_answer_is_given_even_where_the_reminders_cannot_be_read(page: Page, memory: Memory) -> None:
    memory.sessions.write(lambda session: session.execute(text("DROP TABLE reminder_wishes")))
    assert [reply["text"] for reply in page.say("xin chào")] == ["<xin chào>"]
    assert page.visit()[-1] == "<xin chào>"
    assert say("unavailable") in page.say("nhắc tôi tất cả kế hoạch")[0]["text"]


def sent(page: Page, words: str, moment: datetime, channel: str = "telegram", in_group: bool = False) -> list[str]:
    message = Message(channel, "an", "an", "1", words, moment, in_group)
    with TestClient(build_app(Web(page.dialogue, page.office.memory, lambda: moment), PLANS, Visitors("x"))) as client:
        assert client.portal is not None
        return [reply.text for reply in client.portal.call(page.dialogue.send, message).replies]


def test_a_channel_that_may_always_write_says_nothing_before_an_answer(page: Page) -> None:
    to = Office(page.office.memory)
    page.say("nhắc tôi tất cả kế hoạch")
    for channel, count in (("telegram", 1), ("zalo_oa", 2)):
        person = Reachable(f"{channel}:an", "an")
        to.memory.wishes.change(person, EVERYTHING, [], "vi", APRIL)
        page.office.at(*GIVEN)
        assert len(sent(page, "xin chào", page.office.now, channel)) == count


def test_in_a_group_nothing_is_set_or_told(page: Page, memory: Memory) -> None:
    assert sent(page, "nhắc tôi tất cả kế hoạch", APRIL, "zalo_oa", in_group=True) == [say("private_only")]
    assert dict(memory.wishes.of("zalo_oa:an")) == {}
    memory.wishes.change(Reachable("zalo_oa:an", "an"), EVERYTHING, [], "vi", APRIL)
    page.office.at(*GIVEN)
    assert sent(page, "xin chào", page.office.now, "zalo_oa", in_group=True) == ["<xin chào>"]
