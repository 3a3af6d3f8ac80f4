"""All channels together, as one process serves them."""

import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from bot.channels import running
from bot.channels.running import all_channels
from bot.channels.telegram.intake import SECRET_HEADER, WEBHOOK_PATH
from bot.memory.opening import Memory
from bot.messages import Part, Received
from bot.settings import Settings, load_settings
from tests.bot.channels.telegram.server import TOKEN, TelegramServer, serving
from tests.bot.channels.zalo_bot import server as bot_server
from tests.bot.channels.zalo_bot.server import ZaloBotServer
from tests.bot.channels.zalo_oa.server import OA_SECRET, ZaloOaServer, milliseconds, signed
from tests.bot.channels.zalo_offices import oa_settings
from tests.bot.fake_rasa import FakeRasa
from tests.bot.memories import new_memory


@pytest.fixture
def memory() -> Iterator[Memory]:
    opened = new_memory()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(rasa_port: int = 9, **changes: Any) -> Settings:
    return load_settings(rasa_port=rasa_port, **changes)


def until(done: Any) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_token_only_the_page_is_served(memory: Memory) -> None:
    with TestClient(all_channels(settings(), memory)) as client:
        health = client.get("/health").json()
        assert client.post(WEBHOOK_PATH, json={"update_id": 1}).status_code == 404
    assert health["channels"] == {name: {"state": "off"} for name in ("telegram", "zalo_oa", "zalo_bot")}
    assert health["waiting"] == {"messages": 0, "replies": 0}
    assert (health["status"], health["assistant"]) == ("ok", "unavailable")


def test_the_readiness_page_says_that_the_database_is_down(memory: Memory) -> None:
    with TestClient(all_channels(settings(), memory)) as client:
        memory.sessions.write(lambda session: session.execute(text("DROP TABLE inbox")))
        assert client.get("/health").json()["status"] == "database down"


def test_a_call_of_telegram_is_answered_through_the_worker(memory: Memory, telegram: TelegramServer) -> None:
    rasa = FakeRasa()
    with serving(rasa.app) as address:
        chosen = settings(
            int(address.rsplit(":", 1)[1]),
            telegram_token=TOKEN,
            telegram_api=telegram.address,
            telegram_webhook_secret="word",
            public_address="https://dv.vn",
        )
        with TestClient(all_channels(chosen, memory)) as client:
            until(lambda: client.get("/health").json()["channels"]["telegram"]["state"] == "webhook")
            headers = {SECRET_HEADER: "word"}
            assert client.post(WEBHOOK_PATH, json=telegram.write(7, "xin chào"), headers=headers).status_code == 200
            assert client.post(WEBHOOK_PATH, json=telegram.write(7, "giả"), headers={}).status_code == 403
            until(lambda: "<xin chào>" in telegram.texts(7))
            counts = client.get("/health").json()["channels"]["telegram"]["counts"]
        assert counts == {"typed": 1, "forged": 1}
        assert telegram.webhook["url"] == "https://dv.vn/telegram/webhook"
    assert rasa.received == [("telegram:7", "xin chào")]


def test_an_event_of_zalo_is_answered_through_the_worker_with_tokens_from_a_process_of_their_own(
    memory: Memory, zalo_oa: ZaloOaServer, tmp_path: Path
) -> None:
    rasa = FakeRasa()
    zalo_oa.time = milliseconds(datetime.now(UTC))
    with serving(rasa.app) as address:
        chosen = oa_settings(tmp_path, zalo_oa.address, rasa_port=int(address.rsplit(":", 1)[1]))
        with TestClient(all_channels(chosen, memory)) as client:
            until(lambda: client.get("/health").json()["channels"]["zalo_oa"]["state"] == "webhook")
            for event, secret, status in ((zalo_oa.write("9", "xin chào"), OA_SECRET, 200), ({}, "guessed", 403)):
                content, headers = signed(event, secret)
                assert client.post("/zalo/webhook", content=content, headers=headers).status_code == status
            until(lambda: "<xin chào>" in zalo_oa.texts("9"))
            report = client.get("/health").json()["channels"]["zalo_oa"]
    assert report == {"state": "webhook", "signed_by": "app id, OA secret key", "counts": {"typed": 1, "forged": 1}}
    assert rasa.received == [("zalo_oa:9", "xin chào")]
    assert zalo_oa.exchanges == 1


def test_a_zalo_bot_polls_and_answers(memory: Memory, zalo_bot: ZaloBotServer, tmp_path: Path) -> None:
    rasa = FakeRasa()
    with serving(rasa.app) as address:
        chosen = settings(
            int(address.rsplit(":", 1)[1]),
            assistant_home=tmp_path,
            zalo_bot_token=bot_server.TOKEN,
            zalo_bot_api=zalo_bot.address,
        )
        with TestClient(all_channels(chosen, memory)) as client:
            zalo_bot.write("6a", "xin chào")
            until(lambda: "<xin chào>" in zalo_bot.texts("6a"))
            assert client.get("/health").json()["channels"]["zalo_bot"]["state"] == "polling"


def test_the_domain_is_shown_to_be_the_offices(memory: Memory) -> None:
    tag = '<meta name="zalo-platform-site-verification" content="AbC1">'
    with TestClient(all_channels(settings(zalo_site_verification="AbC1"), memory)) as client:
        assert client.get("/").text.index(tag) < client.get("/").text.index("</head>")
        assert tag in client.get("/zalo_verifierAbC1.html").text
    with TestClient(all_channels(settings(), memory)) as client:
        assert "zalo" not in client.get("/").text
        assert client.get("/zalo_verifier.html").status_code == 404


def test_what_is_old_is_deleted_at_the_start(memory: Memory) -> None:
    old = running._now() - timedelta(days=31)
    for number, at in (("old", old), ("new", running._now())):
        memory.inbox.answer(Received("web", "an", "an", number, "typed", "x"), [Part("y")], at, shown=True)
    with TestClient(all_channels(settings(), memory)):
        until(lambda: memory.inbox.answered(Received("web", "an", "an", "old", "typed", "x")) is None)
    assert memory.inbox.answered(Received("web", "an", "an", "new", "typed", "x")) is not None


def test_a_work_that_breaks_ends_the_process_and_one_that_is_stopped_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    signals: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", signals.append)

    async def broken() -> None:
        raise RuntimeError

    async def works() -> None:
        for work in (broken(), asyncio.sleep(60)):
            task: asyncio.Task[None] = asyncio.create_task(work)
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            running._end_if_broken(task)

    asyncio.run(works())
    assert signals == [signal.SIGTERM]
