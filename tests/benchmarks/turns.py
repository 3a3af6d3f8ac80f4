"""A turn through Rasa's REST channel, over a turn with a fixed reply and the same understanding before it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.benchmarks.bench import Bench, envelope, say
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import p50, p50_ms, timed

ROUNDS = 45
WARM_ROUNDS = 3
FIXED = "fixed"
LIMITS = {"closed": 2.0, "free": 3.0, "question": 2.5}
NAMES = {"closed": "closed registration field", "free": "free-text field", "question": "plan question"}

Talk = Callable[[str, str], list[dict[str, Any]]]
"""Takes a sender and a message, gives Rasa's replies."""


class WrongTurn(Exception):
    """A turn did not do what is measured; the message has its replies."""


def measure(bench: Bench) -> list[Row]:
    """Go through the conversation of `talk.yml` with one new person a round."""
    turns = load_talk()["round"]
    questions = load_talk()["questions"]
    with httpx.Client(trust_env=False, timeout=60) as client, bench.assistant(client):

        def talk(sender: str, message: str) -> list[dict[str, Any]]:
            return say(client, bench.settings, sender, message)

        converse(talk, turns, questions, range(-WARM_ROUNDS, 0))
        return rows(converse(talk, turns, questions, range(ROUNDS)))


def converse(
    talk: Talk, turns: list[dict[str, Any]], questions: list[str], numbers: Iterable[int]
) -> dict[str, list[float]]:
    """Return the seconds of the turns of each kind; turns without a kind only lead to the next.

    Raises:
        WrongTurn: a turn's envelope is not the one expected.
    """
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in numbers:
        for turn in turns:
            message = turn.get("say") or questions[number % len(questions)]
            took, replies = timed(partial(talk, f"bench:{number}", message))
            if not replies or not _as_expected(turn, envelope(replies)):
                raise WrongTurn(f"{message!r}: {replies}")
            if "kind" in turn:
                seconds[turn["kind"]].append(took)
    return dict(seconds)


def rows(seconds: Mapping[str, list[float]]) -> list[Row]:
    """Return the figures of the seconds of each kind of turn."""
    base = p50(seconds[FIXED])
    how = "warm, REST channel, p50 of {} turns between the others"
    made = [Row("turn: fixed reply", p50_ms(seconds[FIXED]), "ms", how.format(len(seconds[FIXED])))]
    for kind, name in NAMES.items():
        own = seconds[kind]
        made.append(Row(f"turn: {name}", p50_ms(own), "ms", how.format(len(own)), short=True))
        made.append(
            Row(
                f"turn: {name} over fixed reply",
                p50(own) / base,
                "×",
                "the same understanding, then a domain response instead of an action",
                at_most=LIMITS[kind],
                short=True,
            )
        )
    return made


def _as_expected(turn: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    if turn.get("kind") == FIXED and said:
        return False
    return all(said.get(key) == value for key, value in turn.get("expect", {}).items())


def load_talk() -> dict[str, Any]:
    """Return what is said in the benchmarks, from `talk.yml`."""
    talk: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "talk.yml").read_text(encoding="utf-8"))
    return talk
