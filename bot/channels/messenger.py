"""The contract of a channel that answers later: messages are kept as they come, replies are sent one by one."""

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.channels.base import Channel
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.memory.outbox import Outgoing
from bot.messages import Received


@dataclass(frozen=True)
class Delivery:
    """What became of one part.

    `sent`: the messenger took it. `later`: it did not, try again, at the earliest after `wait` seconds.
    `doubtful`: it did not answer, the part may have arrived. `refused`: it will never take this part.
    `dead`: the person cannot be reached (blocked the assistant, left). `closed`: nobody may write to the person until
    they write again; the part is kept.
    """

    status: Literal["sent", "later", "doubtful", "refused", "dead", "closed"]
    wait: float = 0.0


class Messenger(Channel):
    """A channel whose messages are worked off by `bot.worker`.

    A subclass calls `take` for everything that comes in before it tells the messenger that it has it, and sends one
    part with one call in `deliver`. `counts` says what came in by kind, for the readiness page.
    """

    notice: ClassVar[str]
    """The key of the sentence that a person is told once, before the first answer."""

    def __init__(
        self, dialogue: Dialogue, memory: Memory, clock: Callable[[], datetime], public_address: str = ""
    ) -> None:
        super().__init__(dialogue, memory, clock, public_address)
        self.counts: Counter[str] = Counter()
        self.taken = asyncio.Event()
        self._door = ThreadPoolExecutor(2, thread_name_prefix="door")  # who knocks does not queue behind the work

    async def take(self, received: Received) -> bool:
        """Keep a message to be answered; False if it was taken before.

        Raises:
            StoreUnavailable: it is not kept; the messenger must send it again.
        """
        loop = asyncio.get_running_loop()
        new = await loop.run_in_executor(self._door, self.memory.inbox.take, received, self.clock())
        self.counts[received.kind if new else "repeated"] += 1
        self.taken.set()
        return new

    @abstractmethod
    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Send one part; never raises for anything the messenger answers."""

    @asynccontextmanager
    async def at_work(self, received: Received) -> AsyncIterator[None]:
        """Show the person that an answer is being made, as long as the block runs."""
        yield
