"""A bot of Zalo's Bot Platform: texts only, choices as numbers to type, files as links."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.channels.messenger import Delivery, Messenger
from bot.channels.paper_link import PaperLinks
from bot.channels.rendering import Limits
from bot.channels.typing_sign import typing_shown
from bot.channels.zalo_bot.api import SILENT, UNREACHABLE, Answer, BotApi
from bot.channels.zalo_bot.updates import CHANNEL, Form, read, unwrapped
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.memory.outbox import Outgoing
from bot.messages import Received
from bot.wording import say

QUOTA_SECONDS, TOKEN_SECONDS = 60.0, 600.0
"""How long is waited where too much was sent (Zalo does not say how long), and where the token is refused."""

_log = logging.getLogger(__name__)


class ZaloBot(Messenger):
    """The bot that `api` speaks for; `papers` links to files."""

    name: ClassVar[str] = CHANNEL
    limits: ClassVar[Limits] = Limits(text=2000, buttons=0, button_title=0)
    notice: ClassVar[str] = "zalo_notice"
    unasked: ClassVar[timedelta | None] = None

    def __init__(
        self,
        api: BotApi,
        dialogue: Dialogue,
        memory: Memory,
        clock: Callable[[], datetime],
        papers: PaperLinks,
        public_address: str = "",
    ) -> None:
        super().__init__(dialogue, memory, clock, public_address)
        self.api = api
        self.own_name = ""
        self.form: Form | None = None
        self._papers = papers

    async def introduce(self) -> Answer:
        """Learn the bot's own name and return what its token is answered."""
        answer = await self.api.call("getMe", {})
        if isinstance(answer.result, Mapping):
            self.own_name = str(answer.result.get("account_name") or answer.result.get("name") or "")
        return answer

    async def take_update(self, body: Mapping[str, Any]) -> None:
        """Keep what an update says, in either of the forms it may have.

        Raises:
            StoreUnavailable: it is not kept.
        """
        update, form = unwrapped(body)
        if form != self.form:
            _log.warning("updates of the Bot Platform come %s", form)
            self.form = form
        incoming = read(update, self.own_name)
        if incoming.ignored:
            self.counts[incoming.ignored] += 1
        if incoming.received is not None:
            await self.take(incoming.received)

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Send one text, or the way to a file."""
        answer = await self.api.call("sendMessage", {"chat_id": outgoing.chat, "text": await self._text(outgoing)})
        match answer.code:
            case 0:
                return Delivery("sent")
            case 401:
                return Delivery("later", TOKEN_SECONDS)
            case 403:
                return Delivery("dead")
            case 404:
                return Delivery("dead" if "chat" in answer.description.lower() else "refused")
            case 429:
                return Delivery("later", QUOTA_SECONDS)
            case code if code == SILENT:
                return Delivery("doubtful")
            case code if code == UNREACHABLE or code >= 500:
                return Delivery("later")
        _log.error("the Bot Platform does not take a part: error %s", answer.code)
        return Delivery("refused")

    async def _text(self, outgoing: Outgoing) -> str:
        part = outgoing.part
        if not part.attachments:
            return part.text or "…"
        (attached,) = part.attachments
        file = await asyncio.to_thread(self._papers.file, outgoing.person, attached.token)
        return say("paper_not_found") if file is None else self._papers.said(outgoing.person, attached)

    @asynccontextmanager
    async def at_work(self, received: Received) -> AsyncIterator[None]:
        """Show the sign of typing where the block takes a while, as long as it runs."""
        async with typing_shown(
            lambda: self.api.call("sendChatAction", {"chat_id": received.chat, "action": "typing"})
        ):
            yield
