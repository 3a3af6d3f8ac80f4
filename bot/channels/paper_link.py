"""Links to a filled form for messengers that take no files: sealed, and good for a day."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.channels.rendering import FindPaper
from bot.channels.web.pages import error_page
from bot.messages import Attachment
from bot.wording import say

LINK_SECONDS = 24 * 3600
PATH = "/phieu"

_SEALED = TypeAdapter(tuple[str, str, str])


class PaperLinks:
    """Makes the links below `public_address` and serves what they lead to; without an address there are none.

    A link names the person and the paper, sealed with `cipher`: it cannot be guessed or changed, and whoever has it
    sees this one paper until it ends.
    """

    def __init__(self, cipher: Fernet, find: FindPaper, public_address: str, clock: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._find = find
        self._address = public_address.rstrip("/")
        self._clock = clock

    def file(self, person: str, token: str) -> Path | None:
        """Return the file kept for the person."""
        return self._find(person, token)

    def said(self, person: str, attached: Attachment) -> str:
        """Return the sentence that leads to the paper: by its link, or by a code in the web page."""
        if not self._address:
            return say("paper_elsewhere")
        content = _SEALED.dump_json((person, attached.token, attached.name))
        sealed = self._cipher.encrypt_at_time(content, self._now()).decode()
        return say("paper_link", name=attached.name, link=f"{self._address}{PATH}/{quote(sealed)}")

    def routes(self) -> list[Route]:
        """Return the address of the papers."""
        return [Route(f"{PATH}/{{sealed}}", self._serve)]

    async def _serve(self, request: Request) -> Response:
        try:
            sealed = self._cipher.decrypt_at_time(request.path_params["sealed"], LINK_SECONDS, self._now())
            person, token, name = _SEALED.validate_json(sealed)
        except (InvalidToken, ValidationError):
            return error_page(404, "paper_not_found")
        file = self._find(person, token)
        if file is None:
            return error_page(404, "paper_not_found")
        return FileResponse(file, filename=name, headers={"Cache-Control": "private, no-store"})

    def _now(self) -> int:
        return int(self._clock().timestamp())
