"""A linter of training data: sentences that are nearly the same in two intents, and sentences made from a template."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from knowledge.vietnamese import normalise, plain

Example = tuple[str, str]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of `text` without marks, in lower case."""
    return tuple(re.findall(r"\w+", plain(normalise(text))))


def near_copies(examples: Sequence[Example], least: float = 0.8) -> Iterator[tuple[str, str]]:
    """Yield pairs of sentences of two intents that share at least `least` of their words and word pairs."""
    marks = [(text, intent, _marks(words_of(text))) for text, intent in examples]
    holders: dict[object, list[int]] = defaultdict(list)
    for number, (_, _, own) in enumerate(marks):
        for mark in own:
            holders[mark].append(number)
    candidates = {pair for numbers in holders.values() for pair in combinations(numbers, 2) if len(numbers) <= 60}
    for one, other in sorted(candidates):
        (text, intent, own), (text2, intent2, own2) = marks[one], marks[other]
        if intent != intent2 and len(own & own2) / len(own | own2) >= least:
            yield text, text2


def templates(examples: Iterable[Example], most: int = 4) -> list[tuple[str, str, int]]:
    """Return the templates that more than `most` sentences of an intent are made from, by changing one word.

    A template is a sentence of four words or more with one word left open (`_`).
    """
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for text, intent in examples:
        words = words_of(text)
        if len(words) >= 4:
            for place in range(len(words)):
                made[intent, " ".join([*words[:place], "_", *words[place + 1 :]])].add(words[place])
    return sorted(
        (intent, template, len(changed)) for (intent, template), changed in made.items() if len(changed) > most
    )


def _marks(words: tuple[str, ...]) -> set[object]:
    return {*words, *pairwise(words)}
