"""How near a message lies to the examples of each intent: what no line through the space of vectors tells.

Questions about plans, and whatever else people ask, lie in many small groups; the mean cosine of the few nearest
examples of an intent knows each of them (k nearest neighbours, Fix and Hodges, 1951, with one answer for every class).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

NEAREST = 3
"""Examples of an intent whose cosines are averaged."""

ITSELF = 0.9999
"""Cosine from which an example is another's own wording."""

_STRIPES = 8
"""Parts of a row whose greatest are looked at first, side by side, which a processor does many at a time."""


def ends_of(counts: Sequence[int]) -> list[int]:
    """Return where the examples of each intent end that stand together, the last aside."""
    ends: list[int] = np.cumsum(counts)[:-1].tolist()
    return ends


def nearness(cosines: Vectors, ends: Sequence[int], others: bool = False) -> Vectors:
    """Return the mean cosine, from -1 to 1, with the nearest examples of each intent, -1 for none.

    Args:
        cosines: of messages with examples, shape (messages, examples), those of one intent together.
        ends: where each intent ends, the last aside.
        others: whether a message is an example itself: its own wording must not vouch for it, and is overwritten.

    Returns:
        Shape (messages, intents).
    """
    if others:
        np.copyto(cosines, -np.inf, where=cosines >= ITSELF)
    nearest = np.stack([_nearest(part) for part in np.split(cosines, ends, axis=1)], axis=1)
    there = np.isfinite(nearest)
    sums = np.where(there, nearest, 0).sum(axis=2)
    means = np.where(there.any(axis=2), sums / np.maximum(1, there.sum(axis=2)), -1.0)
    return np.asarray(means, dtype=np.float32)


def _nearest(cosines: Vectors) -> Vectors:
    """Return the greatest of each row, shape (rows, `NEAREST`), in no order; minus infinity fills up.

    The three greatest of a row are among those places of its stripes where the greatest of all stripes is among the
    three greatest. For a single row it takes longer to look for these than to look at all.
    """
    rows, columns = cosines.shape
    width = columns // _STRIPES
    if rows > 1 and width > NEAREST:
        stripes = cosines[:, : width * _STRIPES].reshape(rows, _STRIPES, width)
        places = np.argpartition(stripes.max(axis=1), -NEAREST, axis=1)[:, None, -NEAREST:]
        likely = np.take_along_axis(stripes, places, axis=2).reshape(rows, -1)
        cosines = np.hstack([likely, cosines[:, width * _STRIPES :]])
    elif columns < NEAREST:
        cosines = np.pad(cosines, ((0, 0), (0, NEAREST - columns)), constant_values=-np.inf)
    return np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:]
