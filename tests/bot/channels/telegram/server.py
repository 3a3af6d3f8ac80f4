"""Telegram's side of the Bot API on loopback, from its documented shapes; the client is the real library.

It takes forms and multipart, keeps to the limits that it enforces, and fails on demand: `fail("sendMessage", ...)`.
"""

import asyncio
import html
import json
import re
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Fields = dict[str, Any]

TOKEN = "42:SECRET"
ME = {"id": 42, "is_bot": True, "first_name": "Trợ lý", "username": "dan_van_bot"}
TEXT_LIMIT = 4096
DATA_LIMIT = 64
TAGS = re.compile(r"</?(?:b|i|u|s|code|pre|a|blockquote)(?:\s[^>]*)?>")
CALL = re.compile(r"_(?:get|set|send|delete|answer)[A-Z]\w*")
DATE = 1_677_654_000


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True)
class Failure:
    """One failure in wait: a refusal, a silence of `seconds` before or after the work is done, or a lost answer."""

    refused: Refused | None = None
    silence: float = 0.0
    works: bool = False


@dataclass(frozen=True)
class Sent:
    """What the bot sent: `text` as it is read, `keyboard` the (title, data) of each button, or a file."""

    id: int
    chat: int
    text: str
    keyboard: tuple[tuple[str, str], ...] = ()
    file: tuple[str, bytes] | None = None
    answers: int | None = None
    raw: str = ""


