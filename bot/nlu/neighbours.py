"""How near a message lies to the examples of each intent: what a linear classifier over its vector cannot tell.

Questions about plans, and whatever else people ask, lie in many small groups; the mean cosine of the few nearest
examples of an intent knows each of them (k nearest neighbours, Fix and Hodges, 1951, with one answer for every class).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import plain

Vectors = NDArray[np.float32]

NEAREST = 3
"""Examples of an intent whose cosines are averaged."""

_FILE = "neighbours.npz"


class Neighbours:
    """The examples of all intents.

    Args:
        vectors: of the examples, shape (n, columns), in half precision or more.
        intents: what each example is for.
        texts: what each example says; those that differ in marks and capitals alone count as the same wording.
    """

    def __init__(self, vectors: NDArray[np.floating], intents: Sequence[str], texts: Sequence[str]) -> None:
        self._kept, self._intents, self._texts = vectors.astype(np.float16), list(intents), list(texts)
        self.names = sorted(set(intents))
        self._centre = self._kept.astype(np.float32).sum(axis=0) / max(1, len(self._kept))
        order = np.argsort(np.array([self.names.index(intent) for intent in intents], dtype=np.int64), kind="stable")
        self._rows = self._directions(self._kept[order].astype(np.float32))
        counts = [self._intents.count(name) for name in self.names]
        self._ends = np.cumsum(counts)
        self._places: dict[str, list[int]] = {}
        for place, row in enumerate(order):
            self._places.setdefault(plain(self._texts[row]), []).append(place)

    def closeness(self, vector: Vectors, but: str | None = None) -> Vectors:
        """Return for each of `names` the mean cosine, from -1 to 1, of its nearest examples with `vector`; -1 for none.

        Args:
            vector: of a message, shape (columns,).
            but: a text whose wording is left out: an example must not vouch for itself.
        """
        if not self.names:
            return np.zeros(0, dtype=np.float32)
        cosines = self._rows @ self._directions(vector[None])[0]
        if but is not None:
            cosines[self._places.get(plain(but), [])] = -np.inf
        nearest = (np.sort(part)[-NEAREST:] for part in np.split(cosines, self._ends[:-1]))
        return np.array([few[np.isfinite(few)].mean() if np.isfinite(few[-1]) else -1.0 for few in nearest], np.float32)

    def vectors(self) -> dict[str, Vectors]:
        """Return the vector of each text."""
        return dict(zip(self._texts, self._kept.astype(np.float32), strict=True))

    def write(self, folder: Path) -> None:
        """Keep the examples in `folder`."""
        intents, texts = np.array(self._intents, dtype=np.str_), np.array(self._texts, dtype=np.str_)
        np.savez_compressed(folder / _FILE, vectors=self._kept, intents=intents, texts=texts)

    @classmethod
    def read(cls, folder: Path) -> "Neighbours":
        """Return the examples that `write` kept in `folder`."""
        with np.load(folder / _FILE) as kept:
            return cls(kept["vectors"], kept["intents"].tolist(), kept["texts"].tolist())

    def _directions(self, vectors: Vectors) -> Vectors:
        """Return rows of length 1, seen from the middle of all examples: the encoder's own cosines are crowded."""
        moved = vectors - self._centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        rows: Vectors = np.divide(moved, lengths, out=np.zeros_like(moved), where=lengths > 1e-6)
        return rows
