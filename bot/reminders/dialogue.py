"""The way to the assistant with the reminders beside it: a request for one is served here, the rest is handed on."""

import asyncio
import logging

import httpx

from bot.dialogue import Dialogue, Render, Turn
from bot.memory.wishes import Reachable
from bot.messages import Message, Reply
from bot.reminders.desk import NEVER, ReminderDesk, Unasked
from bot.reminders.reading import read_request
from bot.reminders.reminding import ENVELOPE, Reminding
from bot.wording import say
from knowledge.database import StoreUnavailable
from knowledge.vietnamese import is_english

_log = logging.getLogger(__name__)


class RemindingDialogue(Dialogue):
    """As `Dialogue`; on channels that may not always write first, what waits is said when the person comes."""

    def __init__(
        self, rasa_url: str, client: httpx.AsyncClient, reminding: Reminding, desk: ReminderDesk, unasked: Unasked
    ) -> None:
        super().__init__(rasa_url, client)
        self._reminding = reminding
        self._desk = desk
        self._unasked = unasked

    async def send(self, message: Message) -> Turn:
        """Serve a request for reminders, or hand the message on; what waits is said before the answer.

        Raises:
            StoreUnavailable: the reminders cannot be read or written; nothing was done.
        """
        language = "en" if is_english(message.text) else "vi"
        request = read_request(message.text, self._reminding.due_list.plans)
        if request is None:
            turn = await super().send(message)
            if message.in_group or turn.status != "answered":
                return turn
            return Turn("answered", (*await self._waiting(message), *turn.replies))
        if message.in_group:
            return Turn("answered", (Reply(say("private_only", language), custom=ENVELOPE),))
        to = Reachable(message.person, message.chat)
        return Turn("answered", await asyncio.to_thread(self._desk.serve, to, request, language))

    async def greet(self, person: str, render: Render) -> None:
        """Keep in the outbox what waits for a person who comes by; each once.

        Raises:
            StoreUnavailable: the reminders cannot be read.
        """
        chat = person.partition(":")[2]
        await asyncio.to_thread(self._give, Reachable(person, chat), render)

    async def _waiting(self, message: Message) -> tuple[Reply, ...]:
        """Return what waits; nothing where that cannot be read: the answer is there already."""
        try:
            return await asyncio.to_thread(self._give, Reachable(message.person, message.chat))
        except StoreUnavailable as error:
            _log.error("reminders cannot be given now: %s", error)
            return ()

    def _give(self, to: Reachable, render: Render | None = None) -> tuple[Reply, ...]:
        if self._unasked.get(to.channel, NEVER) is None:  # there it is sent in time
            return ()
        return self._reminding.give(to, self._reminding.drafts_left(to.person), render)
