"""The web channel: the chat page, its interface and the plans' pages, served on one address."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan

from bot.channels.base import Channel
from bot.channels.rendering import FindPaper, Limits, no_paper
from bot.channels.web.api import ChatApi, refusal
from bot.channels.web.pages import STATIC_FOLDER, Pages, error_page
from bot.channels.web.security import SecurityHeaders
from bot.channels.web.visitors import Visitors
from knowledge.corpus import Plan


class Web(Channel):
    """The chat page: real buttons, room for any answer."""

    name: ClassVar[str] = "web"
    limits: ClassVar[Limits] = Limits(text=20_000, buttons=30, button_title=200)


class PortInUse(Exception):
    """The address cannot be listened on; the message says what to do."""


def build_app(
    channel: Web,
    plans: Mapping[str, Plan],
    visitors: Visitors,
    find: FindPaper = no_paper,
    others: Sequence[Route] = (),
    states: Callable[[], Awaitable[dict[str, Any]]] | None = None,
    lifespan: Lifespan[Starlette] | None = None,
    head: str = "",
) -> ASGIApp:
    """Return the web application.

    Args:
        channel: the chat page's channel.
        plans: the plans that have a page.
        visitors: tells visitors apart, and names the portals that may show the page in a frame.
        find: gives the file kept for a person under a token.
        others: where messengers call in.
        states: what the readiness page says of the other channels.
        lifespan: what runs as long as the application.
        head: HTML for the head of the chat page.
    """
    api = ChatApi(channel, visitors, plans)
    pages = Pages(plans, visitors, head)

    async def health(request: Request) -> Response:
        assistant = "ready" if await channel.dialogue.ready() else "unavailable"
        others_states = await states() if states else {}
        return JSONResponse({"status": "ok", "assistant": assistant, "plans": len(plans), **others_states})

    async def paper(request: Request) -> Response:
        visitor = visitors.of(request)
        file = find(f"{Web.name}:{visitor}", request.path_params["token"]) if visitor else None
        if file is None:
            return error_page(404, "paper_not_found")
        return FileResponse(file, filename=file.name, headers={"Cache-Control": "private, no-store"})

    app = Starlette(
        routes=[
            Route("/", pages.chat),
            Route("/widget.js", pages.widget),
            Route("/plans", pages.plans),
            Route("/plans/{plan_id}", pages.plan),
            Route("/api/messages", api.post_message, methods=["POST"]),
            Route("/api/history", api.get_history),
            Route("/papers/{token}", paper),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
            *others,
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
    )
    return SecurityHeaders(app, visitors.portals)


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
