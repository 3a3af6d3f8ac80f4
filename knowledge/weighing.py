"""One weight per candidate and one certainty per plan, from all evidence, by learned linear weights.

`weights.yml` is written by `python -m knowledge.training weights`: a ranking weight per column of the evidence, and a
logistic regression that tells from the heaviest candidate how likely the plan answers at all.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.asking import Asked
from knowledge.evidence import FEATURES, Evidence, Scores
from knowledge.index import Index
from knowledge.snippets import Snippet

SIGNS = (
    *("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage"),
    *("silent", "silent_often", "silent_words", "silent_learned"),
    *("over_silent", "over_silent_often", "words_over_silent", "learned_over_silent"),
    *("weight", "lead", "lacks_kind", "length"),
)
"""What the certainty of a plan's answer is told from, in the order of `signs`."""


KEPT = 10
"""Candidates of a plan that are handed on."""

WEIGHTS_FILE = Path(__file__).with_name("weights.yml")


@dataclass(frozen=True)
class Weights:
    """Learned weights: `ranking` over `evidence.FEATURES`; for each of `SIGNS` its mean, spread and weight."""

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
    """Weights for plans with a question bank, and for those that have none."""

    with_bank: Weights
    without_bank: Weights


@cache
def shipped_weights() -> Learned:
    """Return `weights.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Learned(*(_weights(loaded[name]) for name in ("with_bank", "without_bank")))


def weigh(evidence: Evidence, index: Index, asked: Asked, learned: Learned) -> Weighed:
    """Return the candidates of one plan and the certainty of its answer."""
    if not len(evidence.rows):
        return Weighed((), 0.0)
    weights = learned.with_bank if evidence.has_bank else learned.without_bank
    ranks = rank(evidence, weights.ranking)
    order = np.argsort(-ranks, kind="stable")[:KEPT]
    candidates = tuple(_candidate(evidence, index, int(place), float(ranks[place])) for place in order)
    told = dict(zip(SIGNS, signs(evidence, ranks, asked), strict=True))
    score = weights.intercept + sum(
        weight * (told[name] - mean) / spread for name, (mean, spread, weight) in weights.certainty.items()
    )
    return Weighed(candidates, 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))))


def _weights(data: Mapping[str, Any]) -> Weights:
    certainty = {name: (float(m), float(s), float(w)) for name, (m, s, w) in data["certainty"].items()}
    return Weights(data["ranking"], float(data["intercept"]), certainty)


def rank(evidence: Evidence, ranking: Mapping[str, float]) -> Scores:
    """Return the weight of every candidate of a plan, shape (n,)."""
    ranks: Scores = evidence.features @ np.array([ranking[name] for name in FEATURES], dtype=np.float32)
    return ranks


def signs(evidence: Evidence, ranks: Scores, asked: Asked) -> tuple[float, ...]:
    """Return what the certainty is told from, in the order of `SIGNS`."""
    first, *others = np.argsort(-ranks, kind="stable")
    raw = dict(zip(FEATURES, map(float, evidence.raw[first]), strict=True))
    silence = evidence.silence
    lead = float(ranks[first] - ranks[others[0]]) if others else 0.0
    return (
        *(raw[name] for name in ("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage")),
        *(silence.asked, silence.asked_often, silence.words, silence.learned),
        *(raw["asked"] - silence.asked, raw["asked_often"] - silence.asked_often),
        *(raw["asked_words"] - silence.words, raw["learned"] - silence.learned),
        *(float(ranks[first]), lead, float(asked.strict and not raw["kind"]), float(min(len(asked.words), 12))),
    )


def _candidate(evidence: Evidence, index: Index, place: int, weight: float) -> Candidate:
    raw = dict(zip(FEATURES, map(float, evidence.raw[place]), strict=True))
    nearest = int(evidence.nearest[place])
    return Candidate(
        index.snippets[int(evidence.rows[place])],
        weight,
        raw["coverage"],
        bool(raw["act"]),
        index.questions[nearest].banked.quote if nearest >= 0 else None,
    )
