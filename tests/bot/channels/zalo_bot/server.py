"""Zalo's Bot Platform on loopback, from its documented shapes: one update a request, errors in the envelope."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bot.channels.telegram.server import serving

Update = dict[str, Any]

TOKEN = "123:SECRET"
NAME = "Bot Dân vận"
TEXT_LIMIT = 2000


@dataclass(frozen=True)
class Failure:
    """One failure in wait: an error of the platform, an HTTP status without envelope, or a silence."""

    code: int = 0
    description: str = "Error"
    status: int = 0
    silence: float = 0.0
    works: bool = False


@dataclass(frozen=True)
class Sent:
    """What the bot sent."""

    chat: str
    text: str


@dataclass
class ZaloBotServer:
    """State of the pretended server; `wrapped`: updates come in the envelope of an answer."""

    address: str = ""
    wrapped: bool = False
    sent: list[Sent] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    pending: list[Update] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # What people do.

    def write(self, user: str, text: str | None = None, event: str = "text", **message: Any) -> Update:
        """Somebody writes, or sends something else than a text; the update is queued."""
        said = {} if text is None else {"text": text}
        whole = {
            "message_id": f"{next(self._numbers):020x}",
            "date": 1_763_690_400_123,
            **said,
            "from": {"id": user, "display_name": "An", "is_bot": False},
            "chat": {"id": user, "chat_type": "PRIVATE"},
            **message,
        }
        update = {"event_name": f"message.{event}.received", "message": whole}
        self.updates.append(update)
        self.pending.append(update)
        return update

    def body(self, update: Update) -> Update:
        """Return the update as a webhook brings it."""
        return {"ok": True, "result": update} if self.wrapped else update

    def fail(self, method: str, *failures: Failure) -> None:
        """Let the next calls of `method` fail, one by one."""
        self.failures[method].extend(failures)

    # What the bot calls.

    async def called(self, request: Request) -> Response:
        """Answer one call of the bot."""
        method = request.path_params["method"]
        fields = await request.json()
        self.calls.append((method, fields))
        failure = self.failures[method].popleft() if self.failures[method] else None
        if request.path_params["token"] != TOKEN:
            return _refused(401, "Unauthorized")
        if failure is not None and not failure.works:
            await asyncio.sleep(failure.silence)
            return Response("down", failure.status) if failure.status else _refused(failure.code, failure.description)
        call: Callable[[Any], Any] | None = getattr(self, f"_{method}", None)
        answer = _refused(404, "method not found") if call is None else await call(fields)
        if failure is not None:
            await asyncio.sleep(failure.silence)
        return answer

    async def _getMe(self, fields: Any) -> Response:
        return _result({"id": "1", "account_name": NAME, "account_type": "BASIC", "can_join_groups": False})

    async def _getUpdates(self, fields: Any) -> Response:
        if self.webhook:
            return _refused(400, "webhook is set")
        waited = 0.0
        while not self.pending and waited < float(fields["timeout"]):
            await asyncio.sleep(0.02)
            waited += 0.02
        if not self.pending:
            return _refused(408, "Request timeout")
        return _result(self.pending.pop(0))

    async def _setWebhook(self, fields: Any) -> Response:
        if not 8 <= len(fields["secret_token"]) <= 256 or not fields["url"].startswith("https://"):
            return _refused(400, "bad webhook")
        self.webhook = fields
        return _result({"url": fields["url"], "updated_at": 1})

    async def _deleteWebhook(self, fields: Any) -> Response:
        self.webhook = {}
        return _result({"url": "", "updated_at": 1})

    async def _sendChatAction(self, fields: Any) -> Response:
        return _result(True)

    async def _sendMessage(self, fields: Any) -> Response:
        if not 1 <= len(fields["text"]) <= TEXT_LIMIT:
            return _refused(400, "text is too long")
        self.sent.append(Sent(fields["chat_id"], fields["text"]))
        return _result({"message_id": f"s{len(self.sent)}", "date": 1})

    def texts(self, chat: str) -> list[str]:
        """Return the texts that were sent to a chat, in order."""
        return [sent.text for sent in self.sent if sent.chat == chat]


def _result(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _refused(code: int, description: str) -> Response:
    return JSONResponse({"ok": False, "error_code": code, "description": description})


class ZaloBotSite:
    """Where pretended servers stand, one after another."""

    def __init__(self) -> None:
        self.address = ""
        self._server = ZaloBotServer()
        self.application = Starlette(routes=[Route("/bot{token}/{method}", self._called, methods=["POST"])])

    def fresh(self) -> ZaloBotServer:
        """Return a new server, in the place of the one before."""
        self._server = ZaloBotServer(self.address)
        return self._server

    async def _called(self, request: Request) -> Response:
        return await self._server.called(request)


@contextmanager
def zalo_bot_site() -> Iterator[ZaloBotSite]:
    """Open a site."""
    site = ZaloBotSite()
    with serving(site.application) as site.address:
        yield site