@dataclass
class TelegramServer:
    """State of the pretended server; `address` once it listens."""

    address: str = ""
    sent: list[Sent] = field(default_factory=list)
    calls: list[tuple[str, Fields]] = field(default_factory=list)
    answered_queries: list[str] = field(default_factory=list)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    webhook: Fields = field(default_factory=dict)
    pending: list[Fields] = field(default_factory=list)
    updates: list[Fields] = field(default_factory=list)
    confirmed: int = 0
    failures: dict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    on_sent: Callable[[int], None] = lambda count: None
    _next_update: int = 1000
    _next_message: int = 1

    # What people do.

    def update(self, **content: Any) -> Fields:
        """Queue an update as it is and return it."""
        self._next_update += 1
        update = {"update_id": self._next_update, **content}
        self.pending.append(update)
        self.updates.append(update)
        return update

    def message(self, user: int, text: str | None = None, chat: Fields | None = None, **more: Any) -> Fields:
        """Return a message of a person, to be put into an update."""
        self._next_message += 1
        person = {"id": user, "is_bot": False, "first_name": "An"}
        chat = chat or {"id": user, "type": "private"}
        said = {} if text is None else {"text": text}
        return {"message_id": self._next_message, "date": DATE, "chat": chat, "from": person, **said, **more}

    def write(self, user: int, text: str | None = None, chat: Fields | None = None, **more: Any) -> Fields:
        """Somebody writes."""
        return self.update(message=self.message(user, text, chat, **more))

    def press(self, user: int, data: str, shown: Sent | None = None, chat: Fields | None = None) -> Fields:
        """Somebody presses a button below `shown`."""
        chat = chat or {"id": user, "type": "private"}
        below: Fields = {
            "message_id": shown.id if shown else 1,
            "date": DATE,
            "chat": chat,
            "from": ME,
            "text": "x",
        }
        if shown is not None and shown.answers is not None:
            below["reply_to_message"] = {"message_id": shown.answers, "date": DATE, "chat": chat, "text": "?"}
        person = {"id": user, "is_bot": False, "first_name": "An"}
        query = {"id": str(self._next_update + 1), "from": person, "message": below, "chat_instance": "1", "data": data}
        return self.update(callback_query=query)

    def fail(self, method: str, *failures: Failure) -> None:
        """Let the next calls of `method` fail, one by one."""
        self.failures[method].extend(failures)

    # What the bot calls.

    async def called(self, request: Request) -> Response:
        """Answer one call of the bot."""
        method = METHODS.get(request.path_params["method"].lower(), "")  # their names may be written in small letters
        fields = form_fields(request.headers.get("content-type", ""), await request.body())
        self.calls.append((method, fields))
        failure = self.failures[method].popleft() if self.failures[method] else None
        try:
            if request.path_params["token"] != TOKEN:
                raise Refused(401, "Unauthorized")
            if not method:
                raise Refused(404, "Not Found")
            if failure is not None and not failure.works:
                await asyncio.sleep(failure.silence)
                raise failure.refused or Refused(500, "Internal Server Error")
            result = await getattr(self, f"_{method}")(fields)
            if failure is not None:
                await asyncio.sleep(failure.silence)
        except Refused as error:
            refusal = {"ok": False, "error_code": error.code, "description": error.description}
            return JSONResponse({**refusal, "parameters": error.parameters}, error.code)
        return JSONResponse({"ok": True, "result": result})

    async def _getMe(self, fields: Fields) -> Any:
        return ME

    async def _setMyCommands(self, fields: Fields) -> Any:
        for command in fields["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[fields.get("language_code", "")] = fields["commands"]
        return True

    async def _deleteWebhook(self, fields: Fields) -> Any:
        self.webhook = {}
        if fields.get("drop_pending_updates"):
            self.pending.clear()
        return True

    async def _setWebhook(self, fields: Fields) -> Any:
        self.webhook = fields
        return True

    async def _getUpdates(self, fields: Fields) -> Any:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(fields.get("offset", 0))
        self.confirmed = max(self.confirmed, offset)
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        waited, longest = 0.0, float(fields.get("timeout", 0))
        while not self.pending and waited < longest:
            await asyncio.sleep(0.02)
            waited += 0.02
        return self.pending[:100]

    async def _sendChatAction(self, fields: Fields) -> Any:
        return True

    async def _answerCallbackQuery(self, fields: Fields) -> Any:
        self.answered_queries.append(str(fields["callback_query_id"]))
        return True

    async def _sendMessage(self, fields: Fields) -> Any:
        raw = str(fields["text"])
        text = html.unescape(_without_tags(raw)) if fields.get("parse_mode") == "HTML" else raw
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > TEXT_LIMIT:
            raise Refused(400, "Bad Request: message is too long")
        return self._keep(fields, text=text, raw=raw)

    async def _sendDocument(self, fields: Fields) -> Any:
        document = fields["document"]
        file = document if isinstance(document, tuple) else fields[str(document).removeprefix("attach://")]
        return self._keep(fields, text="", file=file)

    def _keep(self, fields: Fields, **more: Any) -> Fields:
        rows = (fields.get("reply_markup") or {}).get("inline_keyboard", [])
        keyboard = tuple((button["text"], button["callback_data"]) for row in rows for button in row)
        if any(not 1 <= len(data.encode()) <= DATA_LIMIT for _, data in keyboard):
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        if len(keyboard) > 100 or any(len(row) > 8 for row in rows):
            raise Refused(400, "Bad Request: reply markup is too long")
        self._next_message += 1
        answers = (fields.get("reply_parameters") or {}).get("message_id")
        chat = int(fields["chat_id"])
        self.sent.append(Sent(self._next_message, chat, keyboard=keyboard, answers=answers, **more))
        self.on_sent(len(self.sent))
        kind = "private" if chat > 0 else "supergroup"
        return {
            "message_id": self._next_message,
            "date": DATE,
            "chat": {"id": chat, "type": kind},
            "text": more["text"] or "f",
        }

    def texts(self, chat: int) -> list[str]:
        """Return the texts that were sent to a chat, in order."""
        return [sent.text for sent in self.sent if sent.chat == chat]


METHODS = {name[1:].lower(): name[1:] for name in vars(TelegramServer) if CALL.fullmatch(name)}


def form_fields(content_type: str, body: bytes) -> Fields:
    """Return the fields of a form or of multipart; a file as its name and content."""
    if not content_type.startswith("multipart/"):
        return {name: _parsed(value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}
    whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    fields: Fields = {}
    for part in whole.iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        fields[name] = (part.get_filename(), content) if part.get_filename() else _parsed(content.decode())
    return fields


def _parsed(value: str) -> Any:
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _without_tags(raw: str) -> str:
    bare = TAGS.sub("", raw)
    if "<" in bare or re.search(r"&(?!(?:lt|gt|amp|quot|#\d+);)", bare):
        raise Refused(400, "Bad Request: can't parse entities: unsupported start tag")
    return bare


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve an application on a free port of loopback, in a thread; give its address."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True  # a held request for updates would hold the end up too
        thread.join(10)


class TelegramSite:
    """Where pretended servers stand, one after another, since an address takes time to open."""

    def __init__(self) -> None:
        self.address = ""
        self._server = TelegramServer()
        self.application = Starlette(routes=[Route("/bot{token}/{method}", self._called, methods=["GET", "POST"])])

    def fresh(self) -> TelegramServer:
        """Return a new server, in the place of the one before."""
        self._server = TelegramServer(self.address)
        return self._server

    async def _called(self, request: Request) -> Response:
        return await self._server.called(request)


@contextmanager
def telegram_site() -> Iterator[TelegramSite]:
    """Open a site."""
    site = TelegramSite()
    with serving(site.application) as site.address:
        yield site


@contextmanager
def telegram_server() -> Iterator[TelegramServer]:
    """Run a server of one's own."""
    with telegram_site() as site:
        yield site.fresh()
