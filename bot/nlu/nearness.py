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


def ends_of(counts: Sequence[int]) -> list[int]:
    """Return where the examples of each intent end that stand together, the last aside."""
    ends: list[int] = np.cumsum(counts)[:-1].tolist()
    return ends


def nearness(cosines: Vectors, ends: Sequence[int], others: bool = False) -> Vectors:
    """Return the mean cosine, from -1 to 1, with the nearest examples of each intent, -1 for none.

    Args:
        cosines: of messages with examples, shape (messages, examples), those of one intent together.
        ends: where each intent ends, the last aside.
        others: whether a message is an example itself: its own wording must not vouch for it.

    Returns:
        Shape (messages, intents).
    """
    if others:
        cosines = np.where(cosines >= ITSELF, -np.inf, cosines)
    parts = np.split(cosines, ends, axis=1)
    few = [np.partition(part, -min(NEAREST, part.shape[1]), axis=1)[:, -NEAREST:] for part in parts]
    return np.stack([_mean(each) for each in few], axis=1)


def _mean(nearest: Vectors) -> Vectors:
    """Return the mean of what is finite in each row, -1 where nothing is."""
    there = np.isfinite(nearest)
    sums = np.where(there, nearest, 0).sum(axis=1)
    means = np.where(there.any(axis=1), sums / np.maximum(1, there.sum(axis=1)), -1.0)
    return np.asarray(means, dtype=np.float32)
