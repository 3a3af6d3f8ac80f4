"""The likeliest meanings of a message that was not understood, to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.vietnamese import normalise, unmark

MOST = 3
MEANINGS_FILE = Path(__file__).with_name("meanings.yml")


@cache
def meanings() -> Mapping[str, Any]:
    """Return the content of `meanings.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(MEANINGS_FILE.read_text(encoding="utf-8"))
    return loaded


def title(intent: str, language: str) -> str:
    """Return the words on the button of a meaning."""
    return str(meanings()["titles"][intent][language])


@dataclass(frozen=True)
class Offer:
    """The person's own words, and the intents offered for them in the order shown; kept in a slot of Rasa."""

    words: str
    intents: tuple[str, ...]

    def chosen(self, reply: str) -> str | None:
        """Return the intent that `reply` chooses by its number or its title in any language, None for none."""
        said = _plain(reply)
        for number, intent in enumerate(self.intents, 1):
            if said in (str(number), *(_plain(each) for each in meanings()["titles"][intent].values())):
                return intent
        return None

    def as_slot(self) -> dict[str, Any]:
        """Return it as the value of a slot."""
        return {"words": self.words, "intents": list(self.intents)}


def read_offer(slot: object) -> Offer | None:
    """Return the offer that a slot holds; None for an empty slot, and for one that an earlier version wrote."""
    if not isinstance(slot, Mapping):
        return None
    known = tuple(intent for intent in slot.get("intents", ()) if intent in meanings()["titles"])
    return Offer(str(slot.get("words", "")), known)


def likeliest(ranking: Sequence[str]) -> tuple[str, ...]:
    """Return the intents to offer, at most three, out of all intents, the likeliest first.

    A question about a plan is always one of them.
    """
    titles = meanings()["titles"]
    likely = [intent for intent in ranking if intent in titles][: MOST - 1]
    offered = dict.fromkeys([*likely, *meanings()["usual"]])
    kept = list(offered)[:MOST]
    return tuple(kept if "ask_plan" in kept else [*kept[:-1], "ask_plan"])


def _plain(text: str) -> str:
    return unmark(normalise(text)).lower().strip(" .,;!?\"'“”()")
