"""One messenger as it runs in the process of all channels."""

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.routing import Route

from bot.channels.messenger import Messenger

OFF: dict[str, Any] = {"state": "off"}
"""What the readiness page says of a messenger that is not set up."""


class Service(Protocol):
    """A messenger, running."""

    @property
    def channel(self) -> Messenger:
        """The messenger itself."""

    @property
    def routes(self) -> Sequence[Route]:
        """The addresses that the messenger calls."""

    async def run(self) -> None:
        """Take in what comes until cancelled."""

    async def close(self) -> None:
        """Close the connections."""

    def report(self) -> dict[str, Any]:
        """Return what the readiness page says: `state`, and `counts` of what came in since the start."""
