"""The calls of Zalo's Bot Platform; an answer counts by its envelope, and addresses are never logged."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

ANSWER_SECONDS = 15.0
UNREACHABLE, SILENT = -1, -2
"""Codes of our own: the call was not taken; it was taken, and nothing answered."""

IDLE = 408
"""Zalo's code for a request for updates that ends because there are none."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a call was answered with: `code` 0 and the `result`, Zalo's error code, or one of our own."""

    code: int
    result: Any = None
    description: str = ""


class BotApi:
    """Calls the platform at `address` for the bot that `token` speaks for."""

    def __init__(self, client: httpx.AsyncClient, address: str, token: str) -> None:
        self._client = client
        self._base = f"{address}/bot{token}"

    async def call(self, method: str, fields: Mapping[str, Any], seconds: float = 0.0) -> Answer:
        """Call a method, which may be held for `seconds`, and return its answer; nothing the platform does raises."""
        timeout = ANSWER_SECONDS + seconds
        try:
            answer = await self._client.post(f"{self._base}/{method}", json=dict(fields), timeout=timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Answer(UNREACHABLE)
        except httpx.HTTPError:
            return Answer(SILENT)
        return _read(answer)


def _read(answer: httpx.Response) -> Answer:
    try:
        content = answer.json()
        if content["ok"] is True:
            return Answer(0, content.get("result"))
        return Answer(int(content["error_code"]), description=str(content.get("description", "")))
    except (ValueError, KeyError, TypeError):
        _log.warning("the Bot Platform answered HTTP %s without an envelope", answer.status_code)
        return Answer(answer.status_code if answer.is_client_error else UNREACHABLE)
