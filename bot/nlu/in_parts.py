"""Work on all pairs of many rows, part by part: a matrix of them is too large to be made twice."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 4_000_000
"""Pairs in one part: of four bytes each they take 16 MB, which glibc can take again where it gave them back before."""

SIDE_BY_SIDE = 4
"""How many parts share the cores at most; each takes some 100 MB."""


def in_parts(work: Callable[[slice], object], size: int) -> None:
    """Do `work` for all rows of a square matrix of `size` rows, some of them at once, and some parts side by side.

    Args:
        work: is given which rows; it may be called from several threads.
        size: how many rows and columns there are.
    """
    rows = max(1, AT_ONCE // max(1, size))
    parts = [slice(at, min(at + rows, size)) for at in range(0, size, rows)]
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, os.cpu_count() or 1)) as pool:
        for _ in pool.map(work, parts):
            pass
