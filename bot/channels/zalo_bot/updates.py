"""What an update of the Bot Platform says: a message for the assistant, or something that is only counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.messages import Received

CHANNEL = "zalo_bot"
Form = Literal["flat", "wrapped"]

_UNREADABLE = {
    "message.image.received": "file",
    "message.sticker.received": "sticker",
    "message.voice.received": "voice",
    "message.link.received": "unreadable",
    "message.unsupported.received": "file",
}
"""Event -> key of the sentence that answers it; files come as unsupported."""

_ID = re.compile(r"[A-Za-z0-9_.:=+/-]{1,90}")


@dataclass(frozen=True)
class Incoming:
    """What to do with an update: take `received`, or only count `ignored`."""

    received: Received | None = None
    ignored: Literal["", "unknown_update", "from_bot", "reaction"] = ""


def unwrapped(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], Form]:
    """Return the update in `body`, as it is or in the envelope of an answer; both have been seen."""
    result = body.get("result")
    if body.get("ok") is True and isinstance(result, Mapping):
        return result, "wrapped"
    return body, "flat"


def read(update: Mapping[str, Any], name: str = "") -> Incoming:
    """Return what `update` says to the bot called `name`."""
    event, message = update.get("event_name"), _inside(update, "message")
    if event == "message.reaction.received":
        return Incoming(ignored="reaction")
    sender, chat = _inside(message, "from"), _inside(message, "chat")
    if sender.get("is_bot") is True:
        return Incoming(ignored="from_bot")
    person, place, number = (_id(value) for value in (sender.get("id"), chat.get("id"), message.get("message_id")))
    text = message.get("text")
    key = _UNREADABLE.get(str(event))
    if not (person and place and number) or (key is None and not _is_text(event, text)):
        return Incoming(ignored="unknown_update")
    in_group = chat.get("chat_type") == "GROUP"
    return Incoming(
        Received(
            channel=CHANNEL,
            user=f"{place}:{number}" if in_group else person,
            chat=place,
            message_id=number,
            kind="unreadable" if key else "typed",
            text=key or (_without_name(str(text), name) if in_group else str(text)),
            in_reply_to=number if in_group else None,
        )
    )


def _is_text(event: Any, text: Any) -> bool:
    return event == "message.text.received" and isinstance(text, str)


def _without_name(text: str, name: str) -> str:
    """Return what is said in a group, without the name by which the bot was called."""
    return re.sub(rf"\s*@{re.escape(name)}\b[,:]?\s*", " ", text, flags=re.IGNORECASE).strip() if name else text


def _id(value: Any) -> str:
    """Return an id as its text, "" for anything else."""
    known = isinstance(value, str | int) and not isinstance(value, bool) and _ID.fullmatch(str(value))
    return str(value) if known else ""


def _inside(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, Mapping) else {}
