"""What a message is for, learned from all examples at once.

Kernel ridge regression (Saunders, Gammerman and Vovk, 1998) from examples to intents. Two messages are alike by their
dense vectors, by each kind of sparse features (words, letters, hints), and by how near they lie to the nearest examples
of each intent: by their dense vectors, and by all sparse features.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack, load_npz, save_npz
from sklearn.preprocessing import normalize

from bot.nlu.equations import solve
from bot.nlu.in_parts import in_parts
from bot.nlu.nearness import Vectors, ends_of, nearness
from knowledge.compact_rows import HalfRows

SHARPNESS = 2.0
"""How fast likeness falls with the distance of two dense vectors: exp(-2 (1 - cosine))."""

NEARNESS = 1 / 3
"""What nearness to the examples of the intents counts beside the dense vector itself, whose length is 1."""

WEIGHT = 0.5
"""What the cosine of a kind of sparse features, from 0 to 1, counts beside that where nothing else is said."""

RIDGE = 0.1
"""How strongly the regression is held back from following single examples."""

COMMON = 512
"""Sparse features that most examples have are multiplied as dense ones: so many of them are most of the work."""

_NUMBERS, _SPARSE, _NAMES = "kernel.npz", "sparse.npz", "kernel.json"


class KernelRegression:
    """The examples, those of one intent together, and what each says for each intent.

    Learned from as they are, their dense vectors are kept in two bytes a number.

    Args:
        dense: of the examples, of length 1 each, shape (n, columns).
        near: how near each lies to the others of each intent, by dense vectors, then by sparse features, shape
            (n, 2 intents).
        sparse: all kinds of sparse features of the examples side by side, n rows; the square of the length of each
            kind is what it counts.
        widths: how many columns of those are of each kind.
        weights: what the cosine of each kind counts.
        told: what each example says for each intent, shape (n, intents).
        counts: of the examples of each intent.
        intents: their names.
    """

    def __init__(
        self,
        dense: Vectors,
        near: Vectors,
        sparse: csr_matrix,
        widths: Sequence[int],
        weights: Sequence[float],
        told: Vectors,
        counts: Sequence[int],
        intents: Sequence[str],
    ) -> None:
        self.intents, self._counts = list(intents), list(counts)
        self._centre, self._near_centre = dense.mean(axis=0), near.mean(axis=0)
        rows = dense - self._centre
        self._rows, self._lengths = HalfRows(rows), _lengths(rows)
        self._near = NEARNESS * (near - self._near_centre)
        self._both_lengths = np.hypot(self._lengths, _lengths(self._near))
        self._by_column, self._widths = csr_matrix(sparse.T, dtype=np.float32), list(widths)
        self._weights = list(weights)
        self._told = told
        self._middle = (np.array(counts) / max(1, sum(counts))).astype(np.float32)

    @classmethod
    def fit(
        cls, dense: Vectors, sparse: Sequence[csr_matrix], answers: Sequence[str], weights: Sequence[float] = ()
    ) -> "KernelRegression":
        """Learn from examples that are for `answers`, one each.

        Takes memory for one number of four bytes for each pair of examples, 3 GB for 27,500, and a quarter more.

        Args:
            dense: of the examples, shape (n, columns).
            sparse: each kind of sparse features of the examples, n rows each.
            answers: the intent of each.
            weights: what the cosine of each kind counts, `WEIGHT` each where none is given.

        Raises:
            ValueError: there are not as many weights as kinds.
        """
        weights = list(weights) or [WEIGHT] * len(sparse)
        if len(weights) != len(sparse):
            raise ValueError(f"{len(weights)} weights for {len(sparse)} kinds of sparse features")
        intents = sorted(set(answers))
        places = np.array([intents.index(answer) for answer in answers])
        order = np.argsort(places, kind="stable")
        counts = np.bincount(places, minlength=len(intents)).tolist()
        wanted = np.eye(len(intents), dtype=np.float32)[places[order]]
        rows, kinds = _unit(dense[order]), _side_by_side(sparse, len(dense), weights)[order]
        widths = [kind.shape[1] for kind in sparse]
        shared = _shared_among(kinds)
        moved = rows - rows.mean(axis=0)
        near = _near_among(_unit(moved), shared, sum(weights), counts)
        unfitted = cls(rows, near, kinds, widths, weights, wanted, counts, intents)
        alike = unfitted._among_examples(moved, near, shared)
        alike[np.diag_indices_from(alike)] += RIDGE
        told = solve(alike, wanted - unfitted._middle)
        return cls(rows, near, kinds, widths, weights, told, counts, intents)

    def scores(self, dense: Vectors, sparse: Sequence[csr_matrix]) -> Vectors:
        """Return how much speaks for each intent, shape (messages, intents): about 1 for the right one, 0 for others.

        Args:
            dense: of the messages, shape (messages, columns).
            sparse: each kind of sparse features, in the order in which they were learned from.

        Raises:
            ValueError: the features are of other shapes than those learned from.
        """
        if [kind.shape[1] for kind in sparse] != self._widths:
            raise ValueError(f"sparse features of {[kind.shape[1] for kind in sparse]} columns, not {self._widths}")
        rows = _unit(dense) - self._centre
        lengths = _lengths(rows)
        products = np.stack([self._rows.products(row[None]) for row in rows])
        shared = (_side_by_side(sparse, len(dense), self._weights) @ self._by_column).toarray()
        cosines = _share(products, lengths[:, None] * self._lengths)
        near = _near(cosines, shared, sum(self._weights), self._counts)
        alike = self._alike(products, lengths, near) + shared
        scores: Vectors = alike @ self._told + self._middle
        return scores

    def write(self, folder: Path) -> None:
        """Keep it in `folder`, the dense features in half precision."""
        dense, near = (self._rows.rows + self._centre).astype(np.float16), self._near / NEARNESS + self._near_centre
        np.savez_compressed(folder / _NUMBERS, dense=dense, near=near, told=self._told, counts=self._counts)
        save_npz(folder / _SPARSE, self._by_column.T.tocsr())
        names = {"intents": self.intents, "widths": self._widths, "weights": self._weights}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "KernelRegression":
        """Return what `write` kept in `folder`."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        with np.load(folder / _NUMBERS) as kept:
            dense, counts = kept["dense"].astype(np.float32), kept["counts"].tolist()
            sparse = load_npz(folder / _SPARSE)
            widths, weights = names["widths"], names["weights"]
            return cls(dense, kept["near"], sparse, widths, weights, kept["told"], counts, names["intents"])

    def _among_examples(self, moved: Vectors, near: Vectors, shared: Vectors) -> Vectors:
        """Return how alike the examples are to those before them and to themselves, in the place of `shared`.

        Args:
            moved: their dense vectors, seen from the middle.
            near: how near each example lies to the others of each intent.
            shared: what their sparse features have in common, shape (n, n): above the diagonal it stays.
        """

        def add(part: slice) -> None:
            upto = part.stop
            products = moved[part] @ moved[:upto].T
            shared[part, :upto] += self._alike(products, self._lengths[part], near[part])

        in_parts(add, len(shared))
        return shared

    def _alike(self, products: Vectors, lengths: Vectors, near: Vectors) -> Vectors:
        """Return how alike messages are to the first examples, but for sparse features, shape (messages, examples).

        Args:
            products: of the dense vectors, seen from the middle, shape (messages, examples): as many as are compared.
            lengths: of those of the messages.
            near: how near the messages lie to the examples of each intent.
        """
        upto = products.shape[1]
        moved = NEARNESS * (near - self._near_centre)
        both_lengths = np.hypot(lengths, _lengths(moved))
        cosines = _share(products + moved @ self._near[:upto].T, both_lengths[:, None] * self._both_lengths[:upto])
        alike: Vectors = np.exp(SHARPNESS * (cosines - 1))
        return alike


