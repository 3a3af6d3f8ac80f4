import numpy as np
import pytest

from bot.nlu.nearness import NEAREST, ends_of, nearness

COSINES = np.array([[0.9, 0.8, 0.1, 0.7, -0.2, 0.3], [-0.5, 0.0, 0.2, -0.1, 1.0, 0.6]], dtype=np.float32)
COUNTS = [4, 2]


def test_the_nearest_examples_of_an_intent_tell_how_near_it_is() -> None:
    assert NEAREST == 3 and ends_of(COUNTS) == [4]
    near = nearness(COSINES, ends_of(COUNTS))
    assert near == pytest.approx(np.array([[0.8, 0.05], [0.1 / 3, 0.8]]), abs=1e-6)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 31, 32, 33, 100])
def test_the_nearest_are_found_among_however_many(columns: int) -> None:
    cosines = np.random.default_rng(columns).integers(-9, 9, (50, 2 * columns)).astype(np.float32) / 10  # many alike
    for others in (False, True):
        near = nearness(np.where(cosines == 0.8, 1, cosines), [columns], others)
        left = np.where(cosines == 0.8, -np.inf if others else 1, cosines)
        for row, place in np.ndindex(50, 2):
            part = left[row, place * columns : (place + 1) * columns]
            best = sorted(part[np.isfinite(part)])[-3:]
            assert near[row, place] == pytest.approx(np.mean(best) if best else -1, abs=1e-6)


def test_an_example_does_not_vouch_for_itself() -> None:
    near = nearness(COSINES.copy(), ends_of(COUNTS), others=True)
    assert near[1] == pytest.approx([0.1 / 3, 0.6], abs=1e-6)
    assert nearness(COSINES[1:, 4:5].copy(), ends_of([1]), others=True).tolist() == [[-1.0]]


def test_no_message_is_near_nothing() -> None:
    assert nearness(np.zeros((0, 6), dtype=np.float32), ends_of(COUNTS)).shape == (0, 2)
