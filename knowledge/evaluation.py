"""How right the answers are, over a file of questions with known answers.

*Right*: the first citation covers at least half of the gold span, or is covered by it; the required words are said,
the forbidden ones (as whole words: 2023 is no 02) are not. A question that the plans do not answer is right when it is
refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml

from knowledge.answers import Answer, outcomes
from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.snippets import covers

RESAMPLES = 2000
RESAMPLING_SEED = 1


class Answering(Protocol):
    """What is evaluated: it answers questions about `plans`."""

    plans: Mapping[str, Plan]

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the answer to `question`."""
        ...


class BadQuestionFile(Exception):
    """A file of questions cannot be used; the message names the question and what is wrong with it."""


@dataclass(frozen=True)
class Gold:
    """One question with what a right answer is. `plan` and `quote` are None for one that must be refused.

    `also` are the words of other clauses that answer just as fully.
    """

    id: str
    question: str
    plan: str | None = None
    style: str = "formal"
    history: tuple[str, ...] = ()
    gold_plan: str | None = None
    quote: str | None = None
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A question, its answer, and whether that is right."""

    gold: Gold
    answer: Answer
    right: bool


@dataclass
class Report:
    """Counts over a file of questions."""

    judged: list[Judged] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows to print: all answerable, all unanswerable, how sound refusals are, then by style."""
        answerable = [j for j in self.judged if j.gold.quote]
        unanswerable = [j for j in self.judged if not j.gold.quote]
        refusals = [j for j in self.judged if outcomes()[j.answer.outcome]["refusal"]]
        rows = [
            _row("answerable, right", [j.right for j in answerable]),
            _row("unanswerable, refused", [j.right for j in unanswerable]),
            _row("refusals, sound", [not j.gold.quote for j in refusals]),
        ]
        for style in sorted({j.gold.style for j in self.judged}):
            rows.append(_row(f"  {style}, right", [j.right for j in answerable if j.gold.style == style]))
            rows.append(_row(f"  {style}, refused", [j.right for j in unanswerable if j.gold.style == style]))
        return [row for row in rows if row["questions"]]


def read_questions(file: Path, plans: Mapping[str, Plan]) -> list[Gold]:
    """Return the questions of a YAML list, each checked against the plans.

    Raises:
        BadQuestionFile: a key is unknown, an id is twice, or a gold quote does not stand in its plan.
    """
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadQuestionFile(f"{file}: {error}") from error
    questions: list[Gold] = []
    for number, entry in enumerate(entries or (), start=1):
        try:
            lists: dict[str, Any] = {
                key: tuple(entry.pop(key, ())) for key in ("history", "says", "never_says", "also")
            }
            gold = Gold(**entry, **lists)
        except (TypeError, AttributeError) as error:
            raise BadQuestionFile(f"{file}: entry {number}: {error}") from error
        where = gold.gold_plan or gold.plan
        quotes = [fold(quote) for quote in (gold.quote, *gold.also) if quote]
        if quotes and (
            where is None or where not in plans or any(quote not in fold(plans[where].text) for quote in quotes)
        ):
            raise BadQuestionFile(f"{file}: {gold.id}: the quote does not stand in the plan {where}")
        questions.append(gold)
    if len({gold.id for gold in questions}) != len(questions) or not questions:
        raise BadQuestionFile(f"{file}: no questions, or an id stands twice")
    return questions


def evaluate(questions: Sequence[Gold], answerer: Answering) -> Report:
    """Answer every question and judge it."""
    report = Report()
    for gold in questions:
        answer = answerer.answer(gold.question, gold.plan, gold.history)
        report.judged.append(Judged(gold, answer, is_right(gold, answer, answerer.plans)))
    return report


def is_right(gold: Gold, answer: Answer, plans: Mapping[str, Plan]) -> bool:
    """Tell whether `answer` is a right one to `gold`."""
    if any(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", answer.text.lower()) for word in gold.never_says):
        return False
    if not all(word.lower() in answer.text.lower() for word in gold.says):
        return False
    refused = bool(outcomes()[answer.outcome]["refusal"])  # it may still cite the passage that is nearest
    if refused or not gold.quote:
        return refused and not gold.quote
    of_plan = [c for c in answer.citations if c.plan_id == (gold.gold_plan or gold.plan)]
    return bool(of_plan) and any(covers(of_plan[0].quote, fold(quote)) for quote in (gold.quote, *gold.also))


def interval(right: Sequence[bool]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval (percentile, 2,000 resamples, fixed seed) of the share of `right`."""
    values = np.array(right, dtype=np.float64)
    drawn = np.random.default_rng(RESAMPLING_SEED).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


def _row(name: str, right: Sequence[bool]) -> dict[str, Any]:
    if not right:
        return {"row": name, "questions": 0, "right": 0, "share": None, "interval": None}
    share = round(sum(right) / len(right), 3)
    return {"row": name, "questions": len(right), "right": sum(right), "share": share, "interval": interval(right)}
