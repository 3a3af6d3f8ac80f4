"""The contract every channel keeps; tests/bot/channels/contract.py holds each channel to it.

A channel must
- make a `Received` of whatever comes in: the person's id from the messenger itself, never from the text, and a
  message id that stays the same when the same message comes again,
- hand it to `handle` where the reply goes back at once (web, console), or to `take` where it is sent later
  (messengers: see `bot/channels/messenger.py`). Both act once on a message, however often it comes,
- show every part it gets back, in order,
- state its `Limits`, and in `unasked` how long it may write to a person who has not written again.

A channel must not
- call Rasa, the knowledge or the registrations itself,
- word an answer, shorten one, or claim that something is saved,
- show one person anything of another, or in a group anything of a registration.
"""

import asyncio
import logging
from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from bot.channels.rendering import Limits, render
from bot.commands import meaning
from bot.dialogue import Dialogue, PersonQueue, Turn
from bot.memory.opening import Memory
from bot.memory.talks import Talk
from bot.messages import Message, Part, Received, Reply, is_issued, pressed, typed
from bot.wording import say
from knowledge.database import StoreUnavailable
from knowledge.vietnamese import is_english

Status = Literal["answered", "unavailable", "refused"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of a message.

    `unavailable`: not handled, it can come again. `refused`: nothing was asked, `parts` say why.
    `repeated`: the message came before, `parts` are those of the first time.
    """

    status: Status
    parts: tuple[Part, ...]
    repeated: bool = False


class Channel(ABC):
    """One way of talking to people.

    Args:
        dialogue: the way to the assistant.
        memory: what is remembered of messages and talks; shared by all channels.
        clock: returns the aware time of now.
        public_address: where people reach the web page, for links to passages; "" for none.
    """

    name: ClassVar[str]
    limits: ClassVar[Limits]
    unasked: ClassVar[timedelta | None] = timedelta(0)
    """How long after a person's last message the channel may write to them; None: always, zero: never."""

    def __init__(
        self, dialogue: Dialogue, memory: Memory, clock: Callable[[], datetime], public_address: str = ""
    ) -> None:
        self.dialogue = dialogue
        self.memory = memory
        self.clock = clock
        self._public_address = public_address
        self._queue = PersonQueue()

    def shown(self, reply: Reply, language: str) -> list[Part]:
        """Return the parts that show `reply` within the channel's limits."""
        return render(reply, self.limits, language, self._public_address)

    async def greet(self, user: str) -> None:
        """Keep in the outbox what is to be said to a person who comes by, for a channel that reads its talk back."""
        try:
            await self.dialogue.greet(f"{self.name}:{user}", self.shown)
        except StoreUnavailable as error:
            _log.error("nothing is said to who comes by: %s", error)

    async def handle(self, received: Received) -> Outcome:
        """Answer one message at once; one that was answered before gets the same parts again."""
        async with self._queue.turn_of(received.person):
            try:
                return await self._handle(received)
            except StoreUnavailable as error:
                _log.error("a message is not handled: %s", error)
                return self._outcome(Turn("unavailable", (Reply(say("unavailable")),)), "vi")

    async def _handle(self, received: Received) -> Outcome:
        kept = await asyncio.to_thread(self.memory.inbox.answered, received)
        if kept is not None:
            return Outcome("answered", kept, repeated=True)
        outcome = await self.ask(received)
        if outcome.status == "answered":
            answer = self.memory.inbox.answer
            await asyncio.to_thread(answer, received, outcome.parts, self.clock(), shown=True)
        return outcome

    async def ask(self, received: Received) -> Outcome:
        """Take one message through the assistant; nothing is remembered of it.

        Raises:
            StoreUnavailable: the database cannot be used; nothing was asked.
        """
        talk = await asyncio.to_thread(self.memory.talks.of, received.person)
        text = _words(received, talk)
        if text is None:
            key = received.text if received.kind == "unreadable" else "old_button"
            return self._outcome(Turn("answered", (Reply(say(key)),)), "vi", "refused")
        language = "en" if is_english(text) and not is_issued(text) else "vi"
        if not text and received.kind == "typed" and meaning(received.text) == "":
            return self._outcome(Turn("answered", (Reply(say("ask_what")),)), language)
        message = Message(
            self.name, received.user, received.chat, received.message_id, text, self.clock(), received.in_group
        )
        turn = await self.dialogue.send(message)
        if received.in_group and turn.status == "answered" and not _for_everyone(turn, text):
            turn = Turn("answered", (Reply(say("private_only", language)),))
        return self._outcome(turn, language)

    def _outcome(self, turn: Turn, language: str, status: Status | None = None) -> Outcome:
        parts = [part for reply in turn.replies for part in self.shown(reply, language)]
        return Outcome(status or turn.status, tuple(parts))


def _words(received: Received, talk: Talk) -> str | None:
    """Return what the assistant is told; None for what it cannot read, or a button that is no longer open."""
    if received.kind == "unreadable":
        return None
    if received.kind == "pressed":
        words = pressed(received.text)
        return words if received.text in talk.offered or is_issued(received.text) else None
    command = meaning(received.text)
    if command is not None:
        return typed(command)
    text = typed(received.text)
    return talk.options.get(text.strip(" .)").lower(), text)


def _for_everyone(turn: Turn, text: str) -> bool:
    """Tell whether a turn may be shown in a group: an answer on plans, never anything of a registration."""
    kinds = {reply.custom.get("kind") for reply in turn.replies if reply.custom is not None}
    return kinds == {"answer"} or (not kinds and is_issued(text))
