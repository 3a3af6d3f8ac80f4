"""Batches to train the encoder on: questions of one plan, each with another wording and the snippet that answers it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.bank import Banked
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
    for _ in range(steps):
        choice = by_plan[chance.choices(plans, weights)[0]]
        drawn = _weighted(choice, size, chance)
        pairs = [chance.sample(one.questions, 2) for one in drawn]
        yield Batch(
            tuple(QUERY + _as_typed(first, rewrite, chance) for first, _ in pairs),
            tuple(QUERY + rewrite(second) for _, second in pairs),
            tuple(PASSAGE + one.passage if one.passage else None for one in drawn),
        )


def _weighted(groups: Sequence[Group], size: int, chance: random.Random) -> list[Group]:
    """Return `size` different groups, those with more questions likelier (Efraimidis and Spirakis, 2006)."""
    keys = [chance.random() ** (1 / len(one.questions) ** 0.7) for one in groups]
    best = sorted(range(len(groups)), key=lambda n: -keys[n])[:size]
    return [groups[n] for n in best]


def _as_typed(text: str, rewrite: Callable[[str], str], chance: random.Random) -> str:
    """Return the question mostly as the assistant embeds it, sometimes as typed or without marks."""
    drawn = chance.random()
    if drawn < 0.7:
        return rewrite(text)
    return text if drawn < 0.85 else unmark(text)
