import numpy as np
import pytest

from knowledge.compact_rows import ByteRows, HalfRows, Scores


def unit_rows(count: int, columns: int = 384) -> Scores:
    rows = np.random.default_rng(3).normal(size=(count, columns)).astype(np.float32)
    unit: Scores = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_bytes_tell_nearly_the_same_cosines() -> None:
    rows = unit_rows(500)
    asked = (rows[7:8] + 0.03 * unit_rows(600)[550]).astype(np.float32)
    told, exact = ByteRows(rows).products(asked), rows @ asked[0]
    assert told.dtype == np.float32 and told.shape == (500,)
    assert np.abs(told - exact).max() < 0.004 and np.abs(told - exact).std() < 0.001
    assert told.argmax() == 7 and told[7] == pytest.approx(exact[7], abs=0.004)


def test_a_row_has_a_scale_of_its_own() -> None:
    rows = unit_rows(3) * np.array([[1000.0], [1.0], [0.001]], dtype=np.float32)
    assert ByteRows(rows).products(unit_rows(3)[:1])[0] == pytest.approx(1000, rel=0.01)
    assert ByteRows(rows).products(unit_rows(3)[2:])[2] == pytest.approx(0.001, rel=0.01)


def test_rows_and_vectors_of_nothing_but_zeros_are_like_nothing() -> None:
    rows = np.vstack([unit_rows(2), np.zeros((1, 384), dtype=np.float32)])
    with np.errstate(all="raise"):
        assert ByteRows(rows).products(unit_rows(1))[2] == 0
        assert not ByteRows(rows).products(np.zeros((1, 384), dtype=np.float32)).any()


def test_halves_tell_the_same_to_three_digits() -> None:
    rows = unit_rows(40, 7001).T.astype(np.float16)
    asked = np.linspace(0, 1.5, 40, dtype=np.float32)[None]
    assert HalfRows(rows).products(asked) == pytest.approx(rows.astype(np.float32) @ asked[0], abs=2e-3)


@pytest.mark.parametrize("kept", [ByteRows, HalfRows])
def test_no_rows_have_no_products(kept: type[ByteRows | HalfRows]) -> None:
    assert kept(np.zeros((0, 384), dtype=np.float32)).products(unit_rows(1)).shape == (0,)
