"""Answers the messages kept in the inbox and sends the parts kept in the outbox.

Each person's messages are handled in the order they came and each part is sent before the next message is looked at;
different people are served side by side. Every step is written down before the next begins, so that a worker that
was killed goes on where it was. See docs/channels.md for what may happen twice.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.backoff import pause
from bot.channels.messenger import Messenger
from bot.channels.rendering import singly
from bot.memory.opening import Memory
from bot.memory.outbox import Outgoing
from bot.messages import Part, Received
from bot.wording import say
from knowledge.database import StoreUnavailable
from knowledge.vietnamese import is_english

T = TypeVar("T")

AT_ONCE = 16
"""People served side by side."""

LOOK_SECONDS, GATHER_SECONDS = 1.0, 0.05
"""How often is looked for what may be tried again, and how long after a message, so that a burst is one look."""

HOPELESS = 6
"""After so many failures in a row, while the assistant answers others, a message is given up."""

_log = logging.getLogger(__name__)


class Worker:
    """Works for all `messengers`, by name, over one memory; `clock` goes on even where the assistant's stands."""

    def __init__(self, memory: Memory, messengers: Mapping[str, Messenger], clock: Callable[[], datetime]) -> None:
        self._memory = memory
        self._messengers = messengers
        self._clock = clock
        self._hands = ThreadPoolExecutor(2, thread_name_prefix="worker")  # a database writes one thing at a time anyway
        self._wake = asyncio.Event()
        self._serving: dict[str, asyncio.Task[None]] = {}
        for messenger in messengers.values():
            messenger.taken = self._wake

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._wake.clear()
                await self._begin()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            for task in self._serving.values():
                task.cancel()
            await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def work_off(self) -> None:
        """Work until nothing is left that may be tried now."""
        while await self._begin() or self._serving:
            await asyncio.gather(*self._serving.values())

    async def _begin(self) -> bool:
        """Start serving people for whom something may be done, as many as there is room for; tell if there were any."""
        room = AT_ONCE - len(self._serving)
        if not room:
            return False
        try:
            due, channels = self._memory.talks.due, list(self._messengers)
            people = await self._do(due, channels, self._clock(), room, list(self._serving))
        except StoreUnavailable as error:
            _log.error("messages cannot be looked for: %s", error)
            return False
        for person in people:
            task = asyncio.create_task(self._serve(person))
            self._serving[person] = task
            task.add_done_callback(lambda _, person=person: self._done(person))  # type: ignore[misc]
        return bool(people)

    def _done(self, person: str) -> None:
        del self._serving[person]
        self._wake.set()

    async def _serve(self, person: str) -> None:
        """Do all that may be done for one person; what fails without being foreseen is tried again later."""
        try:
            while await self._step(person):
                pass
        except StoreUnavailable as error:
            _log.error("the messages of a person cannot be worked off: %s", error)
            await asyncio.sleep(LOOK_SECONDS)
        except Exception:
            _log.exception("the messages of a person could not be worked off")
            with contextlib.suppress(StoreUnavailable):
                await self._put_off(person)

    async def _step(self, person: str) -> bool:
        """Send the next part, or else answer the next message; False when nothing may be done now."""
        outgoing = await self._do(self._memory.outbox.next_of, person)
        if outgoing is not None:
            return await self._send(outgoing)
        received = await self._do(self._memory.inbox.next_of, person)
        return received is not None and await self._answer(received)

    async def _answer(self, received: Received) -> bool:
        messenger = self._messengers[received.channel]
        async with messenger.at_work(received):
            outcome = await messenger.ask(received)
        if outcome.status == "unavailable":
            return await self._not_answered(received)
        notice = None if received.in_group else Part(say(messenger.notice, _language(received)))
        await self._keep(received, singly(outcome.parts), notice, outcome.status == "refused")
        return True

    async def _keep(
        self, received: Received, parts: list[Part], notice: Part | None = None, keep_choices: bool = False
    ) -> None:
        answer = self._memory.inbox.answer
        await self._do(partial(answer, received, parts, self._clock(), notice=notice, keep_choices=keep_choices))

    async def _not_answered(self, received: Received) -> bool:
        """Tell the person once that the message is kept, and try again later."""
        person, messenger = received.person, self._messengers[received.channel]
        talk = await self._do(self._memory.talks.of, person)
        if talk.attempts >= HOPELESS and await messenger.dialogue.takes_turns():
            _log.error("a message was given up after %s attempts", talk.attempts + 1)
            await self._keep(received, [Part(say("given_up", _language(received)))])
            return True
        if not talk.told:
            kept = [Part(say("kept_for_later", _language(received)))]
            await self._do(self._memory.talks.tell, received, kept, self._clock())
            while (outgoing := await self._do(self._memory.outbox.next_of, person)) and await self._send(outgoing):
                pass
        await self._put_off(person)
        return False

    async def _send(self, outgoing: Outgoing) -> bool:
        """Send one part; False if it must wait."""
        outbox, person = self._memory.outbox, outgoing.person
        delivery = await self._messengers[outgoing.channel].deliver(outgoing)
        match delivery.status:
            case "sent":
                await self._do(outbox.sent, outgoing)
            case "dead":
                _log.warning("a person can no longer be reached on %s", outgoing.channel)
                await self._do(self._memory.talks.mark_dead, person, self._clock())
            case "closed":
                await self._do(self._memory.talks.close, person, self._clock())
                return False
            case "refused":
                _log.error("%s does not take a part; it is given up", outgoing.channel)
                await self._do(outbox.give_up, outgoing)
            case "doubtful" if outgoing.doubtful:  # tried twice: it has rather arrived twice than never
                await self._do(outbox.sent, outgoing)
            case _:
                if delivery.status == "doubtful":
                    await self._do(outbox.doubt, outgoing)
                await self._put_off(person, delivery.wait)
                return False
        return True

    async def _put_off(self, person: str, at_least: float = 0.0) -> None:
        talk = await self._do(self._memory.talks.of, person)
        now = self._clock()
        wait = max(at_least, pause(talk.attempts + 1, random.random()))
        await self._do(self._memory.talks.put_off, person, now + timedelta(seconds=wait), now)

    async def _do(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hands, work, *arguments)


def _language(received: Received) -> str:
    return "en" if received.kind == "typed" and is_english(received.text) else "vi"
