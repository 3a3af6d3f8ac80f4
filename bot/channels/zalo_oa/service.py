"""The Official Account as the settings have it: its tokens, its webhook, and what the readiness page says."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx
from starlette.routing import Route

from bot.channels.paper_link import PaperLinks
from bot.channels.zalo_oa.api import OaApi
from bot.channels.zalo_oa.channel import Habits, ZaloOa
from bot.channels.zalo_oa.exchange import vault_of
from bot.channels.zalo_oa.intake import WEBHOOK_PATH, Webhook
from bot.channels.zalo_oa.tokens import Exchange, TokenKeeper, apart
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.settings import Settings

NEEDED = ("zalo_oa_app_id", "zalo_oa_app_secret", "zalo_oa_secret_key")


class ZaloOaService:
    """One Official Account, running."""

    def __init__(self, channel: ZaloOa, webhook: Webhook, client: httpx.AsyncClient) -> None:
        self.channel = channel
        self.webhook = webhook
        self._client = client

    @property
    def routes(self) -> Sequence[Route]:
        """The address that Zalo calls."""
        return [Route(WEBHOOK_PATH, self.webhook.receive, methods=["POST"])]

    async def run(self) -> None:
        """Keep the tokens fresh until cancelled."""
        await self.channel.api.keeper.run()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def report(self) -> dict[str, Any]:
        """Return the state of tokens and account, how events are signed, and how many of what came in."""
        ending = self.channel.api.keeper.ending
        state = "webhook" if ending in ("fresh", "renewed") else f"tokens: {ending or 'not looked at yet'}"
        signed = {"signed_by": self.webhook.signed_by} if self.webhook.signed_by else {}
        return {"state": self.channel.trouble or state, **signed, "counts": dict(self.channel.counts)}


def missing(settings: Settings) -> list[str]:
    """Return the variables that the Official Account lacks."""
    return [name.upper() for name in NEEDED if not getattr(settings, name)]


def open_zalo_oa(
    settings: Settings,
    dialogue: Dialogue,
    memory: Memory,
    clock: Callable[[], datetime],
    papers: PaperLinks,
    exchange: Exchange | None = None,
) -> ZaloOaService:
    """Return the account of `settings`; `exchange` takes the place of the process that exchanges tokens."""
    exchange = exchange or apart({**os.environ, **settings.environment()})
    keeper = TokenKeeper(vault_of(settings), settings.zalo_oa_refresh_token, exchange, clock)
    client = httpx.AsyncClient(trust_env=False)
    api = OaApi(client, settings.zalo_oa_api, keeper, settings.zalo_oa_per_minute)
    habits = Habits(settings.zalo_oa_buttons, settings.zalo_oa_paid_replies)
    channel = ZaloOa(api, dialogue, memory, clock, papers, habits, settings.public_address or "")
    return ZaloOaService(channel, Webhook(channel, settings), client)
