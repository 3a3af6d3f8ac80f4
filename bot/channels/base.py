"""The contract every channel keeps; tests/bot/channels/contract.py holds each channel to it.

A channel must
- make a `Received` of whatever comes in, the person's id from the messenger itself, never from the text,
- hand it to `Channel.handle`, which strips a leading slash, refuses button payloads the assistant does not
  issue, maps a typed number back to the button it stands for, and keeps one person's messages in order,
- show every part it gets back, in order, and keep what was not handled so that it can be sent again,
- state its `Limits`, counted in NFC characters.

A channel must not
- call Rasa, the knowledge or the registrations itself,
- word an answer, shorten one, or claim that something is saved,
- show one person anything of another.
"""

from abc import ABC
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.channels.rendering import Limits, Part, render
from bot.dialogue import Dialogue
from bot.messages import Message, Reply, pressed, typed
from bot.wording import say
from knowledge.vietnamese import is_english

REMEMBERED_CHATS = 10_000
"""For how many chats the options of the last list are kept; the oldest are forgotten first."""


Status = Literal["answered", "unavailable", "refused"]


@dataclass(frozen=True)
class Received:
    """What came in: words typed, or the payload of a button pressed. Ids are the messenger's own."""

    user: str
    chat: str
    message_id: str
    kind: Literal["typed", "pressed"]
    text: str


@dataclass(frozen=True)
class Outcome:
    """What came of it. `refused`: the button is not one of ours and nothing was asked."""

    status: Status
    parts: tuple[Part, ...]


class Channel(ABC):
    """One way of talking to people; `clock` returns the aware time of now."""

    name: ClassVar[str]
    limits: ClassVar[Limits]

    def __init__(self, dialogue: Dialogue, clock: Callable[[], datetime]) -> None:
        self.dialogue = dialogue
        self._clock = clock
        self._options: OrderedDict[str, dict[str, str]] = OrderedDict()

    async def handle(self, received: Received) -> Outcome:
        """Take one message through the assistant; never raises for anything a person sends."""
        text = self._text_of(received)
        if text is None:
            return self._outcome("refused", (Reply(say("old_button")),))
        message = Message(self.name, received.user, received.chat, received.message_id, text, self._clock())
        turn = await self.dialogue.send(message)
        outcome = self._outcome(turn.status, turn.replies, "en" if is_english(text) else "vi")
        if turn.status == "answered":
            self._remember(received.chat, outcome)
        return outcome

    def _text_of(self, received: Received) -> str | None:
        if received.kind == "pressed":
            return pressed(received.text)
        text = typed(received.text)
        return self._options.get(received.chat, {}).get(text.strip(" .)").lower(), text)

    def _outcome(self, status: Status, replies: tuple[Reply, ...], language: str = "vi") -> Outcome:
        parts = tuple(part for reply in replies for part in render(reply, self.limits, language))
        return Outcome(status, parts)

    def _remember(self, chat: str, outcome: Outcome) -> None:
        self._options.pop(chat, None)
        options = {typed_as: payload for part in outcome.parts for typed_as, payload in part.options}
        if options:
            self._options[chat] = options
        while len(self._options) > REMEMBERED_CHATS:
            self._options.popitem(last=False)
