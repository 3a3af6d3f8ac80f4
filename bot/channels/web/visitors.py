"""Who a visitor of the web page is: a random id in a signed cookie."""

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from bot.private_files import write_private

COOKIE = "dan_van_kheo"
COOKIE_DAYS = 180
SECRET_FILE = "web_secret"


class Visitors:
    """Knows a visitor by the cookie that it gave.

    Args:
        secret: signs the cookies; with another one every visitor is new.
        portals: origins of the pages that may show the assistant in a frame.
    """

    def __init__(self, secret: str, portals: Sequence[str] = ()) -> None:
        self._signer = Signer(secret, salt="visitor", digest_method=hashlib.sha256)
        self.portals = tuple(portals)

    def of(self, request: Request) -> str | None:
        """Return the visitor's id, or None where the request brings no cookie that we signed."""
        try:
            return self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None

    def new(self) -> str:
        """Return a new random 128-bit id in hexadecimal."""
        return secrets.token_hex(16)

    def signed(self, visitor: str) -> str:
        """Return the cookie's value for a visitor."""
        return self._signer.sign(visitor).decode()

    def remember(self, request: Request, response: Response, visitor: str) -> None:
        """Set the visitor's cookie, not readable by scripts.

        It is not sent along from other sites; only where portals are named, and over HTTPS, it is sent from a frame,
        and then each portal has a cookie of its own (CHIPS).
        """
        https = request.url.scheme == "https"
        in_frames = https and bool(self.portals)
        response.set_cookie(
            COOKIE,
            self.signed(visitor),
            max_age=COOKIE_DAYS * 24 * 3600,
            httponly=True,
            samesite="none" if in_frames else "lax",
            secure=https,
        )
        if in_frames:
            response.headers["Set-Cookie"] += "; Partitioned"  # Starlette can say so from Python 3.14 on


def secret_in(folder: Path) -> str:
    """Return the secret kept in `folder`; the first call makes it."""
    file = folder / SECRET_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_private(file, secrets.token_hex(32).encode())
    return file.read_text(encoding="ascii")
