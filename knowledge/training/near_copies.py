"""Which questions say nearly the same in nearly the same words: a bank of copies teaches and measures nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge.vietnamese import syllables, unmark

ALIKE = 0.85
"""Share of common syllables and pairs of syllables, marks aside, from which two questions are near-copies."""


def near_copies(questions: Sequence[str], others: Sequence[str] | None = None) -> Iterator[tuple[int, int]]:
    """Yield the places of near-copies: within `questions`, or of a question and one of `others`.

    The likeness is Jaccard's over syllables and their pairs. Only questions that share a pair are compared.
    """
    left = [_parts(question) for question in questions]
    right = left if others is None else [_parts(other) for other in others]
    holding: dict[str, list[int]] = defaultdict(list)
    for place, parts in enumerate(right):
        for part in parts:
            holding[part].append(place)
    for place, parts in enumerate(left):
        rarest = sorted(parts, key=lambda part: len(holding[part]))[: _needed(len(parts))]
        candidates = {other for part in rarest for other in holding[part]}
        for other in sorted(candidates):
            if (others is not None or other > place) and _likeness(parts, right[other]) >= ALIKE:
                yield place, other


def _needed(size: int) -> int:
    """Return how many parts to look up so that a near-copy cannot share none of them."""
    return size - int(ALIKE * size) + 1


def _parts(question: str) -> frozenset[str]:
    single = syllables(unmark(question))
    return frozenset([*single, *(f"{a} {b}" for a, b in pairwise(single))])


def _likeness(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left or right else 1.0
