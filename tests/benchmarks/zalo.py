"""Zalo's webhook while the assistant is busy, and a burst of events of many people, within the limit a minute."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from bot.channels.zalo_oa.intake import WEBHOOK_PATH
from tests.benchmarks.bench import Bench
from tests.benchmarks.channels import (
    A_SECOND,
    PEOPLE,
    SECONDS,
    TURN_MS,
    busy_rasa,
    channels_over,
    check_order,
    until,
    waiting,
)
from tests.benchmarks.channels import p95 as p95_of
from tests.benchmarks.figures import Row
from tests.benchmarks.servers import ServerFailed
from tests.bot.channels.zalo_oa.server import (
    APP,
    FIRST_TOKEN,
    OA_SECRET,
    SECRET,
    ZaloOaServer,
    milliseconds,
    signed,
    zalo_oa_site,
)

BURST = 500
PER_MINUTE = 1500
"""Of the assistant and of the pretended account; the default of 80 would take a quarter of an hour."""


def measure(bench: Bench) -> list[Row]:
    """Start the channels over a pretended account; let events come in evenly, then all at once."""
    with zalo_oa_site() as site:
        zalo = site.fresh()
        zalo.per_minute = PER_MINUTE
        changes = {
            "zalo_oa_app_id": APP,
            "zalo_oa_app_secret": SECRET,
            "zalo_oa_secret_key": OA_SECRET,
            "zalo_oa_refresh_token": FIRST_TOKEN,
            "zalo_oa_per_minute": PER_MINUTE,
            "zalo_oa_api": zalo.address,
            "zalo_oauth": zalo.address,
        }
        settings = bench.settings.model_copy(update=changes)
        address = f"http://127.0.0.1:{settings.web_port}"
        with (
            channels_over(settings, address, "zalo_oa"),
            busy_rasa(settings),
            httpx.Client(trust_env=False) as client,
        ):
            acknowledged = asyncio.run(_deliver(address, zalo, A_SECOND * SECONDS, 1 / A_SECOND, "even"))
            until(lambda: waiting(client, address) == 0)
            check(zalo, "even")
            began = time.perf_counter()
            asyncio.run(_deliver(address, zalo, BURST, 0.0, "burst"))
            until(lambda: waiting(client, address) == 0)
            after = time.perf_counter() - began
            check(zalo, "burst")
    return rows(acknowledged, after)


def rows(acknowledged: Sequence[float], after: float) -> list[Row]:
    """Return the figures: seconds of each acknowledgement, seconds until the burst was answered."""
    how = f"p95 of {len(acknowledged)} signed events at {A_SECOND}/s, kept in SQLite; turns of {TURN_MS} ms meanwhile"
    burst = f"{BURST} events of {PEOPLE} people at once; all answered, in order per person, none twice"
    limit = f"the account's limit of {PER_MINUTE} calls a minute never reached"
    return [
        Row("Zalo webhook: acknowledged", 1000 * p95_of(acknowledged), "ms", how, at_most=50),
        Row("Zalo burst: 500 events answered", after, "s", f"{burst}; {limit}"),
    ]


def check(zalo: ZaloOaServer, word: str) -> None:
    """Raise `ServerFailed` unless everything about `word` was answered once and in order, and no limit was reached."""
    written: dict[str, list[str]] = defaultdict(list)
    for event in zalo.events:
        if event["message"]["text"].startswith(word):
            written[event["sender"]["id"]].append(f"<{event['message']['text']}>")
    check_order(written, zalo.texts, word)
    if zalo.over_the_limit:
        raise ServerFailed(f"{zalo.over_the_limit} calls were over the limit a minute")


async def _deliver(address: str, zalo: ZaloOaServer, count: int, pause: float, word: str) -> list[float]:
    """Post `count` events, one each `pause` seconds (0: each person's one after another, 16 people at once)."""
    seconds: list[float] = []
    at_once = asyncio.Semaphore(16 if not pause else count)
    people = itertools.cycle(str(9_000_000_000_000_000_000 + number) for number in range(PEOPLE))

    async def post(content: bytes, headers: dict[str, str]) -> None:
        async with at_once:
            began = time.perf_counter()
            answer = await client.post(WEBHOOK_PATH, content=content, headers=headers)
            seconds.append(time.perf_counter() - began)
            answer.raise_for_status()

    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        posts: list[asyncio.Task[None]] = []
        for number, user in zip(range(count), people, strict=False):
            zalo.time = milliseconds(datetime.now(UTC))
            if not pause and number % PEOPLE == 0:  # each person's in their order
                await asyncio.gather(*posts)
            posts.append(asyncio.create_task(post(*signed(zalo.write(user, f"{word} {number}")))))
            await asyncio.sleep(pause)
        await asyncio.gather(*posts)
    return seconds
