"""How right the answers are, over a file of questions with known answers.

*Right*: the first citation covers at least half of the gold span, or is covered by it; the required words are said,
the forbidden ones are not. A question that the plans do not answer is right when it is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.answering import Answerer
from knowledge.answers import Answer, outcomes
from knowledge.corpus import Plan
from knowledge.reading import fold


class BadQuestionFile(Exception):
    """A file of questions cannot be used; the message names the question and what is wrong with it."""


@dataclass(frozen=True)
class Gold:
    """One question with what a right answer is. `plan` and `quote` are None for one that must be refused."""

    id: str
    question: str
    plan: str | None = None
    style: str = "formal"
    history: tuple[str, ...] = ()
    gold_plan: str | None = None
    quote: str | None = None
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()


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
        """Return the rows to print: all answerable, all unanswerable, then answerable by style."""
        answerable = [j for j in self.judged if j.gold.quote]
        refused = [j for j in self.judged if not j.gold.quote]
        styles = sorted({j.gold.style for j in answerable})
        rows = [_row("answerable, right", answerable), _row("unanswerable, refused", refused)]
        rows.extend(_row(f"  {style}", [j for j in answerable if j.gold.style == style]) for style in styles)
        return rows


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
            lists: dict[str, Any] = {key: tuple(entry.pop(key, ())) for key in ("history", "says", "never_says")}
            gold = Gold(**entry, **lists)
        except (TypeError, AttributeError) as error:
            raise BadQuestionFile(f"{file}: entry {number}: {error}") from error
        where = gold.gold_plan or gold.plan
        if gold.quote and (where is None or where not in plans or fold(gold.quote) not in fold(plans[where].text)):
            raise BadQuestionFile(f"{file}: {gold.id}: the quote does not stand in the plan {where}")
        questions.append(gold)
    if len({gold.id for gold in questions}) != len(questions) or not questions:
        raise BadQuestionFile(f"{file}: no questions, or an id stands twice")
    return questions


def evaluate(questions: Sequence[Gold], answerer: Answerer) -> Report:
    """Answer every question and judge it."""
    report = Report()
    for gold in questions:
        answer = answerer.answer(gold.question, gold.plan, gold.history)
        report.judged.append(Judged(gold, answer, is_right(gold, answer, answerer.plans)))
    return report


def is_right(gold: Gold, answer: Answer, plans: Mapping[str, Plan]) -> bool:
    """Tell whether `answer` is a right one to `gold`."""
    if any(word.lower() in answer.text.lower() for word in gold.never_says):
        return False
    if not all(word.lower() in answer.text.lower() for word in gold.says):
        return False
    if not gold.quote:
        return bool(outcomes()[answer.outcome]["refusal"])
    of_plan = [c for c in answer.citations if c.plan_id == (gold.gold_plan or gold.plan)]
    return bool(of_plan) and covers(of_plan[0].quote, fold(gold.quote))


def covers(quote: str, gold: str) -> bool:
    """Tell whether `quote` covers at least half of `gold`, or is covered by it."""
    if quote in gold or gold in quote:
        return True
    best = 0
    for start in range(len(quote)):
        size = best + 1
        while start + size <= len(quote) and quote[start : start + size] in gold:
            best, size = size, size + 1
    return best * 2 >= len(gold)


def _row(name: str, judged: Sequence[Judged]) -> dict[str, Any]:
    right = sum(j.right for j in judged)
    share = round(right / len(judged), 3) if judged else None
    return {"row": name, "questions": len(judged), "right": right, "share": share}
