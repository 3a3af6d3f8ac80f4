"""The hybrid retriever: dense neighbours and BM25, each set on one scale per question and added up.

Normalised sums keep the first place right where reciprocal rank fusion loses it. Where the documents' windows are
given, the best documents are ordered anew by the whole and its best windows (docs/answering.md has the ablation).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np

from knowledge.embedding import Encoder, Vectors
from knowledge.lexical import LexicalIndex, Scores, forms
from knowledge.vietnamese import is_marked
from knowledge.windows import Windows


@dataclass(frozen=True)
class Mix:
    """How much each kind of evidence counts; nothing fitted to a public question set.

    `dense` and `lexical` are the halves' weights, `unmarked_dense` that of the dense half for a question left without
    marks, which the encoder reads badly. `forms` are the lexical forms that are averaged (`lexical.forms`).

    The `pool` best documents are ordered anew with their windows, on a scale of their own: among all documents of a
    corpus the scale is that of the many that have nothing to do with the question. `dense_windows` and
    `lexical_windows` are the windows' shares, from 0 to 1, of either half; few words meet in one sentence, so of the
    lexical half the whole document keeps more. `coverage` is the weight there of the share of the question's terms
    that a document holds.
    """

    dense: float = 1.0
    lexical: float = 1.0
    unmarked_dense: float = 0.35
    forms: tuple[int, ...] = (0, 1, 2)
    pool: int = 50
    dense_windows: float = 1 / 2
    lexical_windows: float = 1 / 4
    coverage: float = 1 / 2


@dataclass(frozen=True)
class Hit:
    """One found document: its row, the summed score, and the whole document's evidence.

    `cosine` is from -1 to 1; `marked`, `unmarked` and `letters` are BM25 scores from 0.
    """

    row: int
    score: float
    cosine: float
    marked: float
    unmarked: float
    letters: float


class Retriever:
    """Searches one fixed list of documents.

    Args:
        texts: the documents' words for lexical search, one per row.
        vectors: unit-length rows, shape (len(texts), dimension).
        encoder: makes the vectors of questions.
        windows: of the same documents, to order the best anew; None: the whole documents alone decide.
        mix: how much each kind of evidence counts.
    """

    def __init__(
        self,
        texts: Sequence[str],
        vectors: Vectors,
        encoder: Encoder,
        windows: Windows | None = None,
        mix: Mix | None = None,
    ) -> None:
        self.mix = mix or Mix()
        self.lexical = LexicalIndex(texts)
        self.encoder = encoder
        self._windows = windows
        self._dense = faiss.IndexFlatIP(encoder.dimension)
        self._dense.add(vectors)

    def search(self, question: str, words: str, top: int) -> list[Hit]:
        """Return the `top` best documents, best first.

        `question` is embedded once; `words`, the same with synonyms added, is looked up lexically.
        """
        if not self.lexical.size or top < 1:
            return []
        vector, asked = self.encoder.queries([question]), forms(words)
        cosine, fields = self._cosines(vector), self.lexical.scores(asked)
        dense = self.mix.dense if is_marked(question) else self.mix.unmarked_dense
        score = dense * _standard(cosine) + self.mix.lexical * self._lexical(fields)
        order = np.argsort(-score, kind="stable")
        if self._windows is not None:
            pool = order[: self.mix.pool]
            near, said = self._windows.cosines(vector, pool), self._windows.words(asked, pool)
            share = self.mix.dense_windows
            anew = dense * ((1 - share) * _standard(cosine[pool]) + share * _standard(near).mean(axis=0))
            share = self.mix.lexical_windows
            anew += self.mix.lexical * ((1 - share) * self._lexical(fields[:, pool]) + share * self._lexical(said))
            anew += self.mix.coverage * _standard(self.lexical.held(asked)[pool])
            score += anew.min() - score[pool].min()  # the others stay behind the pool
            score[pool] = anew
            order = np.concatenate([pool[np.argsort(-anew, kind="stable")], order[len(pool) :]])
        return [Hit(int(n), float(score[n]), float(cosine[n]), *map(float, fields[:, n])) for n in order[:top]]

    def _lexical(self, fields: Scores) -> Scores:
        """Return the mean of the forms that count, each set on one scale, shape (n,)."""
        mean: Scores = _standard(fields[list(self.mix.forms)]).mean(axis=0)
        return mean

    def _cosines(self, vector: Vectors) -> Scores:
        scores, found = self._dense.search(vector, self.lexical.size)
        by_row = np.empty(self.lexical.size, dtype=np.float32)
        by_row[found[0]] = scores[0]
        return by_row


def _standard(values: Scores) -> Scores:
    """Return each row of `values` with mean 0 and deviation 1, or zeros where they are all the same."""
    spread = values.std(axis=-1, keepdims=True)
    even = values - values.mean(axis=-1, keepdims=True)
    return np.where(spread < 1e-9, 0.0, even / np.maximum(spread, 1e-9)).astype(np.float32)
