"""What passes between a channel and the assistant, and which texts may pass."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from knowledge.answers import Citation as Citation  # what an answer cites is what a channel shows

TEXT_LIMIT = 10_000
"""Longest text handed on, in characters; the assistant itself answers `too_long` far below it."""

_ISSUED = re.compile(r'/choose_plan\{"plan_id": ?"[a-z0-9][a-z0-9-]{0,63}"\}')
_DROPPED = ("Cc", "Cf", "Cs", "Co")


@dataclass(frozen=True)
class Received:
    """What came in through a channel; ids are the messenger's own, `message_id` is unique for the person.

    `text` is what was typed, the payload of the button pressed, or, of what cannot be read (a sticker, a voice
    message), the key of the sentence that says so. `in_reply_to` is set in a group: the message to answer.
    """

    channel: str
    user: str
    chat: str
    message_id: str
    kind: Literal["typed", "pressed", "unreadable"]
    text: str
    in_reply_to: str | None = None

    @property
    def person(self) -> str:
        """The one string the assistant knows this person by, `<channel>:<id>`."""
        return f"{self.channel}:{self.user}"

    @property
    def in_group(self) -> bool:
        """Whether others read along."""
        return self.in_reply_to is not None


@dataclass(frozen=True)
class Message:
    """One message of a person: `text` is cleaned words or an issued button payload; `time` is aware.

    `in_group`: others read along.
    """

    channel: str
    user: str
    chat: str
    message_id: str
    text: str
    time: datetime
    in_group: bool = False

    @property
    def person(self) -> str:
        """The one string the assistant knows this person by, `<channel>:<id>`."""
        return f"{self.channel}:{self.user}"


@dataclass(frozen=True)
class Button:
    """A choice offered: what is shown, and what is sent when it is taken."""

    title: str
    payload: str


@dataclass(frozen=True)
class Attachment:
    """A file kept for the person; `token` finds it on the shelf of papers, for this very person only."""

    name: str
    token: str


@dataclass(frozen=True)
class Reply:
    """One thing said to the person; `custom` is the envelope for programs (kind `answer` or `form`)."""

    text: str
    buttons: tuple[Button, ...] = ()
    citations: tuple[Citation, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Part:
    """One message as a channel shows it.

    `options` maps what a person may type to a button's payload. What belongs to the reply as a whole
    (citations, files, the envelope) comes with its last part.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    custom: Mapping[str, Any] | None = None


def typed(text: str) -> str:
    """Return typed text as it may be handed on.

    NFC, line feeds as line ends, no control, zero-width or lone surrogate characters, at most `TEXT_LIMIT`
    characters, and no leading slash: Rasa would obey `/restart` or `/intent{...}` from anyone.
    """
    text = text[: 2 * TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(mark for mark in text if mark == "\n" or unicodedata.category(mark) not in _DROPPED)
    composed = unicodedata.normalize("NFC", kept)
    while composed[:1] == "/" or composed[:1].isspace():
        composed = composed[1:]
    return composed[:TEXT_LIMIT].rstrip()


def pressed(payload: str) -> str | None:
    """Return what a pressed button stands for: an issued payload, plain words cleaned, otherwise None."""
    if not payload.lstrip().startswith("/"):
        return typed(payload)
    return payload if is_issued(payload) else None


def is_issued(payload: str) -> bool:
    """Tell whether `payload` has a shape that the assistant puts on its own buttons."""
    return _ISSUED.fullmatch(payload) is not None


def has_words(text: str) -> bool:
    """Tell whether `text` holds a letter or a digit."""
    return any(mark.isalnum() for mark in text)
