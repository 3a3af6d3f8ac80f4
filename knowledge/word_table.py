"""The words of very many passages as numbers: what BM25 and coverage need is counted only in the passages looked at.

An index over all words of a million passages takes gigabytes and minutes; a few plans are counted through in about a
millisecond. Rarity is then that among the passages looked at, as it is where all plans are searched.
"""

import itertools
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked
from knowledge.coverage import ACT_STRESS, WITHOUT_MARKS
from knowledge.lexical import K1, B
from knowledge.vietnamese import is_marked, syllables, unmark

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]
Numbers = NDArray[np.int32]


class WordTable:
    """The words of a fixed list of texts, each text a row of numbers."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._numbers: dict[str, int] = {}
        words, starts = array("i"), array("q", [0])
        for text in texts:
            words.extend(self._numbers.setdefault(word, len(self._numbers)) for word in syllables(text))
            starts.append(len(words))
        self._words = np.array(words, dtype=np.int32)
        self._starts = np.array(starts, dtype=np.int64)
        self._bare_numbers: dict[str, int] = {}
        bare = [self._bare_numbers.setdefault(unmark(word), len(self._bare_numbers)) for word in self._numbers]
        self._bare = np.array(bare, dtype=np.int32)

    def holds(self, word: str) -> bool:
        """Tell whether any text holds `word`, marks aside."""
        return unmark(word) in self._bare_numbers

    def among(self, rows: Rows) -> "Among":
        """Return what the texts of `rows` hold, each a stretch of rows in order."""
        lengths = self._starts[rows + 1] - self._starts[rows]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self._starts[rows] - (ends - lengths), lengths)
        marked = self._words[at]
        owner = np.repeat(np.arange(len(rows)), lengths)
        return Among(lengths, owner, _Form(marked, self._numbers), _Form(self._bare[marked], self._bare_numbers))


@dataclass(frozen=True)
class _Form:
    """The words of some texts, one after another, in one form (with marks or without), and the number of each word."""

    words: Numbers
    numbers: dict[str, int]


@dataclass(frozen=True)
class Among:
    """What some texts hold: `lengths` in words, the text that each word stands in, and the words in both forms."""

    lengths: Rows
    owner: Rows
    marked: _Form
    bare: _Form

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of each text, as `evidence` has it of an index of these texts alone."""
        unmarked = self._bm25(self.bare, syllables(unmark(question)))
        if not is_marked(question):
            return unmarked
        both: Scores = (self._bm25(self.marked, syllables(question)) + unmarked) / np.float32(2)
        return both

    def coverage(self, asked: Asked) -> Scores:
        """Return per text the share of the question's words that it holds, as `coverage.Words` has it."""
        size, total = len(self.lengths), 0.0
        found = np.zeros(size, dtype=np.float32)
        for word in asked.words:
            marked, bare = self._holding(word), self._holding(unmark(word))
            worth = math.log(1 + size / float(marked.sum() or 1.0)) * (ACT_STRESS if word in asked.act else 1.0)
            total += worth
            found += worth * np.maximum(marked, WITHOUT_MARKS * bare)
        return found / total if total else found

    def hold_all(self, words: Sequence[str]) -> Scores:
        """Return 1 for each text that holds all of `words`, of which there must be some."""
        if not words:
            return np.zeros(len(self.lengths), dtype=np.float32)
        held: Scores = np.minimum.reduce([self._holding(word) for word in words])
        return held

    def _holding(self, word: str) -> Scores:
        """Return 1 for each text that holds `word`; a word without marks is held by its marked forms too."""
        form = self.marked if is_marked(word) else self.bare
        held = np.zeros(len(self.lengths), dtype=np.float32)
        number = form.numbers.get(word)
        if number is not None:
            held[self.owner[form.words == number]] = 1.0
        return held

    def _bm25(self, form: _Form, asked: Sequence[str]) -> Scores:
        """Return the score of each text over the words asked for and their neighbouring pairs."""
        size = len(self.lengths)
        numbers = [form.numbers.get(word, -1) for word in asked]
        singles = Counter(number for number in numbers if number >= 0)
        pairs = Counter((a, b) for a, b in itertools.pairwise(numbers) if a >= 0 <= b)
        if not singles or not size:
            return np.zeros(size, dtype=np.float32)
        place = np.full(len(form.numbers), -1, dtype=np.int64)
        place[list(singles)] = np.arange(len(singles))
        said = place[form.words]
        at = np.flatnonzero(said >= 0)
        pair_place = np.full((len(singles), len(singles)), -1, dtype=np.int64)
        for number, (first, second) in enumerate(pairs):
            pair_place[place[first], place[second]] = number
        both = at[:-1][(np.diff(at) == 1) & (self.owner[at[:-1]] == self.owner[at[1:]])]
        meant = pair_place[said[both], said[both + 1]]
        of_singles = self._weighed(self._counted(at, said[at], len(singles))) @ list(singles.values())
        of_pairs = self._weighed(self._counted(both[meant >= 0], meant[meant >= 0], len(pairs)))
        found: Scores = (of_singles + of_pairs @ np.array(list(pairs.values()))).astype(np.float32)
        return found

    def _counted(self, at: Rows, which: Rows, terms: int) -> Rows:
        """Return how often each text holds each term, shape (texts, terms); `at` are places of words."""
        size = len(self.lengths)
        return np.bincount(self.owner[at] * terms + which, minlength=size * terms).reshape(size, terms)

    def _weighed(self, counts: Rows) -> NDArray[np.float64]:
        """Return the BM25 weight of each term in each text, as bm25s has it (Lucene's form)."""
        size, df = len(self.lengths), (counts > 0).sum(axis=0)
        rarity = np.log(1 + (size - df + 0.5) / (df + 0.5)) * (df > 0)
        weighed: NDArray[np.float64] = rarity * counts / (counts + self._discount[:, None])
        return weighed

    @cached_property
    def _discount(self) -> NDArray[np.float64]:
        """How much the length of each text holds its counts back; its terms are its words and their pairs."""
        terms = np.maximum(2 * self.lengths - 1, 1)
        discount: NDArray[np.float64] = K1 * (1 - B + B * terms / terms.mean())
        return discount
