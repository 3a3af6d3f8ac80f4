"""Batches to train the encoder on: questions of one plan, each with another wording and the snippet that answers it.

Half the answers of a batch are drawn by chance, and each brings the one most alike to it in words: an answer is learned
best from what it is confused with (hard negatives).
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Banked
from knowledge.learned_bank import bank_words
from knowledge.vietnamese import unmark

QUERY, PASSAGE = "query: ", "passage: "


@dataclass(frozen=True)
class Group:
    """Questions with one answer; `passage` is what the index embeds for it, None where the plan is silent."""

    plan_id: str
    questions: tuple[str, ...]
    passage: str | None


@dataclass(frozen=True)
class Batch:
    """Row n of each list belongs together; `passages` holds None where the plan is silent."""

    questions: tuple[str, ...]
    others: tuple[str, ...]
    passages: tuple[str | None, ...]


def group(banked: Sequence[Banked], passage_of: Callable[[Banked], str | None]) -> list[Group]:
    """Return the questions of one plan by what answers them, silence by what it is about; single ones are left out."""
    found: dict[str, list[str]] = {}
    passages: dict[str, str | None] = {}
    for question in banked:
        passage = passage_of(question)
        key = f"+{passage}" if passage else f"-{question.about}"
        found.setdefault(key, []).append(" ".join([*question.history, question.text]))
        passages[key] = passage
    return [Group(banked[0].plan_id, tuple(texts), passages[key]) for key, texts in found.items() if len(texts) > 1]


def batches(
    groups: Sequence[Group], size: int, steps: int, rewrite: Callable[[str], str], chance: random.Random
) -> Iterator[Batch]:
    """Yield `steps` batches of at most `size` rows: one plan each, no answer twice, often asked ones more often.

    All rows of a batch are of one plan, so that each answer stands against those it is really confused with.
    """
    by_plan: dict[str, list[Group]] = {}
    for one in groups:
        by_plan.setdefault(one.plan_id, []).append(one)
    plans = list(by_plan)
    weights = [sum(len(one.questions) for one in by_plan[plan]) for plan in plans]
    alike = {plan: _alike(by_plan[plan]) for plan in plans}
    for _ in range(steps):
        plan = chance.choices(plans, weights)[0]
        drawn = [by_plan[plan][row] for row in _with_alike(_weighted(by_plan[plan], chance), alike[plan], size)]
        pairs = [chance.sample(one.questions, 2) for one in drawn]
        yield Batch(
            tuple(QUERY + _as_typed(first, rewrite, chance) for first, _ in pairs),
            tuple(QUERY + rewrite(second) for _, second in pairs),
            tuple(PASSAGE + one.passage if one.passage else None for one in drawn),
        )


def _weighted(groups: Sequence[Group], chance: random.Random) -> list[int]:
    """Return the rows of `groups` in an order of chance, those with more questions likelier first
    (Efraimidis and Spirakis, 2006).
    """
    keys = [chance.random() ** (1 / len(one.questions) ** 0.7) for one in groups]
    return sorted(range(len(groups)), key=lambda row: -keys[row])


def _with_alike(order: Sequence[int], alike: NDArray[np.int64], size: int) -> list[int]:
    """Return `size` rows, or all there are: in turn the next of `order` and the one most alike to it, none twice."""
    drawn: dict[int, None] = {}
    for row in order:
        if len(drawn) >= size:
            break
        if row not in drawn:
            drawn[row] = None
            nearest = next((int(other) for other in alike[row] if int(other) not in drawn), None)
            if nearest is not None and len(drawn) < size:
                drawn[nearest] = None
    return list(drawn)


def _alike(groups: Sequence[Group]) -> NDArray[np.int64]:
    """Return for each group the rows of the others, most alike in rare words first, shape (groups, groups - 1).

    Silence on two subjects is not told apart: hands name one subject in different ways.
    """
    words = bank_words([" ".join([*one.questions, one.passage or ""]) for one in groups]).matrix
    likeness = (words @ words.T).toarray()
    silent = np.array([one.passage is None for one in groups])
    likeness[np.ix_(silent, silent)] -= 1
    np.fill_diagonal(likeness, -2)
    return np.argsort(-likeness, axis=1, kind="stable")[:, :-1]


def _as_typed(text: str, rewrite: Callable[[str], str], chance: random.Random) -> str:
    """Return the question mostly as the assistant embeds it, sometimes as typed or without marks."""
    drawn = chance.random()
    if drawn < 0.7:
        return rewrite(text)
    return text if drawn < 0.85 else unmark(text)
