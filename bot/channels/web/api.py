"""The chat page's own interface: a message in, the turn out, what was said before. JSON both ways."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.channels.base import Channel
from bot.channels.rendering import passage_link
from bot.channels.web.visitors import Visitors
from bot.memory.history import Exchange, History
from bot.messages import Part, Received
from bot.wording import say
from knowledge.corpus import Plan
from knowledge.database import StoreUnavailable
from knowledge.places import place

BODY_LIMIT = 64 * 1024
"""Largest request body in bytes: a text of the length limit with every character escaped fits."""

Entry = dict[str, Any]
"""One bubble of the page."""

_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class BadRequest(Exception):
    """The request is not one the page makes: an HTTP status and the key of the sentence that says so."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class ChatApi:
    """The endpoints below /api; `plans` name the sources of citations."""

    def __init__(self, channel: Channel, visitors: Visitors, plans: Mapping[str, Plan]) -> None:
        self._channel = channel
        self._visitors = visitors
        self._history = History(channel.memory.sessions)
        self._plans = plans

    async def post_message(self, request: Request) -> Response:
        """Handle one typed text or one pressed button; the same `id` again gets the same replies.

        200 `answered`, 503 `unavailable` (not handled, may be sent again), 4xx `refused`; all with `replies`.
        """
        known = self._visitors.of(request)
        visitor = known or self._visitors.new()
        try:
            kind, text, message_id = _content(await _body(request))
        except BadRequest as problem:
            return refusal(problem.status, problem.key)
        outcome = await self._channel.handle(Received(self._channel.name, visitor, visitor, message_id, kind, text))
        parts = [self._entry(part) for part in outcome.parts]
        if outcome.status == "unavailable":
            parts[-1]["text"] += " " + say("kept_in_input")
        status = {"answered": 200, "unavailable": 503, "refused": 422}[outcome.status]
        response = JSONResponse({"status": outcome.status, "replies": parts}, status)
        if known is None:
            self._visitors.remember(request, response, visitor)
        return response

    async def get_history(self, request: Request) -> Response:
        """Return what was said in the visitor's chat, oldest first, at its end what waited for this visit.

        `known`: the browser sent our cookie back.
        """
        visitor = self._visitors.of(request)
        if visitor:
            await self._channel.greet(visitor)
        try:
            said = await asyncio.to_thread(self._history.show, f"{self._channel.name}:{visitor}") if visitor else []
        except StoreUnavailable:
            return refusal(503, "history_unavailable")
        answer = {"known": visitor is not None, "entries": self._entries(said)}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def _entries(self, exchanges: Sequence[Exchange]) -> list[Entry]:
        entries: list[Entry] = []
        for exchange in exchanges:
            if exchange.said:
                entries.append({"who": "person", "id": exchange.message_id, "text": exchange.said})
            entries += [{"who": "assistant", **self._entry(part)} for part in exchange.parts]
        return entries

    def _entry(self, part: Part) -> Entry:
        custom = dict(part.custom or {})
        erased = bool(custom.pop("erased", False))  # that somebody was erased, not who
        return {
            "text": part.text,
            "buttons": [{"title": button.title, "payload": button.payload} for button in part.buttons],
            "citations": [
                {
                    "path": cited.path,
                    "place": place(cited.path, "vi"),
                    "quote": cited.quote,
                    "link": passage_link(cited),
                    **self._source(cited.plan_id),
                }
                for cited in part.citations
            ],
            "files": [{"name": file.name, "link": f"/papers/{file.token}"} for file in part.attachments],
            "form": custom if custom.get("kind") == "form" else None,
            "erased": erased,
        }

    def _source(self, plan_id: str) -> dict[str, Any]:
        plan = self._plans.get(plan_id)
        if plan is None:
            return {"title": plan_id, "issuer": "", "year": None}
        return {"title": plan.title, "issuer": plan.issuer, "year": plan.year}


def refusal(status: int, key: str) -> JSONResponse:
    """Return the JSON answer to a request that is not handled."""
    return JSONResponse({"status": "refused", "replies": [{"text": say(key)}]}, status)


async def _body(request: Request) -> object:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        raise BadRequest(415, "file")
    if kind != "application/json":
        raise BadRequest(415, "request_not_json")
    read = bytearray()
    try:
        async for chunk in request.stream():
            read += chunk
            if len(read) > BODY_LIMIT:
                raise BadRequest(413, "request_too_large")
        return json.loads(read)
    except (ClientDisconnect, ValueError, RecursionError):
        raise BadRequest(400, "request_not_json") from None


def _content(body: object) -> tuple[Literal["typed", "pressed"], str, str]:
    """Return how it was said, what, and the message's id: the page's own, or a new one where it gives none."""
    fields = dict(body) if isinstance(body, Mapping) else {}
    message_id = fields.pop("id", None) or uuid4().hex
    if len(fields) == 1 and isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id):
        if isinstance(fields.get("text"), str):
            return "typed", fields["text"], message_id
        if isinstance(fields.get("payload"), str):
            return "pressed", fields["payload"], message_id
    raise BadRequest(422, "request_not_json")
