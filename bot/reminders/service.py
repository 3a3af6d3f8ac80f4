"""What channels take from the reminders: the way to the assistant that knows of them, and who gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from bot.channels.messenger import Messenger
from bot.memory.opening import Memory
from bot.reminders.desk import ReminderDesk, Unasked
from bot.reminders.dialogue import RemindingDialogue
from bot.reminders.postman import Postman
from bot.reminders.reminding import Reminding


@dataclass(frozen=True)
class Reminders:
    """The reminders over one memory."""

    reminding: Reminding
    desk: ReminderDesk
    unasked: Unasked
    retention_days: int

    def dialogue(self, rasa_url: str, client: httpx.AsyncClient) -> RemindingDialogue:
        """Return the way to the assistant with the reminders beside it."""
        return RemindingDialogue(rasa_url, client, self.reminding, self.desk, self.unasked)

    def postman(self, messengers: Mapping[str, Messenger]) -> Postman:
        """Return who gives reminders through `messengers`."""
        return Postman(self.reminding, messengers, self.retention_days)


OpenReminders = Callable[[Memory, Unasked], Reminders]
"""From the channels' memory, and how long each channel may write unasked, to the reminders; or StoreUnavailable."""
