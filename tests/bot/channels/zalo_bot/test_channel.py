"""A bot of the Bot Platform: the contract of all channels, both ways in, both forms of updates, every error."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.channels import typing_sign
from bot.channels.zalo_bot.channel import QUOTA_SECONDS, TOKEN_SECONDS, ZaloBot
from bot.channels.zalo_bot.intake import SECRET_HEADER, WEBHOOK_PATH, Polling, Webhook
from bot.wording import say
from tests.bot.channels.contract import ChannelContract, Conversation, Shown
from tests.bot.channels.zalo_bot.server import NAME, TOKEN, Failure, Sent, ZaloBotServer
from tests.bot.channels.zalo_offices import BotOffice
from tests.bot.fake_rasa import FakeRasa

AN, BINH = "6a6a", "7b7b"
SECRET = "a-long-random-word"
GOOD = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
GROUP = {"id": "g1", "chat_type": "GROUP"}
ANSWERED = {"custom": {"kind": "answer", "outcome": "answered", "plan_ids": [], "citations": []}}
SENDING = "sendMessage"

Open = Callable[..., BotOffice]


@pytest.fixture
def opened(zalo_bot: ZaloBotServer, tmp_path: Path) -> Iterator[Open]:
    offices: list[BotOffice] = []

    def open_office(rasa: FakeRasa | None = None, **more: Any) -> BotOffice:
        offices.append(BotOffice(zalo_bot, rasa or FakeRasa(), tmp_path, **more))
        return offices[-1]

    yield open_office
    for office in offices:
        office.close()


class Chat(Conversation):
    """A person in Zalo, who types the number of a choice."""

    def __init__(self, open_office: Open, rasa: FakeRasa) -> None:
        self.open_office, self.rasa = open_office, rasa
        self.office = open_office(rasa)
        self.memory = self.office.memory
        self.labels: dict[str, str] = {}

    def restart(self) -> None:
        self.office = self.open_office(self.rasa, memory=self.memory)

    def say(self, text: str) -> Shown:
        self.office.server.write(AN, text)
        return self._shown(self.office.turn())

    def take(self, shown: Shown, index: int) -> Shown:
        return self.say(self.labels[shown.choices[index]])

    def repeat(self) -> Shown:
        self.office.server.pending = [self.office.server.updates[-1]]
        return self._shown(self.office.turn())

    def come_again(self) -> Shown:
        return self._shown(self.office.later())

    def _shown(self, sent: list[Sent]) -> Shown:
        texts = tuple(each.text for each in sent if each.text != say("zalo_notice"))
        listed = [line.partition(". ") for line in texts[-1].splitlines()] if texts else []
        labels = {title: label for label, _, title in listed if title and len(label) == 1}
        self.labels = labels or self.labels
        return Shown(texts, tuple(labels))


class TestZaloBot(ChannelContract):
    channel_class = ZaloBot
    user = AN
    keeps_messages = True

    @pytest.fixture(autouse=True)
    def offices(self, opened: Open) -> None:
        self.opened = opened

    def open(self, rasa: FakeRasa) -> Chat:
        return Chat(self.opened, rasa)


def test_both_forms_of_updates_are_read_and_told(opened: Open, zalo_bot: ZaloBotServer) -> None:
    office = opened()
    zalo_bot.write(AN, "một")
    assert office.turn()[-1].text == "<một>"
    assert office.service.report()["form"] == "flat"
    zalo_bot.pending = [{"ok": True, "result": zalo_bot.write(AN, "hai")}]
    assert office.turn()[-1].text == "<hai>"
    assert office.service.report()["form"] == "wrapped"


@pytest.mark.parametrize(
    ("event", "message", "key"),
    [
        ("image", {"photo": "https://a.vn/1.jpg"}, "file"),
        ("image", {"photo_url": "http://127.0.0.1:1/1.jpg", "caption": "xem"}, "file"),
        ("sticker", {"sticker": "1", "url": "u"}, "sticker"),
        ("voice", {"voice_url": "u"}, "voice"),
        ("link", {"link": "u"}, "unreadable"),
        ("unsupported", {}, "file"),
    ],
)
def test_what_cannot_be_read_gets_a_kind_reply(
    opened: Open, zalo_bot: ZaloBotServer, event: str, message: dict[str, Any], key: str
) -> None:
    office = opened()
    zalo_bot.write(AN, event=event, **message)
    assert office.turn()[-1].text == say(key)
    assert office.rasa.received == []


@pytest.mark.parametrize(
    ("update", "counted"),
    [
        ({"event_name": "message.text.received", "message": {"text": "x", "from": {"id": "1", "is_bot": True}}},
         "from_bot"),
        ({"event_name": "message.reaction.received", "message": {}}, "reaction"),
        ({"event_name": "message.new.received", "message": {"text": "x"}}, "unknown_update"),
        ({"event_name": "message.text.received", "message": "x"}, "unknown_update"),
        ({"event_name": "message.text.received"}, "unknown_update"),
        ({"ok": True, "result": {}}, "unknown_update"),
        ({}, "unknown_update"),
    ],
)  # fmt: skip
def test_what_nobody_waits_for_is_only_counted(
    opened: Open, zalo_bot: ZaloBotServer, update: dict[str, Any], counted: str
) -> None:
    office = opened()
    zalo_bot.pending.append(update)
    assert office.turn() == []
    assert office.zalo.counts == {counted: 1}


def test_in_a_group_the_question_stands_alone_without_the_bots_name(opened: Open, zalo_bot: ZaloBotServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": f"<{said}>"}, ANSWERED]))
    written = zalo_bot.write(AN, f"@{NAME} hạn báo cáo?", chat=GROUP)
    assert [(sent.chat, sent.text) for sent in office.turn()] == [("g1", "<hạn báo cáo?>")]
    assert office.rasa.received[0][0] == f"zalo_bot:g1:{written['message']['message_id']}"
    office.rasa.script = lambda sender, said: [{"text": "Anh/Chị đã đăng ký: DK-1"}]
    zalo_bot.write(AN, "đăng ký của tôi", chat=GROUP)
    assert office.turn()[-1].text == say("private_only")


def test_typing_is_shown_while_the_assistant_works(
    opened: Open, zalo_bot: ZaloBotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing_sign, "TYPING_AFTER", 0.0)
    office = opened()
    zalo_bot.write(AN, "xin chào")
    office.turn()
    assert ("sendChatAction", {"chat_id": AN, "action": "typing"}) in zalo_bot.calls


def test_a_form_is_a_link_or_else_the_way_by_a_code(opened: Open, zalo_bot: ZaloBotServer, tmp_path: Path) -> None:
    paper = tmp_path / "kept"
    paper.write_bytes(b"a paper")
    answer = [{"text": "Đã lưu."}, {"attachment": "abc/dang-ky.docx"}]
    rasa = FakeRasa(lambda sender, said: answer)
    office = opened(rasa, find=lambda person, token: paper if person == f"zalo_bot:{AN}" else None)
    for user in (AN, BINH):
        zalo_bot.write(user, "gửi")
    office.turn()
    assert zalo_bot.texts(AN)[-1] == say("paper_elsewhere")
    assert zalo_bot.texts(BINH)[-1] == say("paper_not_found")
    public = opened(rasa, find=lambda person, token: paper, public_address="https://dv.vn")
    zalo_bot.write(AN, "gửi")
    assert "https://dv.vn/phieu/" in public.turn()[-1].text


# Failures of sending


def failing(opened: Open, server: ZaloBotServer, *failures: Failure) -> BotOffice:
    office = opened(FakeRasa(lambda sender, said: [{"text": f"{said}-1"}, {"text": f"{said}-2"}]))
    server.write(AN, "chào")
    office.turn()
    server.sent.clear()
    server.fail(SENDING, *failures)
    server.write(AN, "a")
    office.turn()
    return office


@pytest.mark.parametrize(("code", "seconds"), [(429, QUOTA_SECONDS), (401, TOKEN_SECONDS), (500, 20.0), (503, 20.0)])
def test_what_passes_is_waited_for(opened: Open, zalo_bot: ZaloBotServer, code: int, seconds: float) -> None:
    office = failing(opened, zalo_bot, Failure(code))
    assert zalo_bot.texts(AN) == []
    office.later(seconds + 1)
    assert zalo_bot.texts(AN) == ["a-1", "a-2"]


@pytest.mark.parametrize("failure", [Failure(403), Failure(404, "chat not found")])
def test_who_cannot_be_reached_is_not_tried_until_they_write(
    opened: Open, zalo_bot: ZaloBotServer, failure: Failure
) -> None:
    office = failing(opened, zalo_bot, failure)
    assert office.later(3600) == []
    zalo_bot.write(AN, "b")
    assert [sent.text for sent in office.turn()] == ["b-1", "b-2"]


@pytest.mark.parametrize("failure", [Failure(400), Failure(404), Failure(422), Failure(status=413)])
def test_a_part_that_is_not_taken_is_given_up(opened: Open, zalo_bot: ZaloBotServer, failure: Failure) -> None:
    failing(opened, zalo_bot, failure)
    assert zalo_bot.texts(AN) == ["a-2"]


def test_a_sending_without_an_answer_is_repeated_once(
    opened: Open, zalo_bot: ZaloBotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot.api.ANSWER_SECONDS", 0.3)
    office = failing(opened, zalo_bot, *[Failure(silence=0.6, works=True)] * 2)
    office.later()
    office.later()
    assert zalo_bot.texts(AN) == ["a-1", "a-1", "a-2"]


# Polling


class Enough(Exception):
    """The loop has run as far as the test needs."""


def run_polling(office: BotOffice, rounds: int) -> tuple[Polling, list[str]]:
    """Run the loop until it has waited so often; return it and its state at each wait."""
    states: list[str] = []

    async def wait(seconds: float) -> None:
        states.append(polling.state)
        await asyncio.sleep(0)
        if len(states) == rounds:
            raise Enough

    polling = Polling(office.zalo, poll_seconds=0, wait=wait)
    with contextlib.suppress(Enough):
        office.run(polling.run())
    return polling, states


def test_polling_goes_on_after_every_failure(opened: Open, zalo_bot: ZaloBotServer) -> None:
    zalo_bot.write(AN, "một")
    zalo_bot.fail("getMe", Failure(status=502))
    zalo_bot.fail("getUpdates", Failure(408), Failure(429), Failure(status=500), Failure(500))
    office = opened()
    assert run_polling(office, 4)[1] == ["unreachable"] * 4
    assert office.fetch() == 1
    assert zalo_bot.calls[0] == ("getMe", {})
    assert ("deleteWebhook", {}) in zalo_bot.calls


def test_a_wrong_token_ends_the_asking_and_is_told_without_the_token(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    polling, states = run_polling(opened(zalo_bot_token="123:WRONG"), 1)
    assert (polling.state, states) == ("token refused", [])
    said = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert said
    assert "WRONG" not in "".join(said)


def test_an_update_that_cannot_be_kept_stays_in_hand(opened: Open, zalo_bot: ZaloBotServer) -> None:
    office = opened()
    office.fetch()
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    zalo_bot.write(AN, "xin chào")
    polling, states = run_polling(office, 2)
    assert states == ["database down"] * 2
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    assert office.run(polling.fetch()) == 0
    assert office.memory.inbox.waiting() == 1


# The webhook


class Called:
    """The webhook as Zalo calls it."""

    def __init__(self, office: BotOffice) -> None:
        self.office = office
        self.webhook = Webhook(office.zalo, "https://dv.vn/", SECRET)
        self.app = Starlette()
        self.app.add_route(WEBHOOK_PATH, self.webhook.receive, methods=["POST"])

    def post(self, content: bytes | str, headers: dict[str, Any] = GOOD) -> int:
        with TestClient(self.app) as client:
            return client.post(WEBHOOK_PATH, content=content, headers=headers).status_code


def test_zalo_is_told_where_to_call_and_tried_again_until_it_is(opened: Open, zalo_bot: ZaloBotServer) -> None:
    zalo_bot.fail("setWebhook", Failure(500))
    called = Called(opened())
    called.webhook._wait = lambda seconds: asyncio.sleep(0)
    called.office.run(called.webhook.run())
    assert called.webhook.state == "webhook"
    assert zalo_bot.webhook == {"url": "https://dv.vn/zalo-bot/webhook", "secret_token": SECRET}


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_update_is_kept_and_a_repeated_one_acts_once(opened: Open, zalo_bot: ZaloBotServer, wrapped: bool) -> None:
    called, zalo_bot.wrapped = Called(opened()), wrapped
    update = json.dumps(zalo_bot.body(zalo_bot.write(AN, "xin chào")))
    assert [called.post(update), called.post(update)] == [200, 200]
    called.office.work()
    assert [said for _, said in called.office.rasa.received] == ["xin chào"]
    assert called.office.zalo.counts == {"typed": 1, "repeated": 1}


def test_the_empty_trial_of_zalo_is_answered(opened: Open) -> None:
    called = Called(opened())
    assert called.post("", {SECRET_HEADER: SECRET}) == 200
    assert called.post("", GOOD) == 200
    assert called.post(" ", GOOD) == 200
    assert called.office.zalo.counts == {}


@pytest.mark.parametrize(
    ("content", "headers", "status", "counted"),
    [
        ("{}", {"Content-Type": "application/json"}, 403, "forged"),
        ("", {}, 403, "forged"),
        ("{}", {**GOOD, SECRET_HEADER: "guessed"}, 403, "forged"),
        ("{}", {**GOOD, SECRET_HEADER: "mật-khẩu".encode()}, 403, "forged"),
        ("{}", {**GOOD, "Content-Type": "text/plain"}, 415, "malformed"),
        ('{"event_name": "mess', GOOD, 400, "malformed"),
        (b"\xff\xfe", GOOD, 400, "malformed"),
        ("[" * 50_000, GOOD, 400, "malformed"),
        ("[]", GOOD, 400, "malformed"),
        ("a" * 10_000_000, GOOD, 413, "malformed"),
        ('{"event_name": "message.poll.received"}', GOOD, 200, "unknown_update"),
    ],
)
def test_what_zalo_does_not_send_is_refused_and_counted(
    opened: Open, content: bytes | str, headers: dict[str, Any], status: int, counted: str
) -> None:
    called = Called(opened())
    assert called.post(content, headers) == status
    assert called.office.zalo.counts == {counted: 1}
    assert called.office.memory.inbox.waiting() == 0


def test_without_a_database_the_webhook_asks_to_come_again(opened: Open, zalo_bot: ZaloBotServer) -> None:
    called = Called(opened())
    called.office.memory.sessions.write(lambda session: session.execute(text("DROP TABLE inbox")))
    assert called.post(json.dumps(zalo_bot.write(AN, "xin chào"))) == 503


def test_the_settings_choose_the_way_in(opened: Open) -> None:
    assert opened().service.routes == []
    called = opened(zalo_bot_webhook_secret=SECRET, public_address="https://dv.vn").service
    assert [route.path for route in called.routes] == [WEBHOOK_PATH]
    assert called.report()["state"] == "connecting"
    assert TOKEN not in str(called.report())
