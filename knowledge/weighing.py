"""One weight per candidate and one certainty per plan, from all evidence, by learned linear weights.

`weights.yml` is written by `python -m knowledge.training weights`: a ranking weight per column of the evidence, and a
logistic regression that tells from the heaviest candidate how likely the plan answers at all. A message that may lean
on the question before it is read in three ways and has weights of its own, over the columns of all three: what counts
alone, and what counts together with the question before, is learned from follow-ups and from changes of topic.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.asking import Asked
from knowledge.evidence import FEATURES, Evidence, Scores
from knowledge.index import Index
from knowledge.snippets import Snippet

READINGS = ("standing", "together", "said")
"""The ways to read a message that may lean on the one before it, in the order of `QuestionReader.readings`."""

OF_A_READING = (
    *("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage"),
    *("silent", "silent_often", "silent_words", "silent_learned"),
    *("over_silent", "over_silent_often", "words_over_silent", "learned_over_silent"),
    *("lacks_kind", "length"),
)
"""What the certainty of a plan's answer is told from, for each reading; `signs` puts two that all share before them."""

_ASKED, _COVERAGE, _ACT = map(FEATURES.index, ("asked", "coverage", "act"))

KEPT = 10
"""Candidates of a plan that are handed on."""

WEIGHTS_FILE = Path(__file__).with_name("weights.yml")


@dataclass(frozen=True)
class Weights:
    """Learned weights: `ranking` over the features, and for each sign its mean, spread and weight; by their names for
    the number of readings (`names_of`, `signs_of`).
    """

    ranking: Mapping[str, float]
    intercept: float
    certainty: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Candidate:
    """A snippet with what speaks for it: `weight` only to compare candidates of one plan, `coverage` from 0 to 1.

    `quote` are the words that answer the question of the bank most like the one asked, where there is one.
    """

    snippet: Snippet
    weight: float
    coverage: float
    holds_act: bool
    quote: str | None = None


@dataclass(frozen=True)
class Weighed:
    """The candidates of one plan, heaviest first, and how likely, from 0 to 1, the heaviest answers the question."""

    candidates: tuple[Candidate, ...]
    certainty: float


@dataclass(frozen=True)
class Learned:
    """Weights for plans with a question bank and for those that have none, and both for what may be a follow-up."""

    with_bank: Weights
    without_bank: Weights
    follow_up_with_bank: Weights
    follow_up_without_bank: Weights

    def for_evidence(self, readings: Sequence[Evidence]) -> Weights:
        """Return the weights for evidence of these readings."""
        if len(readings) == 1:
            return self.with_bank if readings[0].has_bank else self.without_bank
        return self.follow_up_with_bank if readings[0].has_bank else self.follow_up_without_bank


@cache
def shipped_weights() -> Learned:
    """Return `weights.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Learned(**{field.name: _weights(loaded[field.name]) for field in fields(Learned)})


def names_of(readings: int, names: Sequence[str] = FEATURES) -> tuple[str, ...]:
    """Return `names` for so many readings of a question, 1 or 3: with the name of the reading where there are three."""
    return tuple(names) if readings == 1 else tuple(f"{reading}.{name}" for reading in READINGS for name in names)


def signs_of(readings: int) -> tuple[str, ...]:
    """Return the names of what `signs` returns for so many readings."""
    return ("weight", "lead", *names_of(readings, OF_A_READING))


def weigh(readings: Sequence[Evidence], index: Index, asked: Sequence[Asked], learned: Learned) -> Weighed:
    """Return the candidates of one plan and the certainty of its answer, from the evidence of each reading."""
    if not len(readings[0].rows):
        return Weighed((), 0.0)
    weights = learned.for_evidence(readings)
    ranks = rank(readings, weights.ranking)
    order = np.argsort(-ranks, kind="stable")[:KEPT]
    candidates = tuple(_candidate(readings, index, int(place), float(ranks[place])) for place in order)
    told = dict(zip(signs_of(len(readings)), signs(readings, ranks, asked), strict=True))
    score = weights.intercept + sum(
        weight * (told[name] - mean) / spread for name, (mean, spread, weight) in weights.certainty.items()
    )
    return Weighed(candidates, 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))))


def _weights(data: Mapping[str, Any]) -> Weights:
    certainty = {name: (float(m), float(s), float(w)) for name, (m, s, w) in data["certainty"].items()}
    return Weights(data["ranking"], float(data["intercept"]), certainty)


def rank(readings: Sequence[Evidence], ranking: Mapping[str, float]) -> Scores:
    """Return the weight of every candidate of a plan, shape (n,)."""
    weights = np.array([ranking[name] for name in names_of(len(readings))], dtype=np.float32)
    ranks: Scores = features_of(readings) @ weights
    return ranks


def features_of(readings: Sequence[Evidence]) -> Scores:
    """Return the features of every candidate in all readings, shape (n, columns); `names_of` names the columns."""
    return readings[0].features if len(readings) == 1 else np.hstack([evidence.features for evidence in readings])


def signs(readings: Sequence[Evidence], ranks: Scores, asked: Sequence[Asked]) -> tuple[float, ...]:
    """Return what the certainty is told from, in the order of `signs_of`."""
    first, *others = np.argsort(-ranks, kind="stable")[:2]
    lead = float(ranks[first] - ranks[others[0]]) if others else 0.0
    own = (_signs(evidence, int(first), kind) for evidence, kind in zip(readings, asked, strict=True))
    return (float(ranks[first]), lead, *chain.from_iterable(own))


def _signs(evidence: Evidence, first: int, asked: Asked) -> tuple[float, ...]:
    raw = dict(zip(FEATURES, evidence.raw[first].tolist(), strict=True))
    silence = evidence.silence
    return (
        *(raw[name] for name in ("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage")),
        *(silence.asked, silence.asked_often, silence.words, silence.learned),
        *(raw["asked"] - silence.asked, raw["asked_often"] - silence.asked_often),
        *(raw["asked_words"] - silence.words, raw["learned"] - silence.learned),
        *(float(asked.strict and not raw["kind"]), float(min(len(asked.words), 12))),
    )


def _candidate(readings: Sequence[Evidence], index: Index, place: int, weight: float) -> Candidate:
    likeliest = max(readings, key=lambda evidence: float(evidence.raw[place, _ASKED]))
    nearest = int(likeliest.nearest[place])
    return Candidate(
        index.snippets[int(likeliest.rows[place])],
        weight,
        float(readings[0].raw[place, _COVERAGE]),
        any(bool(evidence.raw[place, _ACT]) for evidence in readings),
        index.questions[nearest].banked.quote if nearest >= 0 else None,
    )
