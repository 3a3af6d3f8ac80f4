"""Sparse features of whole messages, one row each, added to them as Rasa wants it."""

from collections.abc import Iterable, Sequence

from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import coo_matrix, csr_matrix


def worded(messages: Iterable[Message]) -> list[Message]:
    """Return the messages that have a token."""
    return [message for message in messages if message.get(TOKENS_NAMES[TEXT])]


def add_rows(featurizer: SparseFeaturizer, messages: Sequence[Message], rows: csr_matrix) -> None:
    """Add to each message its row of `rows` as the feature of the whole; Rasa wants some of its tokens too: zeros.

    Args:
        featurizer: whose features they are.
        messages: with tokens, n of them.
        rows: shape (n, columns).
    """
    for message, row in zip(messages, rows, strict=True):
        of_tokens = coo_matrix((len(message.get(TOKENS_NAMES[TEXT])), rows.shape[1]))
        featurizer.add_features_to_message(of_tokens, row.tocoo(), TEXT, message)
