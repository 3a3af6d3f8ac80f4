"""The web channel: the chat page, its interface and the plans' pages, served on one address."""

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.channels.base import Channel
from bot.channels.rendering import FindPaper, Limits, no_paper
from bot.channels.web_api import ChatApi, refusal
from bot.channels.web_history import History
from bot.channels.web_pages import STATIC_FOLDER, Pages, error_page
from bot.channels.web_security import SecurityHeaders, visitor_of
from bot.dialogue import Dialogue
from knowledge.corpus import Plan, load_plans


class WebSettings(Protocol):
    """The settings this channel reads."""

    @property
    def rasa_url(self) -> str:
        """Address of the Rasa server."""

    @property
    def added_plans(self) -> Path:
        """Folder of the plans that the office took in."""

    @property
    def papers_folder(self) -> Path:
        """Folder of the papers waiting to be fetched."""

    @property
    def web_host(self) -> str:
        """Address to listen on."""

    @property
    def web_port(self) -> int:
        """Port to listen on."""

    def now(self) -> datetime:
        """Return the aware time of now."""


class Web(Channel):
    """The chat page: real buttons, room for any answer."""

    name: ClassVar[str] = "web"
    limits: ClassVar[Limits] = Limits(text=20_000, buttons=30, button_title=200)


class PortInUse(Exception):
    """The address cannot be listened on; the message says what to do."""


def build_app(
    dialogue: Dialogue, plans: Mapping[str, Plan], clock: Callable[[], datetime], find: FindPaper = no_paper
) -> ASGIApp:
    """Return the web application over an open dialogue; `find` gives the file kept for a person under a token."""
    api = ChatApi(Web(dialogue, clock), History(), plans)
    pages = Pages(plans)

    async def health(request: Request) -> Response:
        assistant = "ready" if await dialogue.ready() else "unavailable"
        return JSONResponse({"status": "ok", "assistant": assistant, "plans": len(plans)})

    async def paper(request: Request) -> Response:
        visitor = visitor_of(request)
        file = find(f"{Web.name}:{visitor}", request.path_params["token"]) if visitor else None
        if file is None:
            return error_page(404, "paper_not_found")
        return FileResponse(file, filename=file.name, headers={"Cache-Control": "private, no-store"})

    app = Starlette(
        routes=[
            Route("/", pages.chat),
            Route("/plans", pages.plans),
            Route("/plans/{plan_id}", pages.plan),
            Route("/api/messages", api.post_message, methods=["POST"]),
            Route("/api/history", api.get_history),
            Route("/papers/{token}", paper),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
    )
    return SecurityHeaders(app)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(request, status, "not_allowed" if status == 405 else "not_found")


async def _server_error(request: Request, error: Exception) -> Response:
    return _error(request, 500, "server_error")


def _error(request: Request, status: int, key: str) -> Response:
    if request.url.path.startswith("/api/"):
        return refusal(status, key)
    return error_page(status, key)


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address (port 0: a free one).

    Raises:
        PortInUse: something else listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortInUse(
            f"The web page cannot listen on {host}:{port} ({error.strerror}). Stop what uses the port, "
            "or set WEB_HOST and WEB_PORT to an address that is free."
        ) from error
    return bound


def serve(settings: WebSettings, find: FindPaper = no_paper) -> None:
    """Serve the web page until the process is told to stop.

    Raises:
        SystemExit: the address is taken; the message says what to do.
    """
    try:
        bound = listening_socket(settings.web_host, settings.web_port)
    except PortInUse as problem:
        raise SystemExit(str(problem)) from problem
    client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
    app = build_app(Dialogue(settings.rasa_url, client), load_plans(added=settings.added_plans), settings.now, find)
    config = uvicorn.Config(app, log_level="info", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[bound])
