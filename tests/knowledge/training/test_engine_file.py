from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import package_weights
from knowledge.training.engine_file import BLOCK, BadEngineFile, EngineFile, from_blocks, to_blocks


@pytest.fixture(scope="module")
def file() -> EngineFile:
    return EngineFile(package_weights())


def test_the_header_and_the_pieces(file: EngineFile) -> None:
    assert (file.shape.hidden, file.shape.layers, file.shape.pieces) == (384, 12, 250_037)
    assert file.pieces.texts[file.pieces.begin] == "<s>"
    assert "▁Việt" in file.pieces.texts


def test_writing_back_what_was_read_changes_nothing(file: EngineFile) -> None:
    before = bytes(file.data)
    names = [name for name in file.tensors if name.startswith("l11.")]
    assert len(names) == 16
    for name in names:
        file.put(name, file.numbers(name))
    assert bytes(file.data) == before


def test_blocks_keep_numbers_within_half_a_step() -> None:
    numbers = np.random.default_rng(1).normal(size=50 * BLOCK).astype(np.float32)
    back = from_blocks(to_blocks(numbers))
    step = np.abs(numbers).reshape(-1, BLOCK).max(axis=1) / 8
    error = np.abs(numbers - back).reshape(-1, BLOCK)
    assert (error <= 1.01 * step[:, None]).all()
    assert np.median(error / step[:, None]) < 0.5
    assert (from_blocks(to_blocks(np.zeros(BLOCK, dtype=np.float32))) == 0).all()


def test_a_wrong_count_is_refused(file: EngineFile) -> None:
    with pytest.raises(ValueError, match="takes 384 numbers"):
        file.put("l0.q.b", np.zeros(10, dtype=np.float32))


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"something else")
    with pytest.raises(BadEngineFile, match="no weights file"):
        EngineFile(tmp_path / "other.bin")
