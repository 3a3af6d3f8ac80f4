"""The question bank: for each plan, questions that people ask, bound to the words that answer them or to silence.

`<id>.questions.yml` stands beside a plan. It is a list of *hands*, people who wrote without seeing each other's
questions; each hand gives `answers` (a clause path, its literal words, and questions by style), `silent` (what a
person would plausibly ask and the plan does not say) and `follow_ups` (questions that lean on earlier ones).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.structure import Passage

STYLES = ("formal", "colloquial", "unmarked", "abbreviations", "english", "paraphrase", "follow_up")


class BadBank(Exception):
    """A question bank cannot be used; the message names the file, the entry and what is wrong with it."""


@dataclass(frozen=True)
class Banked:
    """One question of the bank.

    `path` and `quote` say what answers it; both are None where the plan is silent, and `about` then says on what.
    `hand` is the number of the person who wrote it, from 0.
    """

    plan_id: str
    text: str
    style: str
    hand: int
    path: str | None = None
    quote: str | None = None
    about: str | None = None
    history: tuple[str, ...] = ()

    @property
    def alone(self) -> str:
        """The question with what it leans on."""
        return " ".join([*self.history, self.text])


def read_bank(plan_id: str, file: Path, passages: Iterable[Passage]) -> tuple[Banked, ...]:
    """Return the questions about a plan that stand in `file`, none where there is no such file.

    Raises:
        BadBank: the file cannot be read, or a quotation does not stand in the clause it is bound to.
    """
    if not file.exists():
        return ()
    try:
        hands = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        banked = tuple(question for number, hand in enumerate(hands) for question in _of_hand(plan_id, number, hand))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BadBank(f"{file.name}: {error!r}. See docs/answering.md for its shape.") from error
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.path, []).append(passage.text)
    for question in banked:
        if question.quote is not None and not any(question.quote in t for t in texts.get(question.path or "", ())):
            raise BadBank(f"{file.name}: {question.quote[:80]!r} does not stand in the clause {question.path}.")
        if question.style not in STYLES:
            raise BadBank(f"{file.name}: {question.style} is no style; known are {', '.join(STYLES)}.")
    return banked


def _of_hand(plan_id: str, number: int, hand: Mapping[str, Any]) -> Iterator[Banked]:
    for entry in hand["answers"]:
        for style, text in _asked(entry):
            yield Banked(plan_id, text, style, number, entry["path"], entry["quote"])
    for entry in hand["silent"]:
        for style, text in _asked(entry):
            yield Banked(plan_id, text, style, number, about=entry["about"])
    for entry in hand.get("follow_ups", ()):
        history = tuple(str(earlier) for earlier in entry["history"])
        path, quote = entry.get("path"), entry.get("quote")
        about = None if quote else "a follow-up"
        yield Banked(plan_id, str(entry["question"]), "follow_up", number, path, quote, about, history)


def _asked(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for style, texts in entry["asked"].items():
        for text in texts:
            yield str(style), str(text)
