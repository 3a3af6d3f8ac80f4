"""What a message is for, learned from all examples at once.

Kernel ridge regression (Saunders, Gammerman and Vovk, 1998) from examples to intents. Two messages are alike by their
dense vectors, seen from the middle of all examples, and by each kind of sparse features: words, letters, hints.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, load_npz, save_npz
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import normalize

Vectors = NDArray[np.float32]

SHARPNESS = 2.0
"""How fast likeness falls with the distance of two dense vectors: exp(-2 (1 - cosine))."""

SHARE = 0.5
"""What the cosine of each kind of sparse features, from 0 to 1, counts beside that."""

RIDGE = 0.1
"""How strongly the regression is held back from following single examples."""

_NUMBERS, _NAMES = "kernel.npz", "kernel.json"


class KernelRegression:
    """The examples, and what each says for each intent.

    Args:
        dense: of the examples, shape (n, columns).
        sparse: each kind of sparse features of the examples, n rows each.
        told: what each example says for each of `intents`, shape (n, intents).
        middle: the share of the examples for each intent, from which what they say is counted, shape (intents,).
        intents: their names.
    """

    def __init__(
        self, dense: Vectors, sparse: Sequence[csr_matrix], told: Vectors, middle: Vectors, intents: Sequence[str]
    ) -> None:
        self._dense, self._told = dense.astype(np.float16), told.astype(np.float32)
        self._sparse = [csr_matrix(rows, dtype=np.float32) for rows in sparse]
        self._middle, self.intents = middle.astype(np.float32), list(intents)
        self._centre = self._dense.astype(np.float32).mean(axis=0)
        self._directions = _unit(self._dense.astype(np.float32) - self._centre)
        self._by_column = [normalize(rows).T.tocsr() for rows in self._sparse]

    @classmethod
    def fit(cls, dense: Vectors, sparse: Sequence[csr_matrix], answers: Sequence[str]) -> "KernelRegression":
        """Learn from examples that are for `answers`, one each."""
        intents = sorted(set(answers))
        wanted = (np.array(answers)[:, None] == np.array(intents)).astype(np.float32)
        middle = wanted.mean(axis=0)
        unfitted = cls(dense, sparse, wanted, middle, intents)
        regression = KernelRidge(alpha=RIDGE, kernel="precomputed")
        regression.fit(unfitted._alike(dense, sparse), wanted - middle)
        return cls(dense, sparse, regression.dual_coef_, middle, intents)

    def scores(self, dense: Vectors, sparse: Sequence[csr_matrix]) -> Vectors:
        """Return how much speaks for each intent, shape (messages, intents): about 1 for the right one, 0 for others.

        Args:
            dense: of the messages, shape (messages, columns).
            sparse: each kind of sparse features, in the order in which they were learned from.

        Raises:
            ValueError: the features are of other shapes than those learned from.
        """
        scores: Vectors = self._alike(dense, sparse) @ self._told + self._middle
        return scores

    def write(self, folder: Path) -> None:
        """Keep it in `folder`."""
        np.savez_compressed(folder / _NUMBERS, dense=self._dense, told=self._told, middle=self._middle)
        for number, rows in enumerate(self._sparse):
            save_npz(folder / f"sparse{number}.npz", rows)
        names = {"intents": self.intents, "sparse": len(self._sparse)}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "KernelRegression":
        """Return what `write` kept in `folder`."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        sparse = [load_npz(folder / f"sparse{number}.npz") for number in range(names["sparse"])]
        with np.load(folder / _NUMBERS) as kept:
            return cls(kept["dense"], sparse, kept["told"], kept["middle"], names["intents"])

    def _alike(self, dense: Vectors, sparse: Sequence[csr_matrix]) -> Vectors:
        """Return how alike messages and examples are, shape (messages, examples)."""
        alike = np.exp(SHARPNESS * (_unit(dense - self._centre) @ self._directions.T - 1))
        for rows, by_column in zip(sparse, self._by_column, strict=True):
            alike += SHARE * (normalize(rows) @ by_column).toarray()
        return np.asarray(alike, dtype=np.float32)


def shares(scores: Vectors, sharpness: float) -> Vectors:
    """Return `scores` as confidences from 0 to 1 that add up to 1 in each row: a softmax of `sharpness` times them."""
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    confidences: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return confidences


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    directions: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6)
    return directions
