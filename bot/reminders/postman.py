"""Gives reminders to people who may be written to: into the outbox of their messenger, at office hours."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.channels.messenger import Messenger
from bot.channels.rendering import singly
from bot.memory.wishes import Reachable
from bot.messages import Part, Reply
from bot.reminders.reminding import LeftDraft, Reminding
from knowledge.database import StoreUnavailable

TICK_SECONDS = 60.0
KEPT_FOR = timedelta(days=90)
"""How long at least it is known that a reminder was given: longer than one is given before a deadline."""

_log = logging.getLogger(__name__)


class Postman:
    """Serves the `messengers`, by name. Several may run over one database: each reminder is given once."""

    def __init__(self, reminding: Reminding, messengers: Mapping[str, Messenger], retention_days: int) -> None:
        self._reminding = reminding
        self._messengers = messengers
        self._kept_for = max(KEPT_FOR, timedelta(days=retention_days))

    async def run(self) -> None:
        """Look once a minute, until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.go_round)
            except StoreUnavailable as error:
                _log.error("reminders cannot be given now: %s", error)
            except Exception:  # whoever chats is not to suffer from it
                _log.exception("reminders could not be given")
            await asyncio.sleep(TICK_SECONDS)

    def go_round(self) -> int:
        """Give what is due now and return to how many people; none outside office hours.

        Raises:
            StoreUnavailable: the database cannot be used; what was given before stays given.
        """
        now = self._reminding.clock()
        self._reminding.wishes.forget_before(now - self._kept_for)
        if not self._reminding.rules.hours.hold(now):
            return 0
        drafts: dict[str, list[LeftDraft]] = {}
        for draft in self._reminding.drafts_left():
            drafts.setdefault(draft.person, []).append(draft)
        people = self._reminding.wishes.people(list(self._messengers), drafts)
        return sum(self._give(to, drafts.get(to.person, ())) for to in people if self._may_write(to))

    def _give(self, to: Reachable, drafts: Sequence[LeftDraft]) -> bool:
        messenger = self._messengers[to.channel]

        def render(reply: Reply, language: str) -> list[Part]:
            return singly(messenger.shown(reply, language))

        return bool(self._reminding.give(to, drafts, render))

    def _may_write(self, to: Reachable) -> bool:
        """Tell whether the channel lets us write to the person now."""
        window = self._messengers[to.channel].unasked
        if window is None:
            return True
        return to.last_wrote is not None and self._reminding.clock() - to.last_wrote < window
