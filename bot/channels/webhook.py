"""What every messenger's webhook does first: the secret is compared, the body is read within a limit and parsed."""

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request

BODY_LIMIT = 1024 * 1024
"""Largest body in bytes; the messengers' own are some kilobytes."""


@dataclass(frozen=True)
class Call:
    """A call of a messenger: `status` is 200 where `content` is the JSON object of `body`, or what to answer."""

    status: int
    body: bytes = b""
    content: dict[str, Any] = field(default_factory=dict)


async def read_call(request: Request) -> Call:
    """Read what a messenger posts: 415 for another type than JSON, 413 where it is too large, 400 for no object."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return Call(415)
    body = await _body(request)
    if body is None:
        return Call(413)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return Call(400, body)
    return Call(200, body, content) if isinstance(content, dict) else Call(400, body)


def same_secret(given: str, secret: str) -> bool:
    """Compare in a time that tells nothing of the secret."""
    return hmac.compare_digest(given.encode(), secret.encode())


async def _body(request: Request) -> bytes | None:
    """Return the request's body, None where it is too large."""
    read = bytearray()
    try:
        async for chunk in request.stream():
            read += chunk
            if len(read) > BODY_LIMIT:
                return None
    except ClientDisconnect:
        return b""
    return bytes(read)
