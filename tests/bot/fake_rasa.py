"""A Rasa REST channel that answers from a script, and records what it is sent."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.dialogue import Dialogue
from bot.messages import Message

Script = Callable[[str, str], Any]
NOW = datetime(2023, 3, 1, 8, 0, tzinfo=UTC)


def echo(sender: str, text: str) -> list[dict[str, Any]]:
    return [{"recipient_id": sender, "text": f"<{text}>"}]


class FakeRasa:
    """`script(sender, text)` gives the JSON of the answer; an int is an HTTP status instead.

    `once`: like bot/rasa_rest.py, it answers a message that comes again with the turn it had. `together`: no turn ends
    before so many have run at the same time.
    """

    def __init__(self, script: Script = echo, once: bool = False, together: int = 1) -> None:
        self.script = script
        self.once = once
        self.together = together
        self.turns: dict[tuple[str, str], Any] = {}
        self.received: list[tuple[str, str]] = []
        self.running: dict[str, int] = {}
        self.most_at_once = 0
        self.most_of_one = 0
        self.app = Starlette(
            routes=[
                Route("/", self._root),
                Route("/webhooks/rest/webhook", self._webhook, methods=["POST"]),
            ]
        )

    async def _root(self, request: Request) -> Response:
        return Response("Hello from Rasa: 3.6.21")

    async def _webhook(self, request: Request) -> Response:
        body = await request.json()
        sender, text = body["sender"], body["message"]
        turn = (sender, body["metadata"]["message_id"])
        if self.once and turn in self.turns:
            return JSONResponse(self.turns[turn])
        self.running[sender] = self.running.get(sender, 0) + 1
        self.most_of_one = max(self.most_of_one, self.running[sender])
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        for _ in range(20):
            await asyncio.sleep(0)
        while self.most_at_once < self.together:
            await asyncio.sleep(0.001)
        self.running[sender] -= 1
        self.received.append((sender, text))
        answer = self.script(sender, text)
        if isinstance(answer, int):
            return Response("not here", answer)
        if answer:
            self.turns[turn] = answer
        return JSONResponse(answer)

    def dialogue(self) -> Dialogue:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app))
        return Dialogue("http://rasa.test", client)


def message(text: str, user: str = "an", channel: str = "web") -> Message:
    return Message(channel, user, user, "1", text, NOW)


def clock() -> datetime:
    return NOW
