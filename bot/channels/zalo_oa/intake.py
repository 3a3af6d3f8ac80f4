"""Where Zalo's events come in: signed, not too old, kept before they are acknowledged."""

import logging
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.webhook import read_call
from bot.channels.zalo_oa.channel import ZaloOa
from bot.channels.zalo_oa.events import account_of, read
from bot.channels.zalo_oa.signature import HEADER, signer
from bot.settings import Settings
from knowledge.database import StoreUnavailable

WEBHOOK_PATH = "/zalo/webhook"
OLDEST, NEWEST = timedelta(hours=3), timedelta(minutes=10)
"""How far from now an event may say it is: Zalo brings one again for two hours, with the time of the first."""

_log = logging.getLogger(__name__)


class Webhook:
    """Is called by Zalo; `signed_by` says in which way the last event was signed, "" before the first."""

    def __init__(self, zalo: ZaloOa, settings: Settings) -> None:
        self.signed_by = ""
        self._zalo = zalo
        self._app_id = settings.zalo_oa_app_id
        self._secrets = {"OA secret key": settings.zalo_oa_secret_key, "app secret": settings.zalo_oa_app_secret}

    async def receive(self, request: Request) -> Response:
        """Keep one event and answer 200; 503 where it could not be kept, so that it comes again."""
        given = request.headers.get(HEADER)
        if given is None:
            return self._refused(403, "forged")
        call = await read_call(request)
        if call.status != 200:
            return self._refused(call.status, "malformed")
        event, timestamp = call.content, str(call.content.get("timestamp"))
        firsts = {"app id": self._app_id, "account id": account_of(event)}
        way = signer(given, call.body, timestamp, firsts, self._secrets)
        if way is None or str(event.get("app_id")) != self._app_id:
            _log.error("an event is not signed as the settings have it; check ZALO_OA_SECRET_KEY and ZALO_OA_APP_ID")
            return self._refused(403, "forged")
        if way != self.signed_by:
            _log.warning("Zalo signs its events with: %s", way)
            self.signed_by = way
        if not self._in_time(timestamp):
            _log.error("an event is too old or from the future; is the clock of this machine right?")
            self._zalo.counts["stale"] += 1
            return Response(status_code=200)
        try:
            await self._zalo.take_event(read(event))
        except StoreUnavailable:
            return Response(status_code=503)
        return Response(status_code=200)

    def _in_time(self, timestamp: str) -> bool:
        try:
            at = datetime.fromtimestamp(int(timestamp) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return False
        return -NEWEST <= self._zalo.clock() - at <= OLDEST

    def _refused(self, status: int, counted: str) -> Response:
        self._zalo.counts[counted] += 1
        return Response(status_code=status)
