"""An assistant reached by a messenger, driven step by step over a pretended server, with a scripted Rasa."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.channels.messenger import Messenger
from bot.memory.opening import Memory
from bot.worker import Worker
from tests.bot.fake_rasa import FakeRasa
from tests.bot.memories import new_memory

T = TypeVar("T")
S = TypeVar("S")


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class MessengerOffice(ABC, Generic[S]):
    """One channel over one server; `turn()` takes in what was written and works it off. `S`: what the server got."""

    def __init__(self, rasa: FakeRasa, memory: Memory | None = None) -> None:
        self.rasa = rasa
        self.memory = memory or new_memory()
        self.clock = Clock()
        self.runner = asyncio.Runner()

    def employ(self, messenger: Messenger) -> None:
        """Let a worker work for the messenger."""
        self.worker = Worker(self.memory, {messenger.name: messenger}, self.clock)

    @abstractmethod
    def fetch(self) -> Any:
        """Take in what was written."""

    @abstractmethod
    def received(self) -> Sequence[S]:
        """Return all that the server got so far."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def work(self) -> None:
        self.run(self.worker.work_off())

    def turn(self) -> list[S]:
        """Take in and work off everything; return what was sent meanwhile."""
        before = len(self.received())
        self.fetch()
        self.work()
        return list(self.received()[before:])

    def later(self, seconds: float = 60.0) -> list[S]:
        """Let time pass, then work off what is due."""
        before = len(self.received())
        self.clock.forward(seconds)
        self.work()
        return list(self.received()[before:])

    def close(self) -> None:
        self.runner.close()
        self.memory.close()
