"""The chat page's own interface: a message in, the turn out, what was said before. JSON both ways."""

import json
from collections.abc import Mapping
from typing import Any, Literal
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.channels.base import Channel, Received
from bot.channels.rendering import Part, passage_link
from bot.channels.web_history import Entry, History
from bot.channels.web_security import new_visitor, remember_visitor, visitor_of
from bot.wording import say
from knowledge.corpus import Plan
from knowledge.places import place

BODY_LIMIT = 64 * 1024
"""Largest request body in bytes: a text of the length limit with every character escaped fits."""


class BadRequest(Exception):
    """The request is not one the page makes: an HTTP status and the key of the sentence that says so."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class ChatApi:
    """The endpoints below /api; `plans` name the sources of citations."""

    def __init__(self, channel: Channel, history: History, plans: Mapping[str, Plan]) -> None:
        self._channel = channel
        self._history = history
        self._plans = plans

    async def post_message(self, request: Request) -> Response:
        """Handle one typed text or one pressed button.

        200 `answered`, 503 `unavailable` (not handled, may be sent again), 4xx `refused`; all with `replies`.
        """
        known = visitor_of(request)
        visitor = known or new_visitor()
        try:
            kind, text = _content(await _body(request))
        except BadRequest as problem:
            return refusal(problem.status, problem.key)
        outcome = await self._channel.handle(Received(visitor, visitor, uuid4().hex, kind, text))
        parts = [self._entry(part) for part in outcome.parts]
        if outcome.status == "answered":
            self._history.add(visitor, self._shown(visitor, kind, text), parts)
        if outcome.status == "unavailable":
            parts[-1]["text"] += " " + say("kept_in_input")
        status = {"answered": 200, "unavailable": 503, "refused": 422}[outcome.status]
        response = JSONResponse({"status": outcome.status, "replies": parts}, status)
        if known is None:
            remember_visitor(request, response, visitor)
        return response

    async def get_history(self, request: Request) -> Response:
        """Return what was said in the visitor's chat, oldest first."""
        visitor = visitor_of(request)
        entries = self._history.of(visitor) if visitor else []
        return JSONResponse({"entries": entries}, headers={"Cache-Control": "no-store"})

    def _entry(self, part: Part) -> Entry:
        custom = part.custom or {}
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
            "form": dict(custom) if custom.get("kind") == "form" else None,
        }

    def _source(self, plan_id: str) -> dict[str, Any]:
        plan = self._plans.get(plan_id)
        if plan is None:
            return {"title": plan_id, "issuer": "", "year": None}
        return {"title": plan.title, "issuer": plan.issuer, "year": plan.year}

    def _shown(self, visitor: str, kind: str, text: str) -> str:
        title = self._history.title_of(visitor, text) if kind == "pressed" else None
        return title or text


def refusal(status: int, key: str) -> JSONResponse:
    """Return the JSON answer to a request that is not handled."""
    return JSONResponse({"status": "refused", "replies": [{"text": say(key)}]}, status)


async def _body(request: Request) -> object:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
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


def _content(body: object) -> tuple[Literal["typed", "pressed"], str]:
    if isinstance(body, Mapping) and len(body) == 1:
        if isinstance(body.get("text"), str):
            return "typed", body["text"]
        if isinstance(body.get("payload"), str):
            return "pressed", body["payload"]
    raise BadRequest(422, "request_not_json")
