"""The messengers that the settings name, opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.routing import Route

from bot.channels.messenger import Messenger
from bot.channels.paper_link import PaperLinks
from bot.channels.rendering import FindPaper, no_paper
from bot.channels.service import Service
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.service import open_telegram
from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_bot.service import open_zalo_bot
from bot.channels.zalo_oa.channel import ZaloOa
from bot.channels.zalo_oa.exchange import vault_of
from bot.channels.zalo_oa.service import open_zalo_oa
from bot.channels.zalo_oa.site import verification_routes
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.settings import Settings

MESSENGERS: tuple[type[Messenger], ...] = (Telegram, ZaloOa, ZaloBot)


@dataclass(frozen=True)
class Services:
    """The messengers that run, and all addresses that belong to them."""

    running: tuple[Service, ...]
    routes: tuple[Route, ...]

    @property
    def messengers(self) -> dict[str, Messenger]:
        """The messengers by name."""
        return {service.channel.name: service.channel for service in self.running}


def open_services(
    settings: Settings, dialogue: Dialogue, memory: Memory, clock: Callable[[], datetime], find: FindPaper = no_paper
) -> Services:
    """Return the messengers of `settings`, not yet connected."""
    running: list[Service] = []
    routes = verification_routes(settings.zalo_site_verification)
    if settings.telegram_token:
        running.append(open_telegram(settings, dialogue, memory, clock, find))
    if settings.zalo_oa_app_id or settings.zalo_bot_token:
        papers = PaperLinks(vault_of(settings).cipher(), find, settings.public_address or "", clock)
        routes += papers.routes()
        if settings.zalo_oa_app_id:
            running.append(open_zalo_oa(settings, dialogue, memory, clock, papers))
        if settings.zalo_bot_token:
            running.append(open_zalo_bot(settings, dialogue, memory, clock, papers))
    routes += [route for service in running for route in service.routes]
    return Services(tuple(running), tuple(routes))
