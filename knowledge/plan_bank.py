"""What the question bank of one plan says of a question: for each snippet, and for silence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.compact_rows import ByteRows, HalfRows
from knowledge.embedding import Vectors
from knowledge.index import Index
from knowledge.learned_bank import alike

OFTEN = 3
"""Questions of the bank whose likenesses are averaged, so that one lucky wording does not decide."""

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Silence:
    """How like the question is to those on which the plan is silent: cosines from -1 to 1, then what was learned."""

    asked: float
    asked_often: float
    words: float
    learned: float


@dataclass(frozen=True)
class Echo:
    """What a bank says, by snippet, shape (n,) each: the best cosine of its questions, the mean of the best few, the
    best likeness in words, what was learned, and the row of the nearest question, -1 where there is none.

    A snippet without questions gets the plan's mean: nothing for it, nothing against it.
    """

    asked: Scores
    asked_often: Scores
    words: Scores
    learned: Scores
    nearest: Rows
    silence: Silence


class PlanBank:
    """The questions of one plan, in the order of the snippets that answer them, those with no answer first."""

    def __init__(self, index: Index, plan_id: str, rows: Rows) -> None:
        self._size = len(rows)
        first = int(rows[0]) if len(rows) else 0
        own = index.questions_of.get(plan_id, np.zeros(0, dtype=np.int64))
        answers = [index.questions[n].snippet for n in own]
        places = np.array([-1 if row is None else row - first for row in answers], dtype=np.int64)
        order = np.argsort(places, kind="stable")
        self.questions = own[order]
        self._silent = int((places < 0).sum())
        self._answered, self._starts, self._counts = np.unique(
            places[order][self._silent :], return_index=True, return_counts=True
        )
        self._of = np.repeat(np.arange(len(self._answered)), self._counts)
        self._vectors = ByteRows(index.question_vectors[self.questions])
        learned = index.learned.get(plan_id)
        self._learned = None if learned is None else HalfRows(learned[order].T)

    def __len__(self) -> int:
        """Return how many questions the bank has."""
        return len(self.questions)

    def echo(self, vector: Vectors, words: Scores) -> Echo:
        """Return what the bank says of a question with this vector, shape (1, columns).

        `words` holds its likeness in words to every question of the index.
        """
        if not len(self):
            none = np.zeros(self._size, dtype=np.float32)
            return Echo(none, none, none, none, np.full(self._size, -1, dtype=np.int64), Silence(0.0, 0.0, 0.0, 0.0))
        likeness, own_words = self._vectors.products(vector), words[self.questions]
        told = np.zeros(self._size + 1, dtype=np.float32)
        if self._learned is not None:
            told = self._learned.products(alike(likeness, own_words)[None])
        best, often, nearest, most_words = self._by_snippet(likeness, own_words)
        silence = self._silence(likeness[: self._silent], own_words[: self._silent], float(told[-1]))
        return Echo(best, often, most_words, told[:-1], nearest, silence)

    def _by_snippet(self, likeness: Scores, words: Scores) -> tuple[Scores, Scores, Rows, Scores]:
        size, mean, at = self._size, likeness.sum() / np.float32(len(likeness)), self._answered
        best, often = np.full(size, mean, dtype=np.float32), np.full(size, mean, dtype=np.float32)
        nearest, most_words = np.full(size, -1, dtype=np.int64), np.zeros(size, dtype=np.float32)
        if not len(at):
            return best, often, nearest, most_words
        best[at], often[at], place = self._heads(likeness[self._silent :])
        nearest[at] = self.questions[self._silent + place]
        most_words[at] = np.maximum.reduceat(words[self._silent :], self._starts)
        return best, often, nearest, most_words

    def _heads(self, likeness: Scores) -> tuple[Scores, Scores, Rows]:
        """Return for each answer its greatest likeness, the mean of its `OFTEN` greatest, and the place of the first.

        Where an answer has fewer questions than that, its least is repeated.
        """
        left, greatest = likeness.copy(), np.maximum.reduceat(likeness, self._starts)
        heads, places = [greatest], list[Rows]()
        for _ in range(1, OFTEN):
            places.append(self._place_of(greatest, left))
            left[places[-1]] = -np.inf
            greatest = np.maximum.reduceat(left, self._starts)
            heads.append(np.where(np.isfinite(greatest), greatest, heads[-1]))
        often: Scores = np.add.reduce(heads) / np.float32(OFTEN)
        return heads[0], often, places[0]

    def _place_of(self, greatest: Scores, likeness: Scores) -> Rows:
        """Return for each answer the first place of its `greatest` likeness."""
        there = np.flatnonzero(likeness == np.repeat(greatest, self._counts))[::-1]
        place = np.zeros(len(greatest), dtype=np.int64)
        place[self._of[there]] = there
        return place

    def _silence(self, likeness: Scores, words: Scores, learned: float) -> Silence:
        if not len(likeness):
            return Silence(0.0, 0.0, 0.0, learned)
        most = np.partition(likeness, -OFTEN)[-OFTEN:] if len(likeness) > OFTEN else likeness
        return Silence(float(most.max()), float(most.sum()) / len(most), float(words.max()), learned)
