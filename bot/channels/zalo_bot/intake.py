"""How updates of the Bot Platform come in: by long polling, one at a time, or by a webhook with a secret."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.backoff import pause
from bot.channels.webhook import read_call, same_secret
from bot.channels.zalo_bot.api import IDLE, Answer
from bot.channels.zalo_bot.channel import ZaloBot
from knowledge.database import StoreUnavailable

WEBHOOK_PATH = "/zalo-bot/webhook"
SECRET_HEADER = "X-Bot-Api-Secret-Token"
POLL_SECONDS = 30
REFUSED = (401, 403)

_log = logging.getLogger(__name__)


class Polling:
    """Asks for updates again and again; works behind any firewall. `state` is for the readiness page."""

    def __init__(self, zalo: ZaloBot, poll_seconds: int = POLL_SECONDS, wait: Callable[..., Any] = asyncio.sleep):
        self.state = "connecting"
        self._zalo = zalo
        self._poll_seconds = poll_seconds
        self._wait = wait
        self._known = False
        self._in_hand: dict[str, Any] | None = None

    async def run(self) -> None:
        """Take in updates until cancelled; ends by itself only where Zalo does not know the token."""
        failures = 0
        while True:
            try:
                code = await self.fetch()
            except StoreUnavailable as error:
                self.state = "database down"
                _log.warning("updates cannot be kept: %s", error)
            else:
                self.state = _state(code, "polling")
                if code in (0, IDLE):
                    failures = 0
                    continue
                _log.warning("updates cannot be taken in: error %s", code)
                if self.state == "token refused":
                    return
            failures += 1
            await self._wait(pause(failures, 0.5))

    async def fetch(self) -> int:
        """Take in what one request brings and return its code, 0 for an update.

        Zalo gives an update once and has no way to confirm it: one that cannot be kept stays in hand for the next call.

        Raises:
            StoreUnavailable: an update is not kept yet.
        """
        if not self._known:
            answer = await self._zalo.introduce()
            if answer.code:
                return answer.code
            await self._zalo.api.call("deleteWebhook", {})  # refused where none is set, as some say
            self._known = True
        if self._in_hand is None:
            answer = await self._updates()
            if answer.code:
                return answer.code
            if not isinstance(answer.result, dict):
                self._zalo.counts["unknown_update"] += 1
                return IDLE
            self._in_hand = answer.result
        await self._zalo.take_update(self._in_hand)
        self._in_hand = None
        return 0

    async def _updates(self) -> Answer:
        return await self._zalo.api.call("getUpdates", {"timeout": self._poll_seconds}, self._poll_seconds)


class Webhook:
    """Is called by Zalo below the office's public address. `state` is for the readiness page."""

    def __init__(
        self, zalo: ZaloBot, public_address: str, secret: str, wait: Callable[..., Any] = asyncio.sleep
    ) -> None:
        self.state = "connecting"
        self._zalo = zalo
        self._address = public_address.rstrip("/") + WEBHOOK_PATH
        self._secret = secret
        self._wait = wait

    async def run(self) -> None:
        """Tell Zalo where to call, trying again until it is told; then there is nothing to do."""
        failures = 0
        while self.state not in ("webhook", "token refused"):
            answer = await self._zalo.introduce()
            if not answer.code:
                answer = await self._zalo.api.call("setWebhook", {"url": self._address, "secret_token": self._secret})
            self.state = _state(answer.code, "webhook")
            if answer.code:
                _log.error("the webhook cannot be set: error %s %s", answer.code, answer.description)
                failures += 1
                await self._wait(pause(failures, 0.5))

    async def receive(self, request: Request) -> Response:
        """Keep one update and answer 200; 503 where it could not be kept. An empty call is Zalo's trial."""
        if not same_secret(request.headers.get(SECRET_HEADER, ""), self._secret):
            return self._refused(403, "forged")
        if request.headers.get("content-length") == "0":
            return Response(status_code=200)
        call = await read_call(request)
        if call.status == 400 and not call.body.strip():
            return Response(status_code=200)
        if call.status != 200:
            return self._refused(call.status, "malformed")
        try:
            await self._zalo.take_update(call.content)
        except StoreUnavailable:
            return Response(status_code=503)
        return Response(status_code=200)

    def _refused(self, status: int, counted: str) -> Response:
        self._zalo.counts[counted] += 1
        return Response(status_code=status)


def _state(code: int, works: str) -> str:
    """Return the state after an answer."""
    if code in (0, IDLE):
        return works
    return "token refused" if code in REFUSED else "unreachable"
