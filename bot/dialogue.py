"""The one way to the assistant: a message goes to Rasa's REST channel, a turn comes back.

Rasa answers 200 with an empty list when the action server is down or a turn broke inside, so an empty turn
is a failure here. Messages of one person are handled in the order they came, different people side by side.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx

from bot.messages import Attachment, Button, Citation, Message, Part, Reply, has_words, is_issued, typed
from bot.wording import say
from knowledge.vietnamese import is_english

WEBHOOK = "/webhooks/rest/webhook"

Render = Callable[[Reply, str], Sequence[Part]]
"""From a reply and a language to the parts that show it in a channel."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """How one message ended; `unavailable`: not handled, `replies` says so, and it can be sent again."""

    status: Literal["answered", "unavailable"]
    replies: tuple[Reply, ...]


class PersonQueue:
    """Lets one person's messages through one at a time, first come first served."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def turn_of(self, person: str) -> AsyncIterator[None]:
        """Wait for this person's turn and hold it."""
        lock = self._locks.setdefault(person, asyncio.Lock())
        self._users[person] = self._users.get(person, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._users[person] -= 1
            if not self._users[person]:
                del self._users[person], self._locks[person]

    def __len__(self) -> int:
        return len(self._locks)


class Dialogue:
    """Talks to the Rasa server at `rasa_url` through `client`; `timeout` in seconds a turn."""

    def __init__(self, rasa_url: str, client: httpx.AsyncClient, timeout: float = 60.0) -> None:
        self._url = rasa_url.rstrip("/")
        self._client = client
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 5.0))
        self._queue = PersonQueue()

    async def send(self, message: Message) -> Turn:
        """Hand a message on and return the turn; never raises for anything Rasa does or a person writes."""
        text = message.text if is_issued(message.text) else typed(message.text)
        language = "en" if is_english(text) else "vi"
        if not has_words(text):
            return Turn("answered", (Reply(say("no_words" if text else "empty", language)),))
        async with self._queue.turn_of(message.person):
            replies = await self._ask(message.person, text, message.message_id)
        if not replies:
            return Turn("unavailable", (Reply(say("unavailable", language)),))
        return Turn("answered", replies)

    async def greet(self, person: str, render: Render) -> None:
        """Keep in the outbox what is to be said to a person who comes by and has not written yet."""

    async def ready(self) -> bool:
        """Tell whether the Rasa server answers at all."""
        try:
            answer = await self._client.get(f"{self._url}/", timeout=2.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    async def takes_turns(self) -> bool:
        """Tell whether a turn through the Rasa server and the action server has an answer now."""
        return bool(await self._ask("readiness", "/help", ""))

    async def _ask(self, person: str, text: str, message_id: str) -> tuple[Reply, ...]:
        """Return the replies, none after a failure. A message that Rasa has answered under its id is not done again."""
        body = {"sender": person, "message": text, "metadata": {"message_id": message_id}}
        try:
            answer = await self._client.post(f"{self._url}{WEBHOOK}", json=body, timeout=self._timeout)
            if answer.status_code != httpx.codes.OK:
                _log.error("Rasa answered HTTP %s; the message was not handled", answer.status_code)
                return ()
            replies = merged(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            _log.error("Rasa could not be asked (%s); the message was not handled", type(error).__name__)
            return ()
        if not replies:
            _log.error("Rasa answered an empty turn; is the action server running?")
        return replies


def merged(messages: object) -> tuple[Reply, ...]:
    """Merge the list a Rasa turn answers with into replies; anything else than such a list gives none.

    A message that holds only `custom` or a file belongs to the text before it.
    """
    replies: list[Reply] = []
    for item in messages if isinstance(messages, list) else []:
        if not isinstance(item, Mapping):
            continue
        text, buttons = _text(item.get("text")), _buttons(item.get("buttons"))
        custom = _custom(item.get("custom"))
        if text or buttons:
            replies.append(Reply(text, buttons))
        token, _, name = _text(item.get("attachment")).partition("/")
        if token and name:
            replies = replies or [Reply("")]
            replies[-1] = replace(replies[-1], attachments=(*replies[-1].attachments, Attachment(name, token)))
        if custom is not None:
            if not replies or replies[-1].custom is not None:
                replies.append(Reply(""))
            replies[-1] = replace(replies[-1], custom=custom, citations=_citations(custom))
    return tuple(replies)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _custom(value: object) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None


def _buttons(value: object) -> tuple[Button, ...]:
    found = []
    for item in value if isinstance(value, list) else []:
        title, payload = _text(item.get("title")), _text(item.get("payload"))
        if title:
            found.append(Button(title, payload or title))
    return tuple(found)


def _citations(custom: Mapping[str, Any]) -> tuple[Citation, ...]:
    found = []
    for item in custom.get("citations") or ():
        try:
            plan_id, path, quote = (str(item[key]) for key in ("plan_id", "path", "quote"))
            found.append(Citation(plan_id, path, quote, int(item["start"]), int(item["end"])))
        except (KeyError, TypeError, ValueError):
            _log.error("a citation in a turn has the wrong shape and is left out")
    return tuple(found)
