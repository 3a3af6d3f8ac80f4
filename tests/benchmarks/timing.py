"""Times taken side by side: whatever disturbs the machine disturbs all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import TypeVar

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that `work` took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def interleave(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Run each of `works` once a round, every other round backwards; return the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works) if number % 2 == 0 else reversed(list(works)):
            seconds[name].append(timed(works[name])[0])
    return seconds


def p50(seconds: list[float]) -> float:
    """Return the median in seconds."""
    return median(seconds)


def p50_ms(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return 1000 * median(seconds)
