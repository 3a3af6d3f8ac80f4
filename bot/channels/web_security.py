"""What every answer of the web page carries, and who a visitor is."""

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "dan_van_kheo"
COOKIE_DAYS = 180

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_VISITOR = re.compile(r"[0-9a-f]{32}")


class SecurityHeaders:
    """ASGI middleware that adds `HEADERS` to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers where the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def visitor_of(request: Request) -> str | None:
    """Return the visitor's random id, or None where the request brings none that we issued."""
    value = request.cookies.get(COOKIE, "")
    return value if _VISITOR.fullmatch(value) else None


def new_visitor() -> str:
    """Return a new random 128-bit id in hexadecimal."""
    return secrets.token_hex(16)


def remember_visitor(request: Request, response: Response, visitor: str) -> None:
    """Set the visitor's cookie: not readable by scripts, not sent along from other sites."""
    response.set_cookie(
        COOKIE,
        visitor,
        max_age=COOKIE_DAYS * 24 * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
