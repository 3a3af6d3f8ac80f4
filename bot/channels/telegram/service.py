"""Telegram as the settings have it: the client, the way updates come in, and what the readiness page says."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from starlette.routing import Route
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.rendering import FindPaper, no_paper
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.intake import ANSWER_SECONDS, WEBHOOK_PATH, Polling, Webhook
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.settings import Settings

CONNECTIONS = 64


class TelegramService:
    """One bot, running: `routes` are where Telegram calls in, if it does."""

    def __init__(self, channel: Telegram, intake: Polling | Webhook) -> None:
        self.channel = channel
        self._intake = intake

    @property
    def routes(self) -> Sequence[Route]:
        """The addresses that Telegram calls."""
        intake = self._intake
        return [Route(WEBHOOK_PATH, intake.receive, methods=["POST"])] if isinstance(intake, Webhook) else []

    async def run(self) -> None:
        """Take in updates until cancelled."""
        await self._intake.run()

    async def close(self) -> None:
        """Close the connections."""
        await self.channel.bot.shutdown()

    def report(self) -> dict[str, Any]:
        """Return the state of the intake and how many of what came in since the start."""
        return {"state": self._intake.state, "counts": dict(self.channel.counts)}


def open_telegram(
    settings: Settings, dialogue: Dialogue, memory: Memory, clock: Callable[[], datetime], find: FindPaper = no_paper
) -> TelegramService:
    """Return the bot of `settings`, not yet connected."""
    bot = open_bot(settings.telegram_token, settings.telegram_api, settings.telegram_proxy)
    address = settings.public_address or ""
    channel = Telegram(bot, dialogue, memory, clock, address, find)
    secret = settings.telegram_webhook_secret
    return TelegramService(channel, Webhook(channel, address, secret) if secret else Polling(channel))


def open_bot(token: str, api: str, proxy: str | None = None) -> ExtBot[int]:
    """Return a client of the Bot API at `api` that keeps to 30 messages a second, 20 a minute in a group.

    It does not retry: what the server puts off waits in the outbox, where it outlives the process.
    """
    connection = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        read_timeout=ANSWER_SECONDS,
        pool_timeout=ANSWER_SECONDS,
        proxy=proxy,
        httpx_kwargs={"trust_env": False},
    )
    return ExtBot(
        token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=connection,
        rate_limiter=AIORateLimiter(max_retries=0),
    )
