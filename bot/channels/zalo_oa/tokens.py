"""The access token of the Official Account for whoever sends: read from the vault, exchanged in time and at need."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import get_args

from bot.channels.zalo_oa.exchange import Ending, present
from bot.channels.zalo_oa.vault import Tokens, Vault, VaultLocked, fingerprint
from bot.settings import ROOT

LOOK_SECONDS = 300.0
"""How often is looked whether it is time to exchange, and how soon after a failure it is tried again."""

Exchange = Callable[[str], Awaitable[Ending]]
"""From the fingerprint of a refused access token, "" for none, to how the exchange ended."""

_log = logging.getLogger(__name__)


class TokenKeeper:
    """Hands out the access token.

    Args:
        vault: where the pair is kept; other processes may change it.
        seed: the refresh token of the settings.
        exchange: makes the vault hold the next pair.
        clock: returns the aware time of now.

    `ending` says how the last exchange ended, "" before the first.
    """

    def __init__(self, vault: Vault, seed: str, exchange: Exchange, clock: Callable[[], datetime]) -> None:
        self.ending: Ending | None = None
        self._vault = vault
        self._seed = seed
        self._exchange = exchange
        self._clock = clock
        self._tried: datetime | None = None
        self._replaced: datetime | None = None
        self._known: Tokens | None = None  # as read last: where another process has exchanged it since, Zalo refuses it
        self._one_at_a_time = asyncio.Lock()

    async def access(self) -> str | None:
        """Return an access token that has not ended, None where there is none to be had now."""
        token = self._usable(self._known)
        return token if token is not None else await self.other_than("")

    async def other_than(self, refused: str) -> str | None:
        """Return another access token than one that Zalo refuses, None where there is none to be had now."""
        async with self._one_at_a_time:
            token = self._usable(await self.tokens())
            if token is not None and token != refused:
                return token
            if not self._may_try(refused):
                return None
            self._replaced = self._clock() if refused else self._replaced
            await self._renew(fingerprint(refused) if refused else "")
            token = self._usable(await self.tokens())
            return None if token == refused else token

    async def run(self) -> None:
        """Exchange the pair in good time, until cancelled."""
        while True:
            async with self._one_at_a_time:
                await self._renew("")
            await asyncio.sleep(LOOK_SECONDS)

    async def tokens(self) -> Tokens | None:
        """Return the kept pair, None where there is none that can be read."""
        try:
            self._known = await asyncio.to_thread(present, self._vault, self._seed)
        except (VaultLocked, OSError) as error:
            self._end("locked")
            _log.error("%s", error)
            self._known = None
        return self._known

    def _usable(self, tokens: Tokens | None) -> str | None:
        return tokens.access if tokens is not None and tokens.access and self._clock() < tokens.expires else None

    def _may_try(self, refused: str) -> bool:
        """Tell whether an exchange may help: what failed, or gave a token that is refused too, waits a while."""
        last = self._replaced if refused else None
        if self.ending not in ("fresh", "renewed"):
            last = self._tried or last
        return last is None or (self._clock() - last).total_seconds() >= LOOK_SECONDS

    async def _renew(self, refused: str) -> None:
        tokens = await self.tokens()
        if tokens is not None and tokens.access and not refused and self._clock() < tokens.renew:
            self._end("fresh")
            return
        if tokens is not None and tokens.spent:
            self._end("spent")
            return
        self._tried = self._clock()
        self._end(await self._exchange(refused))

    def _end(self, ending: Ending) -> None:
        if ending != self.ending and ending not in ("fresh", "renewed"):
            _log.critical("the tokens of the Zalo Official Account: %s; see docs/channels.md", ending)
        self.ending = ending


def apart(environment: Mapping[str, str]) -> Exchange:
    """Return an exchange in a process of its own, which goes on where this one is killed in the middle of it."""

    async def exchange(refused: str) -> Ending:
        command = (sys.executable, "-m", "bot.channels.zalo_oa.exchange", "--refused", refused)
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=dict(environment), stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        said, _ = await process.communicate()
        ending = said.decode().strip()
        return ending if ending in get_args(Ending) else "unreachable"  # type: ignore[return-value]

    return exchange
