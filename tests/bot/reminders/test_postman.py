"""Reminders that are sent: at office hours, as each channel may, each once. The real client, a pretended Telegram."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.channels.rendering import Limits
from bot.memory.opening import open_memory
from bot.memory.wishes import Reachable
from bot.messages import Received
from bot.reminders import postman
from bot.reminders.postman import Postman
from knowledge.database import StoreUnavailable
from tests.bot.channels.telegram.office import Office as Channel
from tests.bot.channels.telegram.server import Refused, TelegramServer, TelegramSite, telegram_site
from tests.bot.fake_rasa import FakeRasa
from tests.bot.memories import new_url
from tests.bot.reminders.reminding_office import AN, APRIL, EVERYTHING, Left, Office

BINH = Reachable("telegram:8", "8")


@pytest.fixture(scope="module")
def site() -> Iterator[TelegramSite]:
    with telegram_site() as opened:
        yield opened


@pytest.fixture
def server(site: TelegramSite) -> TelegramServer:
    return site.fresh()


class Post:
    """A channel, and the postman beside it."""

    def __init__(self, server: TelegramServer, url: str) -> None:
        self.channel = Channel(server, FakeRasa(), open_memory(url))
        self.office = Office(self.channel.memory)
        self.postman = self.office.reminders.postman({"telegram": self.channel.telegram})
        self.server = server

    def go(self, *moment: int) -> list[tuple[int, str]]:
        """Let the postman go round at a moment; return who was sent what."""
        before = len(self.server.sent)
        self.office.at(*moment)
        self.postman.go_round()
        self.channel.work()
        return [(sent.chat, sent.text) for sent in self.server.sent[before:]]


@pytest.fixture
def url() -> str:
    return new_url()


@pytest.fixture
def post(server: TelegramServer, url: str) -> Iterator[Post]:
    opened = Post(server, url)
    opened.office.memory.wishes.change(AN, EVERYTHING, [], "vi", APRIL)
    yield opened
    opened.channel.close()


def test_a_reminder_is_sent_at_office_hours_once(post: Post) -> None:
    assert post.go(2023, 4, 17, 7, 59) == []
    ((chat, text),) = post.go(2023, 4, 17, 8)
    assert chat == 7 and text.startswith("Nhắc hạn:") and "24/04/2023" in text
    assert post.go(2023, 4, 17, 8, 1) == []


def test_what_came_due_in_the_night_waits_for_the_office(post: Post) -> None:
    assert post.go(2023, 4, 17, 17) == [] and post.go(2023, 4, 18, 3) == []
    assert "còn 6 ngày" in post.go(2023, 4, 18, 8)[0][1]


def test_two_processes_send_it_once(post: Post, server: TelegramServer, url: str) -> None:
    other = Post(server, url)
    assert len(post.go(2023, 4, 17, 8) + other.go(2023, 4, 17, 8)) == 1
    other.channel.close()


def test_everybody_gets_their_own(post: Post) -> None:
    post.office.memory.wishes.change(BINH, {"honglinh-2023": (7,)}, [], "en", APRIL)
    assert [chat for chat, _ in post.go(2023, 4, 17, 8)] == [7]
    sent = post.go(2023, 6, 2, 8)
    assert sorted(chat for chat, _ in sent) == [7, 8]
    assert [text.startswith("Reminder of deadlines:") for chat, text in sent if chat == 8] == [True]


def test_who_blocked_the_bot_is_not_tried_again(post: Post, server: TelegramServer) -> None:
    server.fail("sendMessage", Refused(403, "Forbidden: bot was blocked by the user"))
    assert post.go(2023, 4, 17, 8) == []
    calls = len(server.sent)
    assert post.go(2023, 4, 23, 8) == []
    assert len(server.sent) == calls and not server.failures.get("sendMessage")


def test_a_channel_with_a_window_is_written_to_within_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post.channel.telegram, "unasked", timedelta(hours=48))
    assert post.go(2023, 4, 17, 8) == []  # they never wrote
    wrote = Received("telegram", "7", "7", "1", "typed", "xin chào")
    post.office.memory.inbox.answer(wrote, [], post.office.now - timedelta(hours=48), shown=True)
    assert post.go(2023, 4, 17, 8) == []
    again = Received("telegram", "7", "7", "2", "typed", "xin chào")
    post.office.memory.inbox.answer(again, [], post.office.now - timedelta(hours=47), shown=True)
    assert len(post.go(2023, 4, 17, 8)) == 1


def test_a_draft_is_reminded_of_where_its_person_wrote_and_nowhere_else(post: Post) -> None:
    left = [Left(person, person, "yenbai-duk-2023", "Vườn rau", APRIL) for person in ("telegram:9", "web:an")]
    post.office.drafts = [*left, Left("x", "telegram:10", "yenbai-duk-2023", None, APRIL)]
    wrote = Received("telegram", "9", "9", "1", "typed", "xin chào")
    post.office.memory.inbox.answer(wrote, [], APRIL, shown=True)
    assert [(chat, "Vườn rau" in text) for chat, text in post.go(2023, 4, 7, 8)] == [(9, True)]
    assert post.go(2023, 4, 8, 8) == []


def test_a_long_reminder_is_cut_as_the_channel_needs(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post.channel.telegram, "limits", Limits(text=120, buttons=0, button_title=0))
    pieces = [text for _, text in post.go(2023, 4, 17, 8)]
    assert len(pieces) > 1 and all(len(piece) <= 120 for piece in pieces)


def test_the_postman_goes_on_after_a_failure(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([StoreUnavailable("locked"), KeyError("x"), None])
    ended = asyncio.Event()

    def go_round(self: Postman) -> int:
        problem = next(rounds)
        if problem is not None:
            raise problem
        loop.call_soon_threadsafe(ended.set)
        return 0

    async def runs() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(post.postman.run())
        await ended.wait()
        task.cancel()

    loop: asyncio.AbstractEventLoop
    monkeypatch.setattr(postman, "TICK_SECONDS", 0.0)
    monkeypatch.setattr(Postman, "go_round", go_round)
    asyncio.run(asyncio.wait_for(runs(), 30))
    assert list(rounds) == []


def test_what_was_given_is_known_for_long(post: Post) -> None:
    post.go(2023, 4, 17, 8)
    post.go(2023, 12, 13, 8)
    assert any("2023-04-24" in mark for mark in post.office.memory.wishes.given(AN.person))
    post.go(2025, 12, 20, 8)
    assert post.office.memory.wishes.given(AN.person) == frozenset()
    assert post.office.memory.wishes.of(AN.person) == {}
