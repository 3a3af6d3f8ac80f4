"""Lexical evidence: BM25 (bm25s) over syllables and pairs of syllables, with and without marks.

Both forms are kept: unmarked text finds what was typed without marks, marked text keeps `năm` and `Nam` apart.
"""

import itertools
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import syllables, unmark

Scores = NDArray[np.float32]


def terms(text: str) -> list[str]:
    """Return the syllables of `text` and its pairs of neighbouring syllables, lower case."""
    single = syllables(text)
    return [*single, *(f"{left}_{right}" for left, right in itertools.pairwise(single))]


class LexicalIndex:
    """BM25 over a fixed list of documents, once with marks and once without."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        self._marked = _index([terms(text) for text in texts])
        self._unmarked = _index([terms(unmark(text)) for text in texts])

    def marked(self, question: str) -> Scores:
        """Return one BM25 score per document, shape (size,), comparing syllables with their marks."""
        return self._scores(self._marked, terms(question))

    def unmarked(self, question: str) -> Scores:
        """Return one BM25 score per document, shape (size,), comparing syllables without their marks."""
        return self._scores(self._unmarked, terms(unmark(question)))

    def _scores(self, index: bm25s.BM25, words: list[str]) -> Scores:
        known = [word for word in words if word in index.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(index.get_scores(known), dtype=np.float32)


def _index(documents: list[list[str]]) -> bm25s.BM25:
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([words or ["∅"] for words in documents], show_progress=False)
    return index
