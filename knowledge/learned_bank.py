"""What a question asks for, learned from all questions of a plan's bank at once.

The nearest question of a bank says much, but one odd wording can mislead; kernel ridge regression (Saunders, Gammerman
and Vovk, 1998) weighs all of them against each other, those on which the plan is silent among them. Two questions are
alike by their vectors and by the rare words and pairs of words that they share.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

from knowledge.vietnamese import syllables, unmark

Scores = NDArray[np.float32]

SHARPNESS = 4.0
"""How fast likeness falls with the distance of two vectors: exp(-4 (1 - cosine))."""

SHARE_OF_WORDS = 0.5
"""What likeness in words, from 0 to 1, counts beside likeness in vectors."""

RIDGE = 0.1
"""How strongly the regression is held back from following single questions."""


@dataclass(frozen=True)
class BankWords:
    """Rare words of the questions of all banks: one row of `matrix`, of length 1, for each question."""

    vectorizer: TfidfVectorizer
    matrix: csr_matrix

    def likeness(self, text: str) -> Scores:
        """Return the cosine of every question's words with those of `text`, shape (questions,).

        It weighs the words as `vectorizer.transform` would, whose checks of its input cost more than all of this.
        """
        likeness = np.zeros(self.matrix.shape[0], dtype=np.float32)
        if not len(likeness):
            return likeness
        terms, weights = self._weighed(text)
        starts, questions, shares = self._by_term
        for term, weight in zip(terms, weights, strict=True):
            held = slice(starts[term], starts[term + 1])
            likeness[questions[held]] += weight * shares[held]
        return likeness

    def _weighed(self, text: str) -> tuple[list[int], Scores]:
        """Return the known words of `text` as columns of `matrix`, and the weight of each; their length is 1."""
        counts = Counter(words_of(text))
        known = {self.vectorizer.vocabulary_[word]: count for word, count in counts.items() if self.knows(word)}
        often = np.log(np.array(list(known.values()), dtype=np.float32)) + np.float32(1)
        weights: Scores = often * self.vectorizer.idf_[list(known)].astype(np.float32)
        return list(known), weights / np.float32(np.linalg.norm(weights) or 1)

    @cached_property
    def _by_term(self) -> tuple[list[int], NDArray[np.intp], Scores]:
        """Where each word starts in the next two, the questions that hold it, and what it counts in each."""
        by_term = self.matrix.tocsc()
        return by_term.indptr.tolist(), by_term.indices.astype(np.intp), by_term.data

    def knows(self, word: str) -> bool:
        """Tell whether any question holds `word`, given without marks."""
        return word in self.vectorizer.vocabulary_


def words_of(text: str) -> list[str]:
    """Return the unmarked syllables of `text` and its pairs of neighbouring syllables."""
    single = syllables(unmark(text))
    return [*single, *(f"{left}_{right}" for left, right in itertools.pairwise(single))]


def bank_words(texts: Sequence[str]) -> BankWords:
    """Return the words of `texts`, which may be none."""
    vectorizer = TfidfVectorizer(analyzer=words_of, sublinear_tf=True, dtype=np.float32)
    matrix = vectorizer.fit_transform(texts or ["none"])
    return BankWords(vectorizer, csr_matrix(matrix[: len(texts)], dtype=np.float32))


def alike(cosines: Scores, words: Scores) -> Scores:
    """Return how alike questions are, by the cosines of their vectors and of their words, of any one shape."""
    likeness: Scores = np.exp(SHARPNESS * (cosines - 1)) + SHARE_OF_WORDS * words
    return likeness


def learn(vectors: Scores, words: csr_matrix, answers: NDArray[np.int64], size: int) -> NDArray[np.float16]:
    """Return what each question of one plan says for each answer, shape (questions, size + 1); silence stands last.

    Args:
        vectors: of the questions, shape (questions, columns), each of length 1.
        words: the rows of `BankWords.matrix` of the same questions.
        answers: for each question the place of its answer, from 0 to size - 1, or -1 where the plan is silent.
        size: how many answers the plan has.
    """
    told = np.zeros((len(answers), size + 1), dtype=np.float32)
    told[np.arange(len(answers)), answers] = 1.0
    kernel = alike(vectors @ vectors.T, (words @ words.T).toarray())
    regression = KernelRidge(alpha=RIDGE, kernel="precomputed").fit(kernel, told - told.mean(axis=0))
    return np.asarray(regression.dual_coef_, dtype=np.float16)
