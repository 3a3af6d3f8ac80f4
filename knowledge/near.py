"""The approximate index of very many rows: which passages, and which questions of the banks, are near a vector.

Inverted lists in FAISS with eight bits a column. A row is known by its digest, so a plan that is added, changed or gone
moves its own rows and no others. What is found is compared again by the exact vectors.
"""

import math
from collections.abc import Container, Iterable
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from knowledge.vector_files import StoredRows

EXACT_UP_TO = 2000
"""Passages up to which every plan in scope is searched."""

PROBED, PROBED_SHARE = 64, 1 / 16
"""Inverted lists that are looked through for a question: so many, or this share of all where that is more."""

_SAMPLE = 64  # rows for each list that its centre is learned from
_QUESTION = 1 << 61  # added to the key of a question
_GROWN = 4  # times as many rows as when the centres were learned: learn them anew

Rows = NDArray[np.int64]


def keys_of(digests: Iterable[str], questions: Container[str]) -> Rows:
    """Return the keys of rows given by digest: its first 60 bits, and whether it is that of a question of a bank."""
    return np.fromiter((int(each[:15], 16) + _QUESTION * (each in questions) for each in digests), dtype=np.int64)


class Near:
    """Finds near rows among those whose keys are given, in the order of rows: passages and questions each count from 0.

    A text that stands in several plans has one place in the lists, and a row in each plan.

    Args:
        lists: the inverted lists.
        keys: of all rows that they must hold.

    Raises:
        ValueError: they hold other rows.
    """

    def __init__(self, lists: faiss.IndexIVF, keys: Rows) -> None:
        ordered = np.sort(keys)
        if not np.array_equal(np.sort(held_keys(lists)), ordered[np.diff(ordered, prepend=-1) > 0]):
            raise ValueError("the approximate index holds other rows")
        self._lists = lists
        self._passages = _Places(keys[keys < _QUESTION])
        self._questions = _Places(keys[keys >= _QUESTION])

    def passages(self, vector: Vectors, count: int) -> Rows:
        """Return about the `count` passages nearest to a vector of shape (1, columns), nearest first."""
        return self._passages.of(self._found(vector, count, faiss.IDSelectorRange(0, _QUESTION)))

    def questions(self, vector: Vectors, count: int) -> Rows:
        """Return about the `count` questions nearest to a vector of shape (1, columns), nearest first."""
        return self._questions.of(self._found(vector, count, faiss.IDSelectorRange(_QUESTION, 2 * _QUESTION)))

    def _found(self, vector: Vectors, count: int, among: faiss.IDSelectorRange) -> Rows:
        probed = max(PROBED, round(self._lists.nlist * PROBED_SHARE))
        how = faiss.SearchParametersIVF(sel=among, nprobe=probed)  # type: ignore[call-arg]
        _, keys = self._lists.search(np.ascontiguousarray(vector), count, params=how)
        found: Rows = keys[0][keys[0] >= 0]
        return found


class _Places:
    """Which row has a key."""

    def __init__(self, keys: Rows) -> None:
        self._rows = np.argsort(keys, kind="stable")
        self._keys = keys[self._rows]

    def of(self, keys: Rows) -> Rows:
        """Return the rows that have the keys, in the order of the keys."""
        first, end = np.searchsorted(self._keys, keys), np.searchsorted(self._keys, keys, side="right")
        sizes = end - first
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows: Rows = self._rows[np.repeat(first, sizes) + within]
        return rows


def brought_up_to_date(before: faiss.IndexIVF | None, keys: Rows, vectors: Vectors | StoredRows) -> faiss.IndexIVF:
    """Return inverted lists that hold the rows with these keys, each once, with their vectors; `before` may be changed.

    Centres are learned from a sample of the rows, and anew when there are several times as many.
    """
    lists = before
    if lists is None or lists.nlist * math.sqrt(_GROWN) <= _lists_for(len(keys)):
        lists = _with_centres(vectors)
    held = held_keys(lists)
    wanted, first = np.unique(keys, return_index=True)
    gone = held[~np.isin(held, wanted, assume_unique=True)]
    if len(gone):
        lists.remove_ids(faiss.IDSelectorBatch(gone))
    rows = np.sort(first[~np.isin(wanted, held, assume_unique=True)])
    for block in np.array_split(rows, max(1, len(rows) // 20_000)):
        if len(block):
            lists.add_with_ids(vectors[block], keys[block])
    return lists


def held_keys(lists: faiss.IndexIVF) -> Rows:
    """Return the keys of all rows in `lists`, in no order."""
    inverted: Any = lists.invlists
    sizes = [inverted.list_size(number) for number in range(lists.nlist)]
    held = [faiss.rev_swig_ptr(inverted.get_ids(n), size).copy() for n, size in enumerate(sizes) if size]
    return np.concatenate(held).astype(np.int64) if held else np.zeros(0, dtype=np.int64)


def _with_centres(vectors: Vectors | StoredRows) -> faiss.IndexIVF:
    count, columns = _lists_for(len(vectors)), vectors.shape[1]
    drawn = np.random.default_rng(0).permutation(len(vectors))[: count * _SAMPLE]
    sample = vectors[np.sort(drawn)]
    coarse = faiss.IndexFlatIP(columns)
    kind = faiss.ScalarQuantizer.QT_8bit
    lists = faiss.IndexIVFScalarQuantizer(coarse, columns, count, kind, faiss.METRIC_INNER_PRODUCT)
    lists.cp.spherical, lists.cp.min_points_per_centroid = True, 1
    lists.train(sample)
    return lists


def _lists_for(rows: int) -> int:
    """Return the number of lists for so many rows: twice the root, the usual compromise of probing and scanning."""
    return max(1, min(rows, round(2 * math.sqrt(rows))))
