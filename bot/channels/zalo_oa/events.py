"""What an event of the Official Account says: messages for the assistant, or something that is only counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.messages import Received, is_issued

CHANNEL = "zalo_oa"
UNKNOWN = "unknown_event"
_ID = re.compile(r"[A-Za-z0-9_.:=+/-]{1,90}")
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Incoming:
    """What to do with an event: take `received` in order, or only count `ignored`; `gone` is a person who left."""

    received: tuple[Received, ...] = ()
    ignored: str = ""
    gone: str | None = None


class _Shape(Exception):
    """An event lacks what its kind has."""


def read(event: Mapping[str, Any]) -> Incoming:
    """Return what `event`, a signed JSON object, says."""
    name = str(event.get("event_name"))
    kind, key = _kinds().get(name, (UNKNOWN, ""))
    try:
        match kind:
            case "typed":
                return Incoming((_typed(event),))
            case "unreadable":
                return Incoming((_received(event, _message_id(event), "unreadable", key),))
            case "came":
                return Incoming((_received(event, f"came:{_moment(event) // _HOUR_MS}", "typed", "/start"),))
            case "left":
                return Incoming(ignored=kind, gone=_person(event))
            case "withdrew":
                return Incoming(_erasing(event), gone=_person(event))
            case "echo" if "admin_id" in _inside(event, "sender"):
                return Incoming(ignored="staff")
    except _Shape:
        return Incoming(ignored=UNKNOWN)
    return Incoming(ignored=kind)


def account_of(event: Mapping[str, Any]) -> str:
    """Return the id of the Official Account that an event is about, "" where it does not say."""
    own = str(event.get("event_name")).startswith("oa_")
    return str(event.get("oa_id") or _inside(event, "sender" if own else "recipient").get("id") or "")


def _typed(event: Mapping[str, Any]) -> Received:
    """A text, or a tapped button: it comes as the text of its payload."""
    text = _inside(event, "message").get("text")
    if not isinstance(text, str):
        raise _Shape
    return _received(event, _message_id(event), "pressed" if is_issued(text) else "typed", text)


def _erasing(event: Mapping[str, Any]) -> tuple[Received, ...]:
    words = _data()["erasing_words"]
    return tuple(
        _received(event, f"withdrew:{_moment(event)}:{number}", "typed", said) for number, said in enumerate(words)
    )


def _received(event: Mapping[str, Any], message_id: str, kind: Any, text: str) -> Received:
    person = _person(event)
    return Received(CHANNEL, person, person, message_id, kind, text)


def _person(event: Mapping[str, Any]) -> str:
    candidates = (_inside(event, "sender").get("id"), _inside(event, "follower").get("id"), event.get("user_id"))
    return _id(next((each for each in candidates if each), None))


def _message_id(event: Mapping[str, Any]) -> str:
    given = _inside(event, "message").get("msg_id")
    return _id(given) if given else f"{event.get('event_name')}:{_moment(event)}"


def _moment(event: Mapping[str, Any]) -> int:
    """Return the event's time in milliseconds."""
    try:
        return int(event["timestamp"])
    except (KeyError, TypeError, ValueError) as error:
        raise _Shape from error


def _id(value: Any) -> str:
    """Return an id as its text; whole numbers have been seen in the place of their digits."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not _ID.fullmatch(str(value)):
        raise _Shape
    return str(value)


def _inside(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = event.get(key)
    return value if isinstance(value, Mapping) else {}


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("events.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def _kinds() -> dict[str, tuple[str, str]]:
    """Return the kind of each event, and the key of its sentence."""
    kinds: dict[str, tuple[str, str]] = {}
    for kind, named in _data().items():
        if kind == "erasing_words":
            continue
        for key, events in named.items() if isinstance(named, dict) else {"": named}.items():
            kinds |= {event: (kind, key) for event in events}
    return kinds
