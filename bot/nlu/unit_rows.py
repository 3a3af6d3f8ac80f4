"""Sparse rows of length 1: `normalize` of scikit-learn takes five times as long for those of one message."""

import numpy as np
from scipy.sparse import csr_matrix


def unit_rows(rows: csr_matrix) -> csr_matrix:
    """Return `rows` of length 1 each, in four bytes a number; those of nothing stay so."""
    values = rows.data.astype(np.float32)
    places = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(places, values.astype(np.float64) ** 2, rows.shape[0]))
    lengths[lengths == 0] = 1
    return csr_matrix(((values / lengths[places]).astype(np.float32), rows.indices, rows.indptr), shape=rows.shape)
