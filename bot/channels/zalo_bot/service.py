"""The bot of the Bot Platform as the settings have it: its client, the way updates come in, and its state."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx
from starlette.routing import Route

from bot.channels.paper_link import PaperLinks
from bot.channels.zalo_bot.api import BotApi
from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_bot.intake import WEBHOOK_PATH, Polling, Webhook
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.settings import Settings


class ZaloBotService:
    """One bot, running: `routes` are where Zalo calls in, if it does."""

    def __init__(self, channel: ZaloBot, intake: Polling | Webhook, client: httpx.AsyncClient) -> None:
        self.channel = channel
        self._intake = intake
        self._client = client

    @property
    def routes(self) -> Sequence[Route]:
        """The addresses that Zalo calls."""
        intake = self._intake
        return [Route(WEBHOOK_PATH, intake.receive, methods=["POST"])] if isinstance(intake, Webhook) else []

    async def run(self) -> None:
        """Take in updates until cancelled."""
        await self._intake.run()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def report(self) -> dict[str, Any]:
        """Return the state of the intake, the form of updates, and how many of what came in since the start."""
        form = {"form": self.channel.form} if self.channel.form else {}
        return {"state": self._intake.state, **form, "counts": dict(self.channel.counts)}


def open_zalo_bot(
    settings: Settings, dialogue: Dialogue, memory: Memory, clock: Callable[[], datetime], papers: PaperLinks
) -> ZaloBotService:
    """Return the bot of `settings`, not yet connected."""
    client = httpx.AsyncClient(trust_env=False)
    api = BotApi(client, settings.zalo_bot_api, settings.zalo_bot_token)
    address, secret = settings.public_address or "", settings.zalo_bot_webhook_secret
    channel = ZaloBot(api, dialogue, memory, clock, papers, address)
    return ZaloBotService(channel, Webhook(channel, address, secret) if secret else Polling(channel), client)
