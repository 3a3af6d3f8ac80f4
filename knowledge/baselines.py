"""Two plain ways of answering, to stand beside the assistant in an evaluation: no reading, no refusing, no bank."""

from collections.abc import Callable, Mapping, Sequence

import faiss
import numpy as np

from knowledge.answers import Answer, cite
from knowledge.corpus import Plan
from knowledge.embedding import Encoder
from knowledge.lexical import LexicalIndex, Scores
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST

CHUNK = 550
"""Characters of source text in a chunk."""

Scorer = Callable[[str], Scores]


class Baseline:
    """Answers with the best chunk of fixed length.

    Args:
        plans: what to cut into chunks.
        scorer_of: makes of the chunks' texts what scores each of them for a question.
    """

    def __init__(self, plans: Mapping[str, Plan], scorer_of: Callable[[Sequence[str]], Scorer]) -> None:
        self.plans = plans
        self._chunks = [
            (plan, start, end)
            for plan in plans.values()
            for start in range(0, len(plan.text), CHUNK)
            if fold(plan.text[start : (end := min(start + CHUNK, len(plan.text)))])
        ]
        self._scorer = scorer_of([fold(plan.text[start:end]) for plan, start, end in self._chunks])

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the best chunk of the chosen plan, or of all; it always answers."""
        scores = self._scorer(" ".join([*history, question]))
        if plan_id is not None:
            other = np.array([plan.id != plan_id for plan, _, _ in self._chunks])
            scores = np.where(other, -np.inf, scores)
        plan, start, end = self._chunks[int(scores.argmax())]
        citation = cite(plan, "", start, end)
        assert len(citation.quote) <= QUOTE_AT_MOST
        return Answer("answered", citation.quote, (plan.id,), (citation,))


def by_vectors(encoder: Encoder) -> Callable[[Sequence[str]], Scorer]:
    """Return a maker of scorers by the cosine with the whole chunk."""

    def scorer_of(texts: Sequence[str]) -> Scorer:
        vectors = encoder.passages(texts)
        flat = faiss.IndexFlatIP(encoder.dimension)
        flat.add(vectors)

        def score(question: str) -> Scores:
            scores, rows = flat.search(encoder.queries([question]), len(texts))
            by_row: Scores = np.empty(len(texts), dtype=np.float32)
            by_row[rows[0]] = scores[0]
            return by_row

        return score

    return scorer_of


def by_words(texts: Sequence[str]) -> Scorer:
    """Return a scorer by BM25 over syllables and pairs of syllables."""
    return LexicalIndex(texts).marked
