"""Windows of one, two and three sentences of each document: what speaks for it beside the whole of it.

A question is mostly answered by a sentence or two. The vector of a long passage blurs them; that of a window does not.
"""

import itertools
import re
from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder, Vectors
from knowledge.lexical import Forms, LexicalIndex, Scores

SIZES = (1, 2, 3)
"""Sentences in a window."""

Rows = NDArray[np.int64]

_SENTENCE_END = re.compile(r"[.!?…;]+[\"”»)\]]*\s+|\n+")
_OPENING_MARKS = '“"(-['


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, at least one; a new one begins with a capital, a digit or a quote."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    edges = [0, *(end for end in ends if end < len(text) and _begins(text[end])), len(text)]
    found = [text[start:end].strip() for start, end in itertools.pairwise(edges)]
    return [sentence for sentence in found if sentence] or [""]


def windows(text: str, size: int) -> list[str]:
    """Return every stretch of `size` neighbouring sentences; all of `text` where it has no more."""
    cut = sentences(text)
    return [" ".join(cut[start : start + size]) for start in range(max(1, len(cut) - size + 1))]


class Windows:
    """The windows of a fixed list of documents, searched within chosen documents.

    Args:
        documents: title (put before each window) and text, one pair per row.
        encoder: makes the vectors of the windows, each different text once.
    """

    def __init__(self, documents: Sequence[tuple[str, str]], encoder: Encoder) -> None:
        cut = [_windows_of(title, text, size) for size in SIZES for title, text in documents]
        flat = [window for stretch in cut for window in stretch]
        distinct = {window: place for place, window in enumerate(dict.fromkeys(flat))}
        vectors = encoder.passages(list(distinct))
        self._size = len(documents)
        self._starts = np.cumsum([0, *map(len, cut)])  # of a size's windows of a document, all documents size by size
        self._dense = faiss.IndexFlatIP(encoder.dimension)
        self._dense.add(vectors[[distinct[window] for window in flat]])
        self._words = LexicalIndex(flat[: self._starts[self._size]])

    def cosines(self, question: Vectors, rows: Rows) -> Scores:
        """Return the cosine of the best window of each size, shape (len(SIZES), len(rows))."""
        stretches = np.concatenate([rows + place * self._size for place in range(len(SIZES))])
        ids, begins = self._windows_in(stretches)
        scores, found = faiss.knn(question, self._dense.reconstruct_batch(ids), len(ids), faiss.METRIC_INNER_PRODUCT)
        by_window = np.empty(len(ids), dtype=np.float32)
        by_window[found[0]] = scores[0]
        best: Scores = np.maximum.reduceat(by_window, begins).reshape(len(SIZES), len(rows))
        return best

    def words(self, asked: Forms, rows: Rows) -> Scores:
        """Return the BM25 score of the best sentence in each form, shape (3, len(rows))."""
        ids, begins = self._windows_in(rows)
        best: Scores = np.maximum.reduceat(self._words.scores(asked)[:, ids], begins, axis=1)
        return best

    def _windows_in(self, stretches: Rows) -> tuple[Rows, Rows]:
        """Return the ids of the windows in the stretches, one after another, and where those of each begin."""
        counts = self._starts[stretches + 1] - self._starts[stretches]
        begins = np.cumsum(counts) - counts
        return np.arange(counts.sum()) + np.repeat(self._starts[stretches] - begins, counts), begins


def _windows_of(title: str, text: str, size: int) -> list[str]:
    return [f"{title} {window}".strip() for window in windows(text, size)]


def _begins(letter: str) -> bool:
    return letter.isupper() or letter.isdigit() or letter in _OPENING_MARKS
