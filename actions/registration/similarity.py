"""The encoder of the answers, lent to the registrations: texts in, the matrix of their cosines out."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actions.registration.duplicates import Similarity
from knowledge.embedding import Encoder

VECTORS_KEPT = 20_000  # of 384 columns: 30 MB


def similarity_of(encoder: Encoder) -> Similarity:
    """Return the similarity of texts under `encoder`; a text is encoded once. Safe to use from several threads."""
    kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
    lock = threading.Lock()

    def similarity(texts: Sequence[str]) -> NDArray[np.float32]:
        with lock:
            missing = [text for text in dict.fromkeys(texts) if text not in kept]
            if missing:
                kept.update(zip(missing, encoder.queries(missing), strict=True))
            rows = np.asarray([kept[text] for text in texts], dtype=np.float32)
            while len(kept) > VECTORS_KEPT:
                kept.popitem(last=False)
        cosines: NDArray[np.float32] = rows @ rows.T
        return cosines

    return similarity
