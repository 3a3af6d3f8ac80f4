"""Rows of numbers kept in one or two bytes each: what is read from memory for every question is what takes the time.

The kernels are NumKong's, which chooses them by the processor that it runs on.
"""

import numkong
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

_MOST = 127  # of a signed byte


class ByteRows:
    """Rows in a byte a number, each with a scale of its own.

    Of rows and vectors of length 1 and some hundred columns a product is off by 0.0005 or so, by 0.003 at the most.

    Args:
        rows: shape (n, columns).
    """

    def __init__(self, rows: Scores) -> None:
        self._rows, self._scales = _in_bytes(rows)

    def products(self, vector: Scores) -> Scores:
        """Return the product of every row with `vector`, shape (1, columns): shape (n,)."""
        asked, scale = _in_bytes(vector)
        return _products(asked, self._rows) * (self._scales * scale)


class HalfRows:
    """Rows in two bytes a number.

    Args:
        rows: shape (n, columns), no number beyond 65,504.
    """

    def __init__(self, rows: NDArray[np.float16] | Scores) -> None:
        self.rows = np.ascontiguousarray(rows, dtype=np.float16)

    def products(self, vector: Scores) -> Scores:
        """Return the product of every row with `vector`, shape (1, columns): shape (n,)."""
        return _products(vector.astype(np.float16), self.rows)


def _in_bytes(rows: Scores) -> tuple[NDArray[np.int8], Scores]:
    """Return `rows` in bytes, and what each byte of a row stands for, shape (n,)."""
    most: Scores = np.abs(rows).max(axis=1, initial=0.0)
    scales = np.where(most > 0, most, 1).astype(np.float32) / np.float32(_MOST)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


def _products(asked: NDArray[np.int8] | NDArray[np.float16], rows: NDArray[np.int8] | NDArray[np.float16]) -> Scores:
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    products: Scores = np.asarray(numkong.cdist(asked, rows, "dot"), dtype=np.float32)[0]
    return products
