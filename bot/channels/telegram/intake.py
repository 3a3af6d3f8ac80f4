"""How Telegram's updates come in: by long polling or by a webhook with a secret; kept before they are confirmed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.backoff import LONGEST, pause
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.updates import UPDATES
from bot.channels.webhook import read_call, same_secret
from knowledge.database import StoreUnavailable

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
POLL_SECONDS = 25
"""How long Telegram may hold a request for updates while there are none."""

ANSWER_SECONDS = 15.0
"""How long is waited for the answer of a request that Telegram does not hold."""

_log = logging.getLogger(__name__)


class Polling:
    """Asks for updates again and again; works behind any firewall. `state` is for the readiness page."""

    def __init__(self, telegram: Telegram, poll_seconds: int = POLL_SECONDS, wait: Callable[..., Any] = asyncio.sleep):
        self.state = "connecting"
        self._telegram = telegram
        self._poll_seconds = poll_seconds
        self._wait = wait
        self._known = False
        self._offset: int | None = None

    async def run(self) -> None:
        """Take in updates until cancelled; ends by itself only where Telegram does not know the token."""
        failures = 0
        while True:
            try:
                await self.fetch()
                self.state, failures = "polling", 0
            except InvalidToken:
                self.state = "token refused"
                _log.error("Telegram does not know this token; check TELEGRAM_TOKEN")
                return
            except Conflict:
                self.state = "another program polls"
                _log.error("another program asks for the updates of this bot; only one may")
                await self._wait(LONGEST)
            except (TelegramError, StoreUnavailable) as error:
                failures += 1
                self.state = "database down" if isinstance(error, StoreUnavailable) else "unreachable"
                _log.warning("updates cannot be taken in: %s", error)
                await self._wait(max(_asked_wait(error), pause(failures, 0.5)))

    async def fetch(self) -> int:
        """Take in the updates of one request and return their number.

        Raises:
            TelegramError: Telegram cannot be asked.
            StoreUnavailable: an update is not kept; it comes again.
        """
        if not self._known:
            await self._telegram.introduce()
            await self._telegram.bot.delete_webhook()
            self._known, self.state = True, "polling"
        asked = {"timeout": self._poll_seconds, "allowed_updates": list(UPDATES)}
        if self._offset is not None:
            asked["offset"] = self._offset
        # As plain data: `get_updates` fails for a whole batch where one update has a shape it does not know, and logs
        # what people wrote. Telegram takes a method's name in small letters too; the library's own name would warn.
        updates = await self._telegram.bot.do_api_request(
            "getupdates", asked, read_timeout=self._poll_seconds + ANSWER_SECONDS
        )
        for update in updates:
            await _take(self._telegram, update)
            self._offset = update["update_id"] + 1
        return len(updates)


class Webhook:
    """Is called by Telegram below the office's public address. `state` is for the readiness page."""

    def __init__(self, telegram: Telegram, public_address: str, secret: str):
        self.state = "connecting"
        self._telegram = telegram
        self._address = public_address.rstrip("/") + WEBHOOK_PATH
        self._secret = secret

    async def run(self) -> None:
        """Tell Telegram where to call, trying again until it is told; then there is nothing to do."""
        failures = 0
        while self.state != "webhook":
            try:
                await self._telegram.introduce()
                await self._telegram.bot.set_webhook(self._address, allowed_updates=UPDATES, secret_token=self._secret)
                self.state = "webhook"
            except InvalidToken:
                self.state = "token refused"
                _log.error("Telegram does not know this token; check TELEGRAM_TOKEN")
                return
            except TelegramError as error:
                failures += 1
                self.state = "unreachable"
                _log.warning("the webhook cannot be set: %s", error)
                await asyncio.sleep(max(_asked_wait(error), pause(failures, 0.5)))

    async def receive(self, request: Request) -> Response:
        """Keep one update and answer 200; 503 where it could not be kept, so that it comes again."""
        if not same_secret(request.headers.get(SECRET_HEADER, ""), self._secret):
            return self._refused(403, "forged")
        call = await read_call(request)
        if call.status != 200:
            return self._refused(call.status, "malformed")
        if not isinstance(call.content.get("update_id"), int):
            return self._refused(400, "malformed")
        if self.state != "webhook":  # the bot's own name is not known yet
            return Response(status_code=503)
        try:
            await _take(self._telegram, call.content)
        except StoreUnavailable:
            return Response(status_code=503)
        return Response(status_code=200)

    def _refused(self, status: int, counted: str) -> Response:
        self._telegram.counts[counted] += 1
        return Response(status_code=status)


async def _take(telegram: Telegram, content: dict[str, Any]) -> None:
    """Keep an update; one of a shape that is not understood is counted, since it would come again for ever."""
    try:
        update = Update.de_json(content, telegram.bot)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        _log.error("an update of Telegram has an unknown shape: %s", error)
        telegram.counts["unknown_update"] += 1
        return
    await telegram.take_update(update)


def _asked_wait(error: Exception) -> float:
    """Return the seconds that the server asks to wait."""
    wait: float | timedelta = error.retry_after if isinstance(error, RetryAfter) else 0.0
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
