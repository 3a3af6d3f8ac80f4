"""A message as it was meant: abbreviations in full, and marks restored where it was typed without."""

from collections.abc import Iterable

from knowledge.rewriting import Rewriter, load_vocabulary
from knowledge.vietnamese import is_marked

LONGEST = 400
"""Characters of a message that are read: time grows with length, and what is meant stands at its beginning."""


class AsMeant:
    """Writes a message as it was meant.

    Args:
        texts: what marks are learnt from; those without are left aside.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._rewriter = Rewriter(marked(texts), load_vocabulary())

    def __call__(self, text: str) -> str:
        """Return what was meant by `text`, which is normalised; of a long one, its beginning."""
        return self._rewriter.in_full(text[:LONGEST])


def marked(texts: Iterable[str]) -> list[str]:
    """Return those of `texts` that have marks, each once, in order."""
    return sorted(set(filter(is_marked, texts)))
