"""What comes in at the webhook, and how the intake behaves where Telegram or the database fails."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.channels.telegram.intake import SECRET_HEADER, WEBHOOK_PATH, Polling, Webhook
from bot.channels.telegram.service import TelegramService, open_bot
from bot.channels.webhook import BODY_LIMIT
from knowledge.database import StoreUnavailable
from tests.bot.channels.telegram.office import Office
from tests.bot.channels.telegram.server import Failure, Refused, TelegramServer
from tests.bot.fake_rasa import FakeRasa

SECRET = "a-long-random-word"
GOOD = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}


@pytest.fixture
def office(telegram: TelegramServer) -> Iterator[Office]:
    opened = Office(telegram, FakeRasa())
    yield opened
    opened.close()


class Called:
    """The webhook as Telegram calls it, in the loop of the office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.webhook = Webhook(office.telegram, "https://dv.vn/", SECRET)
        self.service = TelegramService(office.telegram, self.webhook)

    def post(self, content: bytes | str, headers: dict[str, Any] = GOOD) -> int:
        with TestClient(Starlette(routes=list(self.service.routes))) as client:
            return client.post(WEBHOOK_PATH, content=content, headers=headers).status_code

    def begin(self) -> "Called":
        self.office.run(self.service.run())
        return self


def test_telegram_is_told_where_to_call_and_with_which_secret(office: Office, telegram: TelegramServer) -> None:
    called = Called(office)
    assert called.post(json.dumps(telegram.write(7, "quá sớm"))) == 503
    telegram.fail("setWebhook", Failure(Refused(429, "Too Many Requests: retry after 0", retry_after=0)))
    called.begin()
    assert telegram.webhook["url"] == "https://dv.vn/telegram/webhook"
    assert telegram.webhook["secret_token"] == SECRET
    assert called.service.report() == {"state": "webhook", "counts": {}}


def test_an_update_is_kept_before_it_is_acknowledged_and_a_replayed_one_acts_once(
    office: Office, telegram: TelegramServer
) -> None:
    called = Called(office).begin()
    update = json.dumps(telegram.write(7, "xin chào"))
    assert [called.post(update), called.post(update)] == [200, 200]
    assert office.memory.inbox.waiting() == 1
    office.work()
    assert [said for _, said in office.rasa.received] == ["xin chào"]
    assert office.telegram.counts == {"typed": 1, "repeated": 1}


@pytest.mark.parametrize(
    ("content", "headers", "status", "counted"),
    [
        ("{}", {"Content-Type": "application/json"}, 403, "forged"),
        ("{}", {**GOOD, SECRET_HEADER: "guessed"}, 403, "forged"),
        ("{}", {**GOOD, SECRET_HEADER: "mật-khẩu".encode()}, 403, "forged"),
        ("{}", {**GOOD, "Content-Type": "text/plain"}, 415, "malformed"),
        ("a=b", {**GOOD, "Content-Type": "application/x-www-form-urlencoded"}, 415, "malformed"),
        ("", GOOD, 400, "malformed"),
        ('{"update_id": 1, "mess', GOOD, 400, "malformed"),
        (b"\xff\xfe", GOOD, 400, "malformed"),
        ("[" * 50_000, GOOD, 400, "malformed"),
        ("[]", GOOD, 400, "malformed"),
        ('{"message": {}}', GOOD, 400, "malformed"),
        ('{"update_id": "x"}', GOOD, 400, "malformed"),
        ("a" * 10_000_000, GOOD, 413, "malformed"),
        ('{"update_id": 1}', GOOD, 200, "unknown_update"),
        ('{"update_id": 1, "a_new_kind": {"x": 1}}', GOOD, 200, "unknown_update"),
        ('{"update_id": 1, "message": {"text": "no sender, no chat"}}', GOOD, 200, "unknown_update"),
        ('{"update_id": 1, "message": "text"}', GOOD, 200, "unknown_update"),
        ('{"update_id": 1, "callback_query": {"id": "1"}}', GOOD, 200, "unknown_update"),
    ],
)
def test_what_telegram_does_not_send_is_refused_and_counted(
    office: Office, content: bytes | str, headers: dict[str, Any], status: int, counted: str
) -> None:
    called = Called(office).begin()
    assert called.post(content, headers) == status
    assert office.telegram.counts == {counted: 1}
    assert office.memory.inbox.waiting() == 0


def test_the_limit_of_an_update_is_above_what_telegram_sends(office: Office, telegram: TelegramServer) -> None:
    called = Called(office).begin()
    update = telegram.write(7, "ạ" * 4096)
    assert len(json.dumps(update)) < BODY_LIMIT
    assert called.post(json.dumps(update)) == 200


def test_without_a_database_telegram_is_asked_to_come_again(office: Office, telegram: TelegramServer) -> None:
    called = Called(office).begin()
    office.memory.sessions.write(lambda session: session.execute(text("DROP TABLE inbox")))
    assert called.post(json.dumps(telegram.write(7, "xin chào"))) == 503


def test_without_a_database_polling_confirms_nothing(office: Office, telegram: TelegramServer) -> None:
    office.fetch()
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    telegram.write(7, "xin chào")
    with pytest.raises(StoreUnavailable):
        office.fetch()
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    assert office.fetch() == 1
    assert office.memory.inbox.waiting() == 1


class Enough(Exception):
    """The loop has run as far as the test needs."""


def run_polling(office: Office, rounds: int) -> tuple[Polling, list[str], list[float]]:
    """Run the loop until it has waited so often; return it, its state at each wait, and the waits."""
    states: list[str] = []
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        states.append(polling.state)
        waits.append(seconds)
        await asyncio.sleep(0)
        if len(waits) == rounds:
            raise Enough

    polling = Polling(office.telegram, poll_seconds=0, wait=wait)
    with contextlib.suppress(Enough):
        office.run(polling.run())
    return polling, states, waits


def test_polling_goes_on_after_every_failure_of_the_server(office: Office, telegram: TelegramServer) -> None:
    telegram.fail(
        "getUpdates",
        Failure(Refused(500, "Internal Server Error")),
        Failure(Refused(429, "Too Many Requests: retry after 41", retry_after=41)),
        Failure(Refused(409, "Conflict: terminated by other getUpdates request")),
    )
    _, states, waits = run_polling(office, 3)
    assert states == ["unreachable", "unreachable", "another program polls"]
    assert waits[1] == 41


def test_a_server_that_cannot_be_reached_at_the_start_is_asked_again(office: Office, telegram: TelegramServer) -> None:
    telegram.fail("getMe", Failure())
    telegram.fail("getUpdates", Failure())
    _, states, _ = run_polling(office, 2)
    assert states == ["unreachable", "unreachable"]
    assert telegram.commands


def test_a_wrong_token_ends_the_asking_and_is_told(office: Office, telegram: TelegramServer) -> None:
    office.telegram.bot = open_bot("42:WRONG", telegram.address)
    polling, _, waits = run_polling(office, 1)
    assert (polling.state, waits) == ("token refused", [])


def test_an_update_that_the_library_cannot_read_does_not_stop_those_behind_it(
    office: Office, telegram: TelegramServer
) -> None:
    broken: dict[str, Any] = {"poll_answer": {"poll_id": "1", "option_ids": []}}
    telegram.update(**broken)
    telegram.write(7, "xin chào")
    office.turn()
    assert [said for _, said in office.rasa.received] == ["xin chào"]
    assert office.telegram.counts == {"unknown_update": 1, "typed": 1}
