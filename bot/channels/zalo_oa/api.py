"""The calls of the Official Account's interface: with the present access token, within the limit a minute."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiolimiter import AsyncLimiter

from bot.channels.zalo_oa.errors import rule_of
from bot.channels.zalo_oa.tokens import TokenKeeper

SEND, UPLOAD, ACCOUNT = "/v3.0/oa/message/cs", "/v2.0/oa/upload/file", "/v2.0/oa/getoa"
ANSWER_SECONDS = 15.0
NO_TOKEN, UNREACHABLE, SILENT = -1_000_001, -1_000_002, -1_000_003
"""Codes of our own: there is no access token; the call was not taken; it was taken, and nothing answered."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a call was answered with: `code` 0 for success, Zalo's error, or one of our own."""

    code: int
    data: Mapping[str, Any] = field(default_factory=dict)


class OaApi:
    """Calls the interface at `address`, at most `per_minute` times in any minute."""

    def __init__(self, client: httpx.AsyncClient, address: str, keeper: TokenKeeper, per_minute: int) -> None:
        self.keeper = keeper
        self._client = client
        self._address = address
        at_once = per_minute // 4  # the limiter lets these through at once, and the others evenly
        self._limiter = AsyncLimiter(at_once, 60 * at_once / (per_minute - at_once))

    async def send(self, user: str, message: Mapping[str, Any]) -> Answer:
        """Send one message to a person."""
        return await self._call("POST", SEND, json={"recipient": {"user_id": user}, "message": message})

    async def upload(self, name: str, content: bytes) -> Answer:
        """Upload a file; `data["token"]` can be sent for seven days."""
        return await self._call("POST", UPLOAD, files={"file": (name, content)})

    async def account(self) -> Answer:
        """Ask what the account is."""
        return await self._call("GET", ACCOUNT)

    async def _call(self, method: str, path: str, **content: Any) -> Answer:
        token = await self.keeper.access()
        if token is None:
            return Answer(NO_TOKEN)
        answer = await self._once(method, path, token, content)
        if answer.code and rule_of(answer.code).act == "renew":
            other = await self.keeper.other_than(token)
            answer = await self._once(method, path, other, content) if other else answer
        return answer

    async def _once(self, method: str, path: str, token: str, content: Mapping[str, Any]) -> Answer:
        await self._limiter.acquire()
        try:
            answer = await self._client.request(
                method, f"{self._address}{path}", headers={"access_token": token}, timeout=ANSWER_SECONDS, **content
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            _log.warning("Zalo cannot be reached: %s", type(error).__name__)
            return Answer(UNREACHABLE)
        except httpx.HTTPError as error:
            _log.warning("Zalo took a call and did not answer: %s", type(error).__name__)
            return Answer(SILENT)
        return _read(answer)


def _read(answer: httpx.Response) -> Answer:
    """Return what an answer says; an error comes with HTTP 200 too."""
    try:
        content = answer.json()
        code, data = int(content["error"]), content.get("data")
    except (ValueError, KeyError, TypeError):
        _log.warning("Zalo answered HTTP %s without an envelope", answer.status_code)
        return Answer(UNREACHABLE)
    if code:
        _log.warning("Zalo answered error %s: %s", code, content.get("message"))
    return Answer(code, data if isinstance(data, dict) else {})