def shares(scores: Vectors, sharpness: float) -> Vectors:
    """Return `scores` as confidences from 0 to 1 that add up to 1 in each row: a softmax of `sharpness` times them."""
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    confidences: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return confidences


def _side_by_side(sparse: Sequence[csr_matrix], rows: int, weights: Sequence[float]) -> csr_matrix:
    """Return all kinds of sparse features in one of `rows` rows: a product is the sum of their weighed cosines."""
    none = csr_matrix((rows, 0), dtype=np.float32)
    kinds = (normalize(kind) * weight**0.5 for kind, weight in zip(sparse, weights, strict=True))
    return hstack([none, *kinds], format="csr", dtype=np.float32)


def _shared_among(sparse: csr_matrix) -> Vectors:
    """Return the sum of the weighed cosines of the features of each two examples, shape (n, n): each two once."""
    shared: Vectors = np.empty((sparse.shape[0], sparse.shape[0]), dtype=np.float32)
    commonest = np.argsort(-sparse.getnnz(axis=0), kind="stable")
    common, rare = sparse[:, commonest[:COMMON]].toarray(), sparse[:, commonest[COMMON:]]
    by_column = csr_matrix(rare.T)

    def compare(part: slice) -> None:
        upto = part.stop
        np.matmul(common[part], common[:upto].T, out=shared[part, :upto])
        shared[part, :upto] += (rare[part] @ by_column[:, :upto]).toarray()
        shared[: part.start, part] = shared[part, : part.start].T

    in_parts(compare, len(shared))
    return shared


def _near_among(directions: Vectors, shared: Vectors, most: float, counts: Sequence[int]) -> Vectors:
    """Return how near each example lies to the others of each intent, as `_near` does; `directions` are of length 1."""
    near: Vectors = np.empty((len(directions), 2 * len(counts)), dtype=np.float32)

    def compare(part: slice) -> None:
        near[part] = _near(directions[part] @ directions.T, shared[part], most, counts, others=True)

    in_parts(compare, len(directions))
    return near


def _near(cosines: Vectors, shared: Vectors, most: float, counts: Sequence[int], others: bool = False) -> Vectors:
    """Return how near messages lie to the examples of each intent, shape (messages, 2 intents).

    Args:
        cosines: of their dense vectors with those of the examples, shape (messages, examples).
        shared: the sum of the weighed cosines of their sparse features, the same shape.
        most: what that sum is at most, 0 without such features.
        counts: of the examples of each intent.
        others: whether the messages are examples themselves.
    """
    ends = ends_of(counts)
    return np.hstack([nearness(cosines, ends, others), nearness(shared / np.float32(most or 1), ends, others)])


def _lengths(rows: Vectors) -> Vectors:
    lengths: Vectors = np.linalg.norm(rows, axis=1)
    return lengths


def _unit(rows: Vectors) -> Vectors:
    return _share(rows, _lengths(rows)[:, None])


def _share(parts: Vectors, wholes: Vectors) -> Vectors:
    """Return `parts` by `wholes`, 0 where a whole is nothing."""
    share: Vectors = np.divide(parts, wholes, out=np.zeros_like(parts), where=wholes > 1e-6)
    return share
