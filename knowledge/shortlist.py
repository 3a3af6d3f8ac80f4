"""Where there are many plans: the few that are worth looking into, by the passages and bank questions nearest."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from knowledge.embedding import Vectors
from knowledge.index import Index
from knowledge.near import EXACT_UP_TO, Near, Rows

LOOKED_INTO = 8
"""Plans that are looked into for a question."""

NEIGHBOURS = 100
"""Nearest passages, and nearest questions, of each reading, whose plans come into question."""

FILTERED = 1000
"""The same where many plans, but not all, are in scope."""


def worth_looking_into(index: Index, vectors: Vectors, plan_ids: Sequence[str]) -> list[str]:
    """Return which of the plans in scope are looked into, in the order given; all of them in an index that is small.

    Plans are taken in turn from the lists of what is nearest to each reading of the question, shape (readings,
    columns): passages, then questions of the banks.
    """
    if index.near is None or len(plan_ids) <= LOOKED_INTO:
        return list(plan_ids)
    wanted = set(plan_ids)
    rankings = [_ranked(found, wanted) for found in _nearest(index, index.near, vectors, plan_ids)]
    taken: dict[str, None] = {}
    for plan_id in itertools.chain.from_iterable(itertools.zip_longest(*rankings)):
        if plan_id is not None and len(taken) < LOOKED_INTO:
            taken[plan_id] = None
    return [plan_id for plan_id in plan_ids if plan_id in taken]


def nearest_passages(index: Index, near: Near, vector: Vectors, count: int) -> Rows:
    """Return the `count` passages nearest to a vector of shape (1, columns), those found put in order exactly."""
    return _in_order(index, near.passages(vector, max(count, NEIGHBOURS))[: max(count, FILTERED)], vector)[:count]


def _nearest(index: Index, near: Near, vectors: Vectors, plan_ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield the plans of what is nearest, nearest first: by passages, then by questions, for each reading."""
    rows = [index.rows_of[plan_id] for plan_id in plan_ids] if len(plan_ids) <= EXACT_UP_TO else []
    few = rows and sum(map(len, rows)) <= EXACT_UP_TO
    count = NEIGHBOURS if len(plan_ids) == len(index.rows_of) else FILTERED
    for number in range(len(vectors)):
        vector = vectors[number : number + 1]
        found = _in_order(index, np.concatenate(rows), vector) if few else nearest_passages(index, near, vector, count)
        yield [index.snippets[int(row)].plan_id for row in found]
        yield [index.questions[int(row)].plan_id for row in near.questions(vector, count)]


def _in_order(index: Index, rows: Rows, vector: Vectors) -> Rows:
    cosines = index.vectors[rows] @ vector[0]
    return rows[np.argsort(-cosines, kind="stable")]


def _ranked(plan_ids: Sequence[str], wanted: set[str]) -> list[str]:
    return [plan_id for plan_id in dict.fromkeys(plan_ids) if plan_id in wanted]
