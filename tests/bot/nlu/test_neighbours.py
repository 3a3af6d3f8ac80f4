from pathlib import Path

import numpy as np
import pytest

from bot.nlu.neighbours import NEAREST, Neighbours

VECTORS = np.array([[1, 0, 0], [1, 0.2, 0], [1, 0, 0.2], [0, 1, 0], [0, 1, 0.2], [0, 0, 1]], dtype=np.float32)
INTENTS = ["greet", "greet", "greet", "help", "help", "greet"]
TEXTS = ["Chào bạn", "chao ban", "xin chào", "giúp tôi", "trợ giúp", "alo"]


@pytest.fixture
def neighbours() -> Neighbours:
    return Neighbours(VECTORS, INTENTS, TEXTS)


def test_the_nearest_examples_of_an_intent_tell_how_close_it_is(neighbours: Neighbours) -> None:
    assert neighbours.names == ["greet", "help"]
    greet, help_ = neighbours.closeness(np.array([1, 0.1, 0], dtype=np.float32))
    assert 0.9 < greet <= 1 and help_ < 0
    rows = VECTORS - VECTORS.astype(np.float16).astype(np.float32).mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    asked = np.array([0, 0.9, 0.3], dtype=np.float32)
    moved = asked - VECTORS.mean(axis=0)
    cosines = rows @ (moved / np.linalg.norm(moved))
    greet, help_ = neighbours.closeness(asked)
    assert help_ == pytest.approx(cosines[3:5].mean(), abs=2e-3)
    assert greet == pytest.approx(np.sort(cosines[[0, 1, 2, 5]])[-NEAREST:].mean(), abs=2e-3)


def test_an_example_does_not_vouch_for_itself_nor_for_its_copy_without_marks(neighbours: Neighbours) -> None:
    assert neighbours.closeness(VECTORS[0])[0] > neighbours.closeness(VECTORS[0], but="Chào bạn")[0]
    alone = Neighbours(
        VECTORS[:4], ["greet", "greet", "help", "help"], ["Chào bạn", "chao ban", "xin chào", "giúp tôi"]
    )
    assert alone.closeness(VECTORS[0], but="chào bạn")[0] == -1.0


def test_they_are_kept(neighbours: Neighbours, tmp_path: Path) -> None:
    neighbours.write(tmp_path)
    read = Neighbours.read(tmp_path)
    assert read.names == neighbours.names
    assert np.array_equal(read.closeness(VECTORS[3]), neighbours.closeness(VECTORS[3]))
    assert np.allclose(read.vectors()["alo"], VECTORS[5], atol=1e-3)


def test_none_are_near_nothing() -> None:
    assert not len(Neighbours(np.zeros((0, 3), dtype=np.float32), [], []).closeness(VECTORS[0]))
