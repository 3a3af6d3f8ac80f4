"""As many equations as there are examples, solved block by block.

With two threads and the kernels for AVX-512, the OpenBLAS of Rasa's SciPy (0.3.18) writes beyond its buffer when it
factorises more than some 26,000 rows at once, and the process dies (https://github.com/OpenMathLib/OpenBLAS/issues/2562).
"""

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from bot.nlu.nearness import Vectors

BLOCK = 2_048
"""Rows that are worked on at once: fewer take longer, more take more memory."""


def solve(matrix: Vectors, wanted: Vectors) -> Vectors:
    """Return what `matrix` times which is `wanted`, by Cholesky factorisation.

    Args:
        matrix: symmetric and positive definite, shape (n, n), row by row in memory. Only its diagonal and what is below
            are read; all of it is overwritten.
        wanted: shape (n, columns).

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite.
    """
    size = len(matrix)
    for at in range(0, size, BLOCK):
        own, rest = slice(at, at + BLOCK), slice(at + BLOCK, size)
        # LAPACK wants columns: there, what is below the diagonal is above it.
        factor, _ = cho_factor(matrix[own, own].T, lower=False, overwrite_a=True, check_finite=False)
        matrix[own, own] = factor.T
        if at + BLOCK < size:
            below = solve_triangular(factor, matrix[rest, own].T, trans="T", check_finite=False).T
            matrix[rest, own] = below
            _take_away(matrix[rest, rest], below)
    solved: Vectors = cho_solve((matrix.T, False), wanted, check_finite=False)
    return solved.astype(np.float32)


def _take_away(matrix: Vectors, rows: Vectors) -> None:
    """Take the products of each two of `rows` from `matrix`, up to its diagonal at least."""
    for at in range(0, len(rows), BLOCK):
        upto = at + BLOCK
        matrix[at:upto, :upto] -= rows[at:upto] @ rows[:upto].T
