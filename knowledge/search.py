"""The hybrid retriever: dense neighbours and BM25, each set on one scale per question and added up.

Normalised sums keep the first place right where reciprocal rank fusion loses it (docs/answering.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder, Vectors
from knowledge.lexical import LexicalIndex
from knowledge.vietnamese import is_marked

Rows = NDArray[np.int64]

DENSE_WEIGHT = 1.0
LEXICAL_WEIGHT = 1.0
UNMARKED_DENSE_WEIGHT = 0.35
"""Weight of the dense part for a question without marks, which this encoder reads badly."""


@dataclass(frozen=True)
class Hit:
    """One found document: its row, the summed score, and the evidence (cosine; BM25 with and without marks)."""

    row: int
    score: float
    cosine: float
    marked: float
    unmarked: float


class Retriever:
    """Searches one fixed list of documents.

    Args:
        texts: the documents' words for lexical search, one per row.
        vectors: unit-length rows, shape (len(texts), dimension).
        encoder: makes the vectors of questions.
    """

    def __init__(self, texts: Sequence[str], vectors: Vectors, encoder: Encoder) -> None:
        self.lexical = LexicalIndex(texts)
        self.encoder = encoder
        self._dense = faiss.IndexFlatIP(encoder.dimension)
        self._dense.add(vectors)

    def search(self, question: str, words: str, top: int, rows: Iterable[int] | None = None) -> list[Hit]:
        """Return the `top` best documents, best first, among `rows` (all where None).

        `question` is embedded; `words`, the same with synonyms added, is looked up lexically.
        """
        chosen = np.arange(self.lexical.size) if rows is None else np.fromiter(rows, dtype=np.int64)
        if not len(chosen) or top < 1:
            return []
        cosine = self._cosines(question, chosen)
        marked = self.lexical.marked(words)[chosen]
        unmarked = self.lexical.unmarked(words)[chosen]
        has_marks = is_marked(question)
        dense_weight = DENSE_WEIGHT if has_marks else UNMARKED_DENSE_WEIGHT
        lexical = _standard(marked) + _standard(unmarked) if has_marks else 2 * _standard(unmarked)
        score = dense_weight * _standard(cosine) + LEXICAL_WEIGHT * lexical / 2
        best = np.argsort(-score, kind="stable")[:top]
        return [
            Hit(int(chosen[n]), float(score[n]), float(cosine[n]), float(marked[n]), float(unmarked[n])) for n in best
        ]

    def _cosines(self, question: str, rows: Rows) -> NDArray[np.float32]:
        vector = self.encoder.queries([question])
        everything = len(rows) == self.lexical.size
        selector = None if everything else faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
        scores, found = self._dense.search(vector, len(rows), params=selector)
        by_row = np.full(self.lexical.size, -1.0, dtype=np.float32)
        by_row[found[0]] = scores[0]
        return by_row[rows]


def _standard(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `values` with mean 0 and deviation 1, or zeros where they are all the same."""
    spread = float(values.std())
    if spread < 1e-9:
        return np.zeros_like(values)
    standard: NDArray[np.float32] = (values - values.mean()) / spread
    return standard
