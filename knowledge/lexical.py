"""Lexical evidence: BM25 (bm25s) over syllables and pairs of syllables, with and without marks, and over letters.

Several forms are kept: unmarked text finds what was typed without marks, marked text keeps `năm` and `Nam` apart, and
runs of letters still meet where a name is spelt another way or a key was missed.
"""

import itertools
import math
from collections.abc import Sequence
from functools import cached_property

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import syllables, unmark

Scores = NDArray[np.float32]
Forms = tuple[list[str], list[str], list[str]]

K1, B = 0.9, 0.4
"""BM25 for passages: a word said again adds little, and a long passage is handicapped less than a long document."""

RUN = 5
"""Letters, spaces between words among them, in a run: more than most syllables have, so a run tells of two."""


def terms(text: str) -> list[str]:
    """Return the syllables of `text` and its pairs of neighbouring syllables, lower case."""
    single = syllables(text)
    return [*single, *(f"{left}_{right}" for left, right in itertools.pairwise(single))]


def unmarked_terms(text: str) -> list[str]:
    """Return the terms of `text` without its marks."""
    return terms(unmark(text))


def letters(text: str) -> list[str]:
    """Return every run of `RUN` letters of the unmarked text, over the ends of its words."""
    words = " ".join(syllables(unmark(text)))
    line = f" {words} " if words else ""
    return [line[start : start + RUN] for start in range(len(line) - RUN + 1)]


def forms(text: str) -> Forms:
    """Return the terms of `text` in each form that is compared: with marks, without, letters."""
    return terms(text), unmarked_terms(text), letters(text)


class Field:
    """BM25 over a fixed list of documents, given and asked as terms of one form."""

    def __init__(self, documents: Sequence[list[str]]) -> None:
        self.size = len(documents)
        self._index = bm25s.BM25(k1=K1, b=B)
        self._index.index([document or ["∅"] for document in documents], show_progress=False)

    def holds(self, term: str) -> bool:
        """Tell whether any document holds `term`."""
        return term in self._index.vocab_dict

    def scores(self, asked: Sequence[str]) -> Scores:
        """Return one BM25 score per document, shape (size,), from 0."""
        known = [term for term in asked if term in self._index.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)

    def shares(self, asked: Sequence[str]) -> Scores:
        """Return what share of the terms, by their rarity, each document holds, shape (size,), from 0 to 1.

        BM25 adds up what is found, so one rare term may outweigh others that are missing. Terms that no document holds
        do not count.
        """
        starts, holding = self._index.scores["indptr"], self._index.scores["indices"]
        held, whole = np.zeros(self.size, dtype=np.float32), 0.0
        for term in dict.fromkeys(asked):
            number = self._index.vocab_dict.get(term)
            if number is not None:
                rows = holding[starts[number] : starts[number + 1]]
                rarity = math.log1p((self.size - len(rows) + 0.5) / (len(rows) + 0.5))
                held[rows] += rarity
                whole += rarity
        return held / np.float32(whole or 1)


class LexicalIndex:
    """BM25 over a fixed list of documents: syllables with marks, syllables without, letters."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        self._texts = texts
        self._marked = Field([terms(text) for text in texts])
        self._unmarked = Field([unmarked_terms(text) for text in texts])

    def holds(self, word: str) -> bool:
        """Tell whether any document holds `word`, marks aside."""
        return self._unmarked.holds(word)

    def marked(self, question: str) -> Scores:
        """Return one BM25 score per document, shape (size,), comparing syllables with their marks."""
        return self._marked.scores(terms(question))

    def unmarked(self, question: str) -> Scores:
        """Return one BM25 score per document, shape (size,), comparing syllables without their marks."""
        return self._unmarked.scores(unmarked_terms(question))

    def scores(self, asked: Forms) -> Scores:
        """Return the scores in all three forms, shape (3, size); letters are indexed when first asked."""
        fields = (self._marked, self._unmarked, self._letters)
        return np.stack([field.scores(form) for field, form in zip(fields, asked, strict=True)])

    def held(self, asked: Forms) -> Scores:
        """Return what share of the terms with their marks each document holds, shape (size,), from 0 to 1."""
        return self._marked.shares(asked[0])

    @cached_property
    def _letters(self) -> Field:
        return Field([letters(text) for text in self._texts])
