"""Zalo's side of the Official Account on loopback: tokens, messages, uploads and signed events, as documented.

An error comes with HTTP 200 inside the envelope. It keeps to the limits that it enforces, and fails on demand.
"""

import asyncio
import hashlib
import json
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.zalo_oa.signature import mac
from tests.bot.channels.telegram.server import form_fields, serving

Event = dict[str, Any]

APP, SECRET, OA_SECRET, ACCOUNT = "1112223334445556667", "app-secret", "oa-secret-for-tests", "7000000000000000003"
FIRST_TOKEN = "refresh-0"
TEXT_LIMIT, FILE_LIMIT, BUTTONS = 2000, 5_000_000, 5
FILES = ("pdf", "doc", "docx", "csv")
SEND, UPLOAD, TOKEN = "message/cs", "upload/file", "access_token"


@dataclass(frozen=True)
class Failure:
    """One failure in wait: an error in the envelope, an HTTP status, or a silence; `works`: after the work is done.

    `together`: no failure is told before so many calls have met theirs.
    """

    error: int = 0
    status: int = 0
    silence: float = 0.0
    works: bool = False
    together: int = 1


@dataclass(frozen=True)
class Sent:
    """What the account sent: a text, the (title, type, payload) of its buttons, or a file by its upload token."""

    user: str
    text: str = ""
    buttons: tuple[tuple[str, str, str], ...] = ()
    file: tuple[str, bytes] | None = None


