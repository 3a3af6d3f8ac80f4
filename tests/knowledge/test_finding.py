from typing import Any, cast

import pytest

from knowledge.finding import _near_the_top, shipped_thresholds
from knowledge.weighing import Candidate, Weighed


def near(*weights: float) -> list[float]:
    """Return the weights of the candidates among which a Fact is looked for."""
    candidates = tuple(Candidate(cast("Any", None), weight, 0.0, False) for weight in weights)
    return [candidate.weight for candidate in _near_the_top(Weighed(candidates, 0.5), shipped_thresholds())]


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_how_near_the_top_a_fact_may_stand_does_not_hang_on_the_scale_of_weights(scale: float) -> None:
    assert near(10 * scale, 8 * scale, 7 * scale) == [10 * scale, 8 * scale]


def test_at_most_three_are_near_and_below_nothing_too() -> None:
    assert near(1.0, 0.99, 0.98, 0.97) == [1.0, 0.99, 0.98]
    assert near(-1.0, -1.2, -1.3) == [-1.0, -1.2]
