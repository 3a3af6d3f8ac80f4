"""The process of all channels: the web page, the messengers that are set up, and the worker that answers them."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.channels.rendering import FindPaper, no_paper
from bot.channels.service import OFF
from bot.channels.services import MESSENGERS, Services, open_services
from bot.channels.web.app import PortInUse, Web, build_app, listening_socket
from bot.channels.web.visitors import Visitors, secret_in
from bot.channels.zalo_oa.site import verification_tag
from bot.dialogue import Dialogue
from bot.memory.opening import Memory, open_memory
from bot.reminders.service import OpenReminders
from bot.settings import Settings
from bot.worker import Worker
from knowledge.database import StoreUnavailable
from knowledge.live_plans import LivePlans

TIDY_SECONDS = 24 * 3600.0

_now = partial(datetime.now, UTC)
_log = logging.getLogger(__name__)


def serve(settings: Settings, find: FindPaper = no_paper, remind: OpenReminders | None = None) -> None:
    """Serve all channels until the process is told to stop; `remind` adds reminders.

    Raises:
        SystemExit: the address is taken, or the database cannot be used; the message says what to do.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes addresses, and Telegram's hold the token
    try:
        bound = listening_socket(settings.web_host, settings.web_port)
        memory = open_memory(settings.database_url)
        app = all_channels(settings, memory, find, remind)
    except (PortInUse, StoreUnavailable) as problem:
        raise SystemExit(str(problem)) from problem
    config = uvicorn.Config(app, log_level="info", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[bound])
    memory.close()


def all_channels(
    settings: Settings, memory: Memory, find: FindPaper = no_paper, remind: OpenReminders | None = None
) -> ASGIApp:
    """Return the application that serves the web page and, as long as it runs, the messengers.

    Raises:
        StoreUnavailable: the reminders cannot be opened.
    """
    client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
    reminders = remind(memory, {each.name: each.unasked for each in MESSENGERS}) if remind else None
    dialogue = reminders.dialogue(settings.rasa_url, client) if reminders else Dialogue(settings.rasa_url, client)
    services = open_services(settings, dialogue, memory, _now, find)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        works = [_tidy(memory, settings.message_days), *(service.run() for service in services.running)]
        if services.running:
            works.append(Worker(memory, services.messengers, _now).run())
            works += [reminders.postman(services.messengers).run()] if reminders else []
        tasks = [asyncio.create_task(work) for work in works]
        for task in tasks:
            task.add_done_callback(_end_if_broken)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for service in services.running:
            await service.close()
        await client.aclose()

    async def states() -> dict[str, Any]:
        return await _states(memory, services)

    web = Web(dialogue, memory, _now)
    visitors = Visitors(secret_in(settings.home), settings.portals)
    plans, tag = LivePlans(settings.added_plans), verification_tag(settings.zalo_site_verification)
    return build_app(web, plans, visitors, find, services.routes, states, lifespan, tag)


def _end_if_broken(task: asyncio.Task[None]) -> None:
    """End the process where a work broke that should go on for ever: it is started again, and nothing is lost."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("the channels end because a part of them broke", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


async def _states(memory: Memory, services: Services) -> dict[str, Any]:
    """Return what the readiness page says: each messenger's state and counts, and how much waits."""
    reports = {service.channel.name: service.report() for service in services.running}
    channels = {each.name: reports.get(each.name, OFF) for each in MESSENGERS}
    try:
        waiting = {
            "messages": await asyncio.to_thread(memory.inbox.waiting),
            "replies": await asyncio.to_thread(memory.outbox.waiting),
        }
    except StoreUnavailable as error:
        _log.error("what waits cannot be counted: %s", error)
        return {"status": "database down", "channels": channels}
    return {"channels": channels, "waiting": waiting}


async def _tidy(memory: Memory, days: int) -> None:
    """Once a day, delete what is older than `days`."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            await asyncio.to_thread(memory.forget_before, _now() - timedelta(days=days))
        await asyncio.sleep(TIDY_SECONDS)
