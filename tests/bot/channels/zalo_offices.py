"""An assistant reached by Zalo's Official Account, and one reached by a bot: pretended servers, our own clients."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.channels.paper_link import PaperLinks
from bot.channels.rendering import FindPaper, no_paper
from bot.channels.zalo_bot.intake import Polling
from bot.channels.zalo_bot.service import open_zalo_bot
from bot.channels.zalo_oa.exchange import Ending, app_of, exchange, vault_of
from bot.channels.zalo_oa.intake import WEBHOOK_PATH
from bot.channels.zalo_oa.service import open_zalo_oa
from bot.memory.opening import Memory
from bot.settings import Settings, load_settings
from tests.bot.channels.messenger_office import MessengerOffice
from tests.bot.channels.zalo_bot import server as bot_server
from tests.bot.channels.zalo_bot.server import ZaloBotServer
from tests.bot.channels.zalo_oa import server as oa_server
from tests.bot.channels.zalo_oa.server import ZaloOaServer, milliseconds, signed
from tests.bot.fake_rasa import FakeRasa


def oa_settings(home: Path, address: str, **changes: Any) -> Settings:
    """Return the settings of an Official Account at a pretended server."""
    given = {
        "assistant_home": home,
        "zalo_oa_app_id": oa_server.APP,
        "zalo_oa_app_secret": oa_server.SECRET,
        "zalo_oa_secret_key": oa_server.OA_SECRET,
        "zalo_oa_refresh_token": oa_server.FIRST_TOKEN,
        "zalo_oa_per_minute": 4000,
        "zalo_oa_api": address,
        "zalo_oauth": address,
        **changes,
    }
    return load_settings(**given)


class OaOffice(MessengerOffice[oa_server.Sent]):
    """One account over one server; the tokens are exchanged in this process."""

    def __init__(
        self,
        server: ZaloOaServer,
        rasa: FakeRasa,
        home: Path,
        memory: Memory | None = None,
        find: FindPaper = no_paper,
        **changes: Any,
    ) -> None:
        super().__init__(rasa, memory)
        self.server = server
        server.time = milliseconds(self.clock())
        self.settings = oa_settings(home, server.address, **changes)
        self.client = httpx.Client(trust_env=False, timeout=5)
        papers = PaperLinks(vault_of(self.settings).cipher(), find, self.settings.public_address or "", self.clock)
        self.service = open_zalo_oa(self.settings, rasa.dialogue(), self.memory, self.clock, papers, self.exchange)
        self.zalo = self.service.channel
        self.app = Starlette(routes=[*self.service.routes, *papers.routes()])
        self.employ(self.zalo)

    async def exchange(self, refused: str) -> Ending:
        vault, app = vault_of(self.settings), app_of(self.settings)
        return await asyncio.to_thread(exchange, vault, app, refused, self.client, self.clock)

    def post(self, content: bytes | str, headers: dict[str, str]) -> int:
        """Post a body to the webhook and return the status."""
        return self.run(self._post(content, headers))

    async def _post(self, content: bytes | str, headers: dict[str, str]) -> int:
        async with self.browser() as client:
            return (await client.post(WEBHOOK_PATH, content=content, headers=headers)).status_code

    def browser(self) -> httpx.AsyncClient:
        """Return a client of the office's own addresses."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://office")

    def fetch(self) -> list[int]:
        """Let Zalo bring all events that wait."""
        pending, self.server.pending = self.server.pending, []
        return [self.post(*signed(event)) for event in pending]

    def received(self) -> Sequence[oa_server.Sent]:
        return self.server.sent

    def later(self, seconds: float = 60.0) -> list[oa_server.Sent]:
        sent = super().later(seconds)
        self.server.time = milliseconds(self.clock())
        return sent

    def close(self) -> None:
        self.run(self.service.close())
        self.client.close()
        super().close()


class BotOffice(MessengerOffice[bot_server.Sent]):
    """One bot over one server, by polling."""

    def __init__(
        self,
        server: ZaloBotServer,
        rasa: FakeRasa,
        home: Path,
        memory: Memory | None = None,
        find: FindPaper = no_paper,
        **changes: Any,
    ) -> None:
        super().__init__(rasa, memory)
        self.server = server
        given = {"zalo_bot_token": bot_server.TOKEN, "zalo_bot_api": server.address, **changes}
        self.settings = load_settings(assistant_home=home, **given)
        papers = PaperLinks(vault_of(self.settings).cipher(), find, self.settings.public_address or "", self.clock)
        self.service = open_zalo_bot(self.settings, rasa.dialogue(), self.memory, self.clock, papers)
        self.zalo = self.service.channel
        self.polling = Polling(self.zalo, poll_seconds=0)
        self.employ(self.zalo)

    def fetch(self) -> int:
        """Ask until there are no more updates; return how many came."""
        number = 0
        while self.run(self.polling.fetch()) == 0:
            number += 1
        return number

    def received(self) -> Sequence[bot_server.Sent]:
        return self.server.sent

    def close(self) -> None:
        self.run(self.service.close())
        super().close()
