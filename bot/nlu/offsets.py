"""Where the characters of a normalised text stand in the text as it was written. Standard library only."""

import unicodedata
from itertools import chain

from knowledge.vietnamese import normalise

Span = tuple[int, int]


def spans_in(original: str) -> list[Span]:
    """Return, for each character of `normalise(original)`, the start and end of what became it in `original`.

    Should the two not fit together (marks that stand on nothing), each character's own place is returned, kept
    within `original`.
    """
    normalised = normalise(original)
    if normalised == original:
        return [(place, place + 1) for place in range(len(original))]
    spans = list(chain.from_iterable(_of_cluster(original, *cluster) for cluster in _clusters(original)))
    while spans and original[slice(*spans[-1])].isspace():
        spans.pop()
    if len(spans) == len(normalised):
        return spans
    last = len(original)
    return [(min(place, last), min(place + 1, last)) for place in range(len(normalised))]


def _clusters(original: str) -> list[Span]:
    """Return the letters with their combining marks, and the runs of white space, that a normalised text keeps."""
    clusters: list[Span] = []
    for place, character in enumerate(original):
        if not clusters and not normalise(character):
            continue
        previous = original[slice(*clusters[-1])] if clusters else ""
        kept = normalise(f"x{character}x") != "xx"
        belongs = unicodedata.combining(character) or (character.isspace() and previous[-1:].isspace())
        if belongs and clusters:
            clusters[-1] = (clusters[-1][0], place + 1)
        elif kept:
            clusters.append((place, place + 1))
    return clusters


def _of_cluster(original: str, start: int, end: int) -> list[Span]:
    return [(start, end)] * max(1, len(normalise(original[start:end])))
