"""Features of whole messages, one row each, added to them as Rasa wants it."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import coo_matrix, csr_matrix


def worded(messages: Iterable[Message]) -> list[Message]:
    """Return the messages that have a token."""
    return [message for message in messages if message.get(TOKENS_NAMES[TEXT])]


class QuickFeatures(Features):
    """Features whose fingerprint is taken of their bytes.

    A training asks for the fingerprints of all features, and Rasa's writes every number out first.
    """

    _cached_fingerprint: str | None

    def fingerprint(self) -> str:
        """Return a hash of the features, of their type, and of where they are from."""
        if self._cached_fingerprint is None:
            told = hashlib.blake2b(digest_size=16)
            parts = [self.features] if self.is_dense() else _parts(self.features.tocoo())
            about = (self.type, self.origin, self.attribute, self.features.shape)
            told.update(repr((*about, [(part.shape, part.dtype.str) for part in parts])).encode())
            for part in parts:
                told.update(part.tobytes())
            self._cached_fingerprint = told.hexdigest()
        return self._cached_fingerprint


class WholeMessageFeaturizer(Featurizer[Any]):
    """Gives each message one row of features; Rasa wants some of its tokens, too, which are all zero."""

    def add_rows(self, messages: Sequence[Message], rows: csr_matrix | NDArray[np.float32]) -> None:
        """Add to each message its row of `rows`.

        Args:
            messages: with tokens, n of them.
            rows: shape (n, columns).
        """
        nothing: dict[int, Features] = {}
        for place, message in enumerate(messages):
            tokens = len(message.get(TOKENS_NAMES[TEXT]))
            if tokens not in nothing:
                nothing[tokens] = self._features(_zeros(tokens, rows), FEATURE_TYPE_SEQUENCE)
            message.add_features(nothing[tokens])
            message.add_features(self._features(_row(place, rows), FEATURE_TYPE_SENTENCE))

    def _features(self, features: coo_matrix | NDArray[np.float32], kind: str) -> Features:
        return QuickFeatures(features, kind, TEXT, self._identifier)


def _parts(features: coo_matrix) -> list[NDArray[Any]]:
    return [features.row, features.col, features.data]


def _zeros(tokens: int, rows: csr_matrix | NDArray[np.float32]) -> coo_matrix | NDArray[np.float32]:
    shape = (tokens, rows.shape[1])
    return np.zeros(shape, dtype=np.float32) if isinstance(rows, np.ndarray) else coo_matrix(shape, dtype=rows.dtype)


def _row(place: int, rows: csr_matrix | NDArray[np.float32]) -> coo_matrix | NDArray[np.float32]:
    if isinstance(rows, np.ndarray):
        return rows[place : place + 1]
    part = slice(rows.indptr[place], rows.indptr[place + 1])
    columns = rows.indices[part]
    return coo_matrix((rows.data[part], (np.zeros_like(columns), columns)), shape=(1, rows.shape[1]))
