"""Evidence for each snippet of a plan as the answer to a question, and for the plan being silent on it.

A snippet speaks for itself (its own vector, its own words) and through the questions of the bank that it answers; the
questions that the plan does not answer speak for silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked, holds
from knowledge.coverage import Words
from knowledge.embedding import Encoder, Vectors
from knowledge.facts import Facts
from knowledge.index import Index, embedded_text
from knowledge.learned_bank import bank_words
from knowledge.lexical import LexicalIndex
from knowledge.plan_bank import PlanBank, Silence, cosines, flat_index, mean_silence
from knowledge.rewriting import Rewritten
from knowledge.snippets import Snippet
from knowledge.structure import SEPARATOR, layout
from knowledge.vietnamese import is_marked, unmark

SHORT_LINE = 80
"""Characters below which a line of the opening (a motto, a place and date) is no sentence that answers."""

CLOSING = ("recipients", "signer")
"""Kinds of question that the lines at the end of a plan answer."""

FEATURES = ("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage", "kind", "act", "slight")
"""Columns of `Evidence.features`."""

LIKENESSES = 6
"""The first of them, which have no scale of their own."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """All evidence within one plan.

    `rows` are the snippets' rows, shape (n,). `features` has shape (n, len(FEATURES)): likenesses and word scores as
    deviations from the plan's mean, coverage from 0 to 1, the rest 0 or 1. `raw` is the same before that, and
    `nearest` the row of the bank's question most like the one asked, -1 where a snippet has none.
    """

    rows: NDArray[np.int64]
    features: Scores
    raw: Scores
    nearest: NDArray[np.int64]
    silence: Silence
    has_bank: bool = True

    def where(self, kept: Sequence[bool]) -> "Evidence":
        """Return the evidence of the rows marked in `kept`, all of it where none is."""
        if not any(kept):
            return self
        rows = np.array(kept, dtype=bool)
        columns = (self.rows[rows], self.features[rows], self.raw[rows], self.nearest[rows])
        return Evidence(*columns, self.silence, self.has_bank)


class Searcher:
    """Gathers evidence in one index."""

    def __init__(self, index: Index, encoder: Encoder, facts: Mapping[str, Facts]) -> None:
        self.index = index
        self.encoder = encoder
        self._facts = facts
        self._snippets = LexicalIndex([embedded_text(snippet) for snippet in index.snippets])
        self._questions = bank_words([question.text for question in index.questions])
        self._words = Words([f"{snippet.context} {snippet.text}" for snippet in index.snippets])
        self._parts = {plan_id: _Part(index, plan_id) for plan_id in facts}
        self._held: dict[tuple[str | None, str], Scores] = {}
        slight = [[is_slight(snippet, closing) for snippet in index.snippets] for closing in (False, True)]
        self._slight = np.array(slight, dtype=np.float32)

    def search(self, readings: Sequence[Rewritten], asked: Asked, plan_ids: Sequence[str]) -> dict[str, Evidence]:
        """Return the evidence in each of the plans, the mean of that for each reading of the question."""
        vectors = self.encoder.queries([reading.to_embed for reading in readings])
        flags = (
            self._words.coverage(asked),
            self._holding(asked),
            self._words.hold_all(asked.act),
            self._slight[int(asked.kind in CLOSING)],
        )
        found: dict[str, list[Evidence]] = {plan_id: [] for plan_id in plan_ids}
        for row, reading in enumerate(readings):
            told, banked = _scores(self._snippets, reading.lexical), self._questions.likeness(reading.to_embed)
            own = np.column_stack([told, *flags]).astype(np.float32)
            for plan_id, of_plan in found.items():
                of_plan.append(_in_plan(self._parts[plan_id], vectors[row : row + 1], own, banked))
        return {plan_id: _mean(of_plan) for plan_id, of_plan in found.items()}

    def known_share(self, readings: Sequence[Rewritten]) -> float:
        """Return what share, from 0 to 1, of the question's words stand in any plan or bank; 0 where it has none."""
        words = re.findall(r"\w{2,}", unmark(" ".join(reading.to_embed for reading in readings)).lower())
        words = [word for word in words if not word.isdigit()]
        known = [word for word in words if self._snippets.holds(word) or self._questions.knows(word)]
        return len(known) / len(words) if words else 0.0

    def _holding(self, asked: Asked) -> Scores:
        """Return which snippets are of the kind asked for."""
        key = (asked.kind, asked.counted)
        if key not in self._held:
            held = [self._holds(snippet, asked) for snippet in self.index.snippets]
            self._held[key] = np.array(held, dtype=np.float32)
        return self._held[key]

    def _holds(self, snippet: Snippet, asked: Asked) -> bool:
        told = holds(asked.kind, snippet.text, asked.counted)
        if told is not None:
            return told
        return asked.kind in self._facts[snippet.plan_id].kinds_at(snippet.path, snippet.start, snippet.end)


class _Part:
    """The rows of one plan, with their vectors and their bank."""

    def __init__(self, index: Index, plan_id: str) -> None:
        self.rows = np.array([n for n, s in enumerate(index.snippets) if s.plan_id == plan_id], dtype=np.int64)
        self.passages = flat_index(index.vectors[self.rows])
        self.bank = PlanBank(index, plan_id, self.rows)


def _in_plan(part: _Part, vector: Vectors, own: Scores, banked: Scores) -> Evidence:
    told, echo = own[part.rows], part.bank.echo(vector, banked)
    columns = (cosines(part.passages, vector), echo.asked, echo.asked_often, told[:, 0], echo.words, echo.learned)
    raw = np.column_stack([*columns, told[:, 1:]]).astype(np.float32)
    features = raw.copy()
    features[:, :LIKENESSES] = standard(raw[:, :LIKENESSES])
    return Evidence(part.rows, features, raw, echo.nearest, echo.silence, bool(len(part.bank)))


def _mean(readings: Sequence[Evidence]) -> Evidence:
    """Return the mean of the evidence for several readings of one question, the nearest question of the likeliest."""
    if len(readings) == 1:
        return readings[0]
    features, raw = (np.mean([getattr(e, name) for e in readings], axis=0) for name in ("features", "raw"))
    likeliest = np.argmax([e.raw[:, FEATURES.index("asked")] for e in readings], axis=0)
    nearest = np.stack([e.nearest for e in readings])[likeliest, np.arange(len(likeliest))]
    first = readings[0]
    return Evidence(first.rows, features, raw, nearest, mean_silence([e.silence for e in readings]), first.has_bank)


def is_slight(snippet: Snippet, closing: bool = False) -> bool:
    """Tell whether a snippet is a heading, a motto or, unless `closing` is asked for, a line of the closing part."""
    labels = layout()["labels"]
    part = snippet.path.split(SEPARATOR)[0]
    if part in (labels["recipients"], labels["signer"]):
        return not closing
    short_opening = part == labels["opening"] and len(snippet.text) < SHORT_LINE
    return snippet.is_heading or short_opening


def standard(columns: Scores) -> Scores:
    """Return `columns` with mean 0 and deviation 1 each, or zeros where all numbers of one are the same."""
    if not len(columns):
        return columns
    spread = columns.std(axis=0)
    moved = columns - columns.mean(axis=0)
    scaled: Scores = np.divide(moved, spread, out=np.zeros_like(moved), where=spread > 1e-9)
    return scaled


def _scores(index: LexicalIndex, words: str) -> Scores:
    unmarked = index.unmarked(words)
    if not is_marked(words):
        return unmarked
    both: Scores = (index.marked(words) + unmarked) / np.float32(2)
    return both
