import sys
from typing import Any

import numpy as np
import pytest

from knowledge.embedding import MANY, SentenceEncoder


class Model:
    """Stands in for a sentence-transformers model: remembers how it was asked."""

    def __init__(self) -> None:
        self.prompts = {"query": "query: ", "passage": "passage: "}
        self.asked: list[dict[str, Any]] = []

    def get_embedding_dimension(self) -> int:
        return 3

    def encode(self, texts: list[str], **options: Any) -> Any:
        self.asked.append(options)
        return np.ones((len(texts), 3), dtype=np.float32)


@pytest.mark.parametrize("texts, terminal, shown", [(MANY, True, True), (MANY, False, False), (MANY - 1, True, False)])
def test_a_terminal_shows_how_far_a_long_encoding_is(
    texts: int, terminal: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    rows = SentenceEncoder(model, "it").passages(["a"] * texts)  # type: ignore[arg-type]
    assert rows.shape == (texts, 3)
    [options] = model.asked
    assert options["show_progress_bar"] is shown and options["prompt_name"] == "passage"