@dataclass
class ZaloOaServer:
    """State of the pretended server; `address` once it listens."""

    address: str = ""
    sent: list[Sent] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    pending: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    refresh: str = FIRST_TOKEN
    used: set[str] = field(default_factory=set)
    access: str | None = None
    exchanges: int = 0
    takes_buttons: bool = True
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    failures: dict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    failed: int = 0
    per_minute: int | None = None
    over_the_limit: int = 0
    on_exchange: Callable[[], None] = lambda: None
    on_sent: Callable[[int], None] = lambda number: None
    time: int = 1_763_690_400_000
    _minute: Counter[int] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # What people do.

    def event(self, name: str, **content: Any) -> Event:
        """Queue an event and return it."""
        event = {"app_id": APP, "user_id_by_app": "8", "event_name": name, "timestamp": str(self.time), **content}
        self.pending.append(event)
        self.events.append(event)
        return event

    def write(self, user: str, text: str | None = None, name: str = "user_send_text", **message: Any) -> Event:
        """Somebody writes, or sends something else than a text."""
        said = {} if text is None else {"text": text}
        message = {"msg_id": f"{next(self._numbers):016x}", **said, **message}
        return self.event(name, sender={"id": user}, recipient={"id": ACCOUNT}, message=message)

    def tap(self, user: str, button: tuple[str, str, str]) -> Event:
        """Somebody taps a button: its payload comes as a text."""
        return self.write(user, button[2])

    def fail(self, call: str, *failures: Failure) -> None:
        """Let the next calls of `call`, the end of their address, fail one by one."""
        self.failures[call].extend(failures)

    # What the assistant calls.

    async def called(self, request: Request) -> Response:
        """Answer one call of the assistant."""
        path = request.url.path.split("/")
        call = TOKEN if path[-1] == TOKEN else "/".join(path[-2:])
        self.calls.append(call)
        failure = self.failures[call].popleft() if self.failures[call] else None
        if failure is not None and not failure.works:
            self.failed += 1
            while self.failed < failure.together:
                await asyncio.sleep(0.01)
            await asyncio.sleep(failure.silence)
            return Response("down", failure.status) if failure.status else _envelope(failure.error)
        answer = await (self._exchange(request) if call == TOKEN else self._with_token(request, call))
        if failure is not None:
            await asyncio.sleep(failure.silence)
        return answer

    async def _exchange(self, request: Request) -> Response:
        """Give the next pair; a token that was used is answered with nothing, an unknown one with an error."""
        fields = form_fields(request.headers.get("content-type", ""), await request.body())
        if request.headers.get("secret_key") != SECRET or fields.get("app_id") != APP:
            return JSONResponse({"error": -14002, "error_name": "Invalid app."})
        token = str(fields.get("refresh_token"))
        if token in self.used:
            return Response(status_code=200)
        if token != self.refresh or fields.get("grant_type") != "refresh_token":
            return JSONResponse({"error": -14014, "error_name": "Invalid refresh token."})
        self.used.add(token)
        self.exchanges += 1
        self.refresh, self.access = f"refresh-{self.exchanges}", f"access-{self.exchanges}"
        self.on_exchange()
        return JSONResponse({"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"})

    async def _with_token(self, request: Request, call: str) -> Response:
        if self.access is None or request.headers.get("access_token") != self.access:
            return _envelope(-216)
        if self._one_too_many():
            self.over_the_limit += 1
            return _envelope(-32)
        if call == UPLOAD:
            return await self._upload(request)
        if call == SEND:
            return self._send(await request.json())
        return _envelope(0, {"oaid": ACCOUNT, "name": "Phòng Dân vận", "is_verified": True, "package_name": "Growth"})

    def _one_too_many(self) -> bool:
        minute = int(asyncio.get_running_loop().time() // 60)
        self._minute[minute] += 1
        return self.per_minute is not None and self._minute[minute] > self.per_minute

    async def _upload(self, request: Request) -> Response:
        name, content = form_fields(request.headers["content-type"], await request.body())["file"]
        if name.rsplit(".")[-1] not in FILES or len(content) > FILE_LIMIT:
            return _envelope(-201)
        token = f"file-{next(self._numbers)}"
        self.files[token] = (name, content)
        return _envelope(0, {"token": token})

    def _send(self, body: dict[str, Any]) -> Response:
        user, message = body["recipient"]["user_id"], body["message"]
        text, attachment = message.get("text", ""), message.get("attachment", {})
        if len(unicodedata.normalize("NFC", text)) > TEXT_LIMIT:
            return _envelope(-210)
        file, buttons = None, ()
        if attachment.get("type") == "file":
            token = attachment["payload"]["token"]
            if token not in self.files:
                return _envelope(-100)
            file = self.files[token]
        elif attachment:
            rows = attachment["payload"]["buttons"]
            if not self.takes_buttons or len(rows) > BUTTONS or any(len(row["title"]) > 100 for row in rows):
                return _envelope(-201)
            buttons = tuple((row["title"], row["type"], row["payload"]) for row in rows)
        elif not text:
            return _envelope(-201)
        self.sent.append(Sent(user, text, buttons, file))
        self.on_sent(len(self.sent))
        return _envelope(0, {"message_id": f"{len(self.sent):x}", "user_id": user})

    def texts(self, user: str) -> list[str]:
        """Return the texts that were sent to a person, in order."""
        return [sent.text for sent in self.sent if sent.user == user]


def _envelope(error: int, data: dict[str, Any] | None = None) -> Response:
    if error:
        return JSONResponse({"error": error, "message": "Error"})
    return JSONResponse({"error": 0, "message": "Success", "data": data or {}})


def signed(
    event: Event, secret: str = OA_SECRET, first: str = APP, prefix: str = "mac="
) -> tuple[bytes, dict[str, str]]:
    """Return the body of an event and its headers, as Zalo posts them."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    signature = f"{prefix}{mac(first, body, str(event.get('timestamp')), secret)}"
    return body, {"X-ZEvent-Signature": signature, "Content-Type": "application/json"}


def checksum(content: bytes) -> str:
    """Return the checksum that Zalo names beside a file."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def milliseconds(moment: datetime) -> int:
    """Return a moment as Zalo writes it."""
    return int(moment.timestamp() * 1000)


class ZaloOaSite:
    """Where pretended servers stand, one after another, since an address takes time to open."""

    def __init__(self) -> None:
        self.address = ""
        self._server = ZaloOaServer()
        self.application = Starlette(routes=[Route("/{path:path}", self._called, methods=["GET", "POST"])])

    def fresh(self) -> ZaloOaServer:
        """Return a new server, in the place of the one before."""
        self._server = ZaloOaServer(self.address)
        return self._server

    async def _called(self, request: Request) -> Response:
        return await self._server.called(request)


@contextmanager
def zalo_oa_site() -> Iterator[ZaloOaSite]:
    """Open a site."""
    site = ZaloOaSite()
    with serving(site.application) as site.address:
        yield site
