"""The training examples, cut into folds, and written in three ways; what was understood of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from sklearn.model_selection import StratifiedGroupKFold

from knowledge.vietnamese import normalise, plain, unmark

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "nlu_data" / "nlu"
STRANGERS = ROOT / "tests" / "bot" / "nlu" / "strangers.yml"
WRITINGS = ("as written", "without marks", "abbreviated")


@dataclass(frozen=True)
class Example:
    """One sentence of the training data."""

    text: str
    intent: str


@dataclass(frozen=True)
class Fold:
    """What is learnt from, and what is measured."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]


@dataclass(frozen=True)
class Prediction:
    """What was understood of one sentence in one writing.

    `intent` is what counts: `nlu_fallback` where nothing was sure enough; `best` and `confidence` are the
    classifier's own.
    """

    text: str
    writing: str
    truth: str
    intent: str
    best: str
    confidence: float


def read_examples(folder: Path = DATA) -> list[Example]:
    """Return the examples of all files, in order."""
    return [
        Example(line.removeprefix("- "), item["intent"])
        for path in sorted(folder.glob("*.yml"))
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if "intent" in item
        for line in item["examples"].splitlines()
    ]


def read_strangers(file: Path = STRANGERS) -> tuple[Example, ...]:
    """Return the messages that nothing is learned from, with what each is for."""
    by_intent: dict[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(Example(text, intent) for intent, texts in by_intent.items() for text in texts)


def folds(examples: list[Example], seed: int, count: int = 5) -> Iterator[Fold]:
    """Yield `count` folds with each intent in all of them.

    The same words in another order or without marks stay in one fold: nothing measured was seen in another spelling.
    """
    groups = [" ".join(sorted(re.findall(r"\w+", plain(normalise(each.text))))) for each in examples]
    intents = [each.intent for each in examples]
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    for train, test in splitter.split(np.zeros(len(examples)), intents, groups):
        yield Fold(tuple(examples[i] for i in train), tuple(examples[i] for i in test))


def written(text: str, writing: str) -> str:
    """Return `text` written in one of `WRITINGS`."""
    if writing == "without marks":
        return unmark(text)
    if writing == "abbreviated":
        for full, short in _abbreviations():
            text = full.sub(short, text)
    return text


@cache
def _abbreviations() -> list[tuple[re.Pattern[str], str]]:
    pairs = yaml.safe_load(Path(__file__).with_name("abbreviations.yml").read_text(encoding="utf-8"))
    return [(re.compile(rf"(?<!\w){re.escape(full)}(?!\w)", re.IGNORECASE), short) for full, short in pairs]
