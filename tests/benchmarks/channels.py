"""Telegram's webhook while the assistant is busy, and a thousand messages that wait when it comes back."""

import asyncio
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.channels.telegram.intake import SECRET_HEADER, WEBHOOK_PATH
from bot.programs import assistant_environment
from bot.settings import Settings
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.memory import proportional
from tests.benchmarks.servers import Server, ServerFailed, started
from tests.bot.channels.telegram.server import TOKEN, TelegramServer, telegram_server

T = TypeVar("T")

PEOPLE = 100
EACH = 10
A_SECOND = 50
SECONDS = 10
TURN_MS = 25
"""Of one core: with 50 messages a second the assistant falls behind, as it should here."""

PATIENCE = 300.0
HEADERS = {SECRET_HEADER: "benchmark"}


def measure(bench: Bench) -> list[Row]:
    """Start the channels over a pretended Telegram; let messages come in without Rasa, then with a busy one."""
    with telegram_server() as telegram:
        changes = {
            "telegram_token": TOKEN,
            "telegram_api": telegram.address,
            "telegram_webhook_secret": HEADERS[SECRET_HEADER],
            "public_address": "https://benchmark.invalid",
        }
        settings = bench.settings.model_copy(update=changes)
        address = f"http://127.0.0.1:{settings.web_port}"
        with channels_over(settings, address, "telegram") as channels, httpx.Client(trust_env=False) as client:
            asyncio.run(_deliver(address, telegram, PEOPLE * EACH, 0.0, "wait"))
            until(lambda: all(telegram.texts(user) for user in range(1, PEOPLE + 1)))
            with busy_rasa(settings):
                began = time.perf_counter()
                until(lambda: waiting(client, address) == 0)
                after = time.perf_counter() - began
                check(telegram, "wait")
                acknowledged = asyncio.run(_deliver(address, telegram, A_SECOND * SECONDS, 1 / A_SECOND, "busy"))
                until(lambda: waiting(client, address) == 0)
                check(telegram, "busy")
            memory = proportional(Path(f"/proc/{channels.pid}/smaps_rollup").read_text(encoding="utf-8"))
    return rows(acknowledged, after, memory)


def rows(acknowledged: Sequence[float], after: float, memory: int) -> list[Row]:
    """Return the figures: seconds of each acknowledgement, seconds until all was answered, bytes."""
    how = f"p95 of {len(acknowledged)} webhook calls at {A_SECOND}/s, kept in SQLite; turns of {TURN_MS} ms meanwhile"
    kept = (
        f"{PEOPLE * EACH} messages of {PEOPLE} people kept without Rasa; all answered, in order per person, none twice"
    )
    return [
        Row("webhook: acknowledged", 1000 * p95(acknowledged), "ms", how, at_most=50),
        Row("outage: 1,000 kept messages answered", after, "s", f"{kept}; Telegram allows 30 a second"),
        Row("outage: memory of the channels", memory / 1e6, "MB", "PSS of the process after both", at_most=150),
    ]


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def check(telegram: TelegramServer, word: str) -> None:
    """Raise `ServerFailed` unless every message about `word` was answered once, in the order of its person."""
    written: dict[int, list[str]] = defaultdict(list)
    for update in telegram.updates:
        message = update["message"]
        if message["text"].startswith(word):
            written[message["from"]["id"]].append(f"<{message['text']}>")
    check_order(written, telegram.texts, word)


def check_order(written: Mapping[T, list[str]], texts: Callable[[T], list[str]], word: str) -> None:
    """Raise `ServerFailed` unless each person's texts about `word` are those `written`, each once, in order."""
    for user, expected in written.items():
        answered = [text for text in texts(user) if text.startswith(f"<{word}")]
        if answered != expected:
            raise ServerFailed(f"{user} wrote {expected} and was answered {answered}")


async def _deliver(address: str, telegram: TelegramServer, count: int, pause: float, word: str) -> list[float]:
    """Call the webhook `count` times, a call each `pause` seconds (0: each when 16 before it are through)."""
    seconds: list[float] = []
    at_once = asyncio.Semaphore(16 if not pause else count)

    async def call(update: dict[str, Any]) -> None:
        async with at_once:
            began = time.perf_counter()
            answer = await client.post(WEBHOOK_PATH, json=update, headers=HEADERS)
            seconds.append(time.perf_counter() - began)
            answer.raise_for_status()

    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        calls = []
        for number, user in zip(range(count), itertools.cycle(range(1, PEOPLE + 1)), strict=False):
            update = telegram.write(user, f"{word} {number}")
            if not pause and user == 1:  # one person's messages must come in the order in which they are written
                await asyncio.gather(*calls)
            calls.append(asyncio.create_task(call(update)))
            await asyncio.sleep(pause)
        await asyncio.gather(*calls)
    return seconds


def channels_over(settings: Settings, address: str, messenger: str) -> AbstractContextManager[Server]:
    """Start the channels' process; it is there when the webhook of `messenger` is."""
    environment = assistant_environment(settings)
    command = (sys.executable, "-m", "bot", "channels")

    def answers() -> bool:
        found = httpx.get(f"{address}/health", trust_env=False).json()
        return bool(found["channels"][messenger]["state"] == "webhook")

    return started(command, environment, settings.logs_folder / "channels.log", answers)


def busy_rasa(settings: Settings) -> AbstractContextManager[Server]:
    """Start a Rasa whose every turn keeps a core busy."""
    command = (sys.executable, "-m", "tests.benchmarks.busy_rasa", str(settings.rasa_port), str(TURN_MS))
    return started(
        command,
        {},
        settings.logs_folder / "busy_rasa.log",
        lambda: httpx.get(settings.rasa_url, trust_env=False).is_success,
    )


def waiting(client: httpx.Client, address: str) -> int:
    """Return how many messages and replies wait."""
    found: dict[str, int] = client.get(f"{address}/health", timeout=30).json()["waiting"]
    return sum(found.values())


def until(done: Callable[[], bool]) -> None:
    """Return when it is `done`; ServerFailed where that takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise ServerFailed("the messages were not answered in time")
        time.sleep(0.2)
