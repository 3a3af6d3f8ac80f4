"""Evidence for and against each snippet as the answer to a question, and one weight from all of it."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.asking import Asked
from knowledge.facts import Facts
from knowledge.search import Hit
from knowledge.snippets import Snippet
from knowledge.structure import SEPARATOR, layout
from knowledge.vietnamese import syllables, unmark

SHORT_LINE = 80
"""Characters below which a line of the opening (a motto, a place and date) is no sentence that answers."""

Thresholds = Mapping[str, float]
Worths = Sequence[tuple[str, str, float]]


@dataclass(frozen=True)
class Candidate:
    """A snippet with its evidence; `coverage` and `cosine` from 0 to 1, `weight` only to compare candidates."""

    snippet: Snippet
    coverage: float
    cosine: float
    holds_kind: bool
    holds_act: bool
    weight: float


@cache
def shipped_thresholds() -> Thresholds:
    """Return `thresholds.yml`."""
    loaded: dict[str, float] = yaml.safe_load(Path(__file__).with_name("thresholds.yml").read_text(encoding="utf-8"))
    return loaded


class Weigher:
    """Weighs hits of one list of snippets."""

    def __init__(self, snippets: Sequence[Snippet], facts: Mapping[str, Facts], thresholds: Thresholds) -> None:
        self._snippets = snippets
        self._facts = facts
        self._thresholds = thresholds
        self._words = [_vocabulary(f"{snippet.context} {snippet.text}") for snippet in snippets]
        seen = Counter(word for words in self._words for word in words)
        self._rarity = {word: math.log(1 + len(snippets) / count) for word, count in seen.items()}
        self._unseen = math.log(1 + len(snippets))

    def weigh(self, hits: Sequence[Hit], asked: Asked) -> list[Candidate]:
        """Return the hits as candidates, heaviest first."""
        worths = self._worths(asked)
        candidates = [self._candidate(hit, asked, worths) for hit in hits]
        return sorted(candidates, key=lambda candidate: -candidate.weight)

    def _candidate(self, hit: Hit, asked: Asked, worths: Worths) -> Candidate:
        snippet = self._snippets[hit.row]
        limits = self._thresholds
        coverage = _coverage(worths, self._words[hit.row])
        holds = asked.kind in self._facts[snippet.plan_id].kinds_at(snippet.path, snippet.start, snippet.end)
        weight = limits["hybrid_weight"] * hit.score + limits["coverage_weight"] * coverage
        weight -= limits["heading_penalty"] if self._is_slight(snippet, asked) else 0.0
        does = bool(asked.act) and set(asked.act) <= self._words[hit.row]
        return Candidate(snippet, coverage, hit.cosine, holds, does, weight)

    def _worths(self, asked: Asked) -> Worths:
        """Return each word of the question, its unmarked form and its worth: how rare it is.

        The words of the act that a unit is asked for count several times.
        """
        stress = self._thresholds["act_stress"]
        return [
            (word, unmark(word), self._rarity.get(word, self._unseen) * (stress if word in asked.act else 1))
            for word in asked.words
        ]

    def _is_slight(self, snippet: Snippet, asked: Asked) -> bool:
        labels = layout()["labels"]
        part = snippet.path.split(SEPARATOR)[0]
        if part in (labels["recipients"], labels["signer"]):
            return asked.kind not in ("recipients", "signer")
        short_opening = part == labels["opening"] and len(snippet.text) < SHORT_LINE
        return snippet.is_heading or short_opening


def answers(candidate: Candidate, asked: Asked, thresholds: Thresholds) -> bool:
    """Tell whether a candidate is good enough to be given as the answer."""
    if asked.strict and not candidate.holds_kind:
        return False
    if candidate.coverage >= thresholds["coverage_to_answer"]:
        return True
    alike = candidate.cosine >= thresholds["cosine_to_answer"]
    return alike and candidate.coverage >= thresholds["coverage_with_likeness"]


def _coverage(worths: Worths, held: frozenset[str]) -> float:
    """Return the share of the question's worth that a snippet holds; a word without its marks counts seven tenths."""
    total = sum(worth for _, _, worth in worths)
    found = sum(worth if word in held else 0.7 * worth if unmarked in held else 0.0 for word, unmarked, worth in worths)
    return found / total if total else 0.0


def _vocabulary(text: str) -> frozenset[str]:
    words = syllables(text)
    return frozenset([*words, *(unmark(word) for word in words)])
