"""Which of a list of texts holds which word, and how much of a question each covers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked
from knowledge.vietnamese import syllables, unmark

ACT_STRESS = 3.0
"""How many times the words of the act count in a question for a unit ("who tracks ...?")."""

WITHOUT_MARKS = 0.7
"""What a word counts that a text holds only without its marks."""

Scores = NDArray[np.float32]


class Words:
    """Which of a list of texts holds which word, and what share of a question's words each holds."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._rows: dict[str, Scores] = {}
        for row, text in enumerate(texts):
            words = syllables(text)
            for word in {*words, *map(unmark, words)}:
                self._rows.setdefault(word, np.zeros(self._size, dtype=np.float32))[row] = 1.0
        self._none = np.zeros(self._size, dtype=np.float32)

    def coverage(self, asked: Asked) -> Scores:
        """Return per text the share, from 0 to 1, of the question's words by their rarity; bare ones count less.

        The words of the act that a unit is asked for count several times.
        """
        total, found = 0.0, self._none.copy()
        for word in asked.words:
            marked, bare = self._rows.get(word, self._none), self._rows.get(unmark(word), self._none)
            worth = math.log(1 + self._size / float(marked.sum() or 1.0)) * (ACT_STRESS if word in asked.act else 1.0)
            total += worth
            found += worth * np.maximum(marked, WITHOUT_MARKS * bare)
        return found / total if total else found

    def hold_all(self, words: Sequence[str]) -> Scores:
        """Return 1 for each text that holds all of `words`, of which there must be some."""
        rows = [self._rows.get(word, self._none) for word in words]
        return np.minimum.reduce(rows) if rows else self._none
