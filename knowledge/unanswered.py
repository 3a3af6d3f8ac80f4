"""Questions that ended without an answer, as they are kept for the staff: no person stands with them."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.answers import Answer
from knowledge.corpus import Plan, find_plans
from knowledge.vietnamese import is_english, normalise, unmark

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KEPT_OUTCOMES = ("not_in_plan", "off_topic", "clarify", "error", "too_long")
"""Outcomes whose questions are kept: all that leave a person without an answer but small talk."""

HANDED_OVER = "handed_over"
"""Stands in the place of an outcome where a person has asked that the staff answer."""

LONGEST = 1000
"""Characters kept of a question."""

MOST_CANDIDATES = 10
MASK = "***"

_E_MAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;]+")
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .()-]{0,2}\d){8,10}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{9,}")  # an identity card or an account
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Candidate:
    """A passage that was weighed; `kept` tells whether the answer showed it."""

    plan_id: str
    path: str
    score: float
    kept: bool


@dataclass(frozen=True)
class Unanswered:
    """One question without an answer, its phone numbers and e-mail addresses masked.

    `plan_id` is the plan the person had chosen; `scope` how the plans looked into were found: "named" in the
    question, "chosen", or "all"; `plan_ids` those plans, where known. Moments are aware. `number` is the one it is kept
    under.
    """

    question: str
    outcome: str
    plan_id: str | None
    scope: str
    plan_ids: tuple[str, ...]
    language: str
    candidates: tuple[Candidate, ...]
    first_at: datetime
    last_at: datetime
    times: int = 1
    number: int | None = field(default=None, compare=False)

    @property
    def likeness(self) -> str:
        """What two askings of one question share: its words without marks and punctuation, and the chosen plan.

        One handed over is none of those that had no answer.
        """
        words = " ".join(_WORD.findall(unmark(normalise(self.question)).lower()))
        kind = f"{HANDED_OVER}\n" if self.outcome == HANDED_OVER else ""
        return hashlib.sha256(f"{kind}{self.plan_id or ''}\n{words or self.question}".encode()).hexdigest()

    def concerns(self, plan_id: str) -> bool:
        """Tell whether it was asked of that plan: chosen, or named in the question."""
        return self.plan_id == plan_id if self.scope != "named" else plan_id in self.plan_ids

    def as_record(self) -> dict[str, Any]:
        """Return it as plain data; times are ISO 8601 in Vietnam's zone."""
        return {
            "number": self.number,
            "question": self.question,
            "outcome": self.outcome,
            "plan_id": self.plan_id,
            "scope": self.scope,
            "plan_ids": list(self.plan_ids),
            "language": self.language,
            "candidates": [vars(candidate) for candidate in self.candidates],
            "times_asked": self.times,
            "first_time": _iso(self.first_at),
            "time": _iso(self.last_at),
        }


def unanswered(
    question: str,
    answer: Answer,
    plan_id: str | None,
    plans: Mapping[str, Plan],
    now: datetime,
    considered: Sequence[tuple[str, str, float]] = (),
) -> Unanswered | None:
    """Return what to keep of a question, or None where it was answered or was no question.

    Args:
        question: as typed.
        answer: how it ended.
        plan_id: the plan the person had chosen.
        plans: all plans, to tell how the scope was found.
        now: an aware moment.
        considered: (plan id, path, score) of the passages weighed, heaviest first.
    """
    if answer.outcome not in KEPT_OUTCOMES:
        return None
    item = _item(question, answer.outcome, plan_id, plans, now)
    return replace(item, plan_ids=item.plan_ids or tuple(answer.plan_ids), candidates=_candidates(answer, considered))


def handed_over(question: str, plan_id: str | None, plans: Mapping[str, Plan], now: datetime) -> Unanswered:
    """Return what to keep of a question that the staff shall answer; the arguments are those of `unanswered`."""
    return _item(question, HANDED_OVER, plan_id, plans, now)


def _item(question: str, outcome: str, plan_id: str | None, plans: Mapping[str, Plan], now: datetime) -> Unanswered:
    text = masked(normalise(question[: 2 * LONGEST]))[:LONGEST]
    named = tuple(find_plans(text, plans))
    return Unanswered(
        question=text,
        outcome=outcome,
        plan_id=plan_id,
        scope="named" if named else "chosen" if plan_id else "all",
        plan_ids=named,
        language="en" if is_english(text) else "vi",
        candidates=(),
        first_at=now,
        last_at=now,
    )


def _candidates(answer: Answer, considered: Sequence[tuple[str, str, float]]) -> tuple[Candidate, ...]:
    shown = {(citation.plan_id, citation.path) for citation in answer.citations}
    return tuple(
        Candidate(plan_id, path, round(float(score), 4), (plan_id, path) in shown)
        for plan_id, path, score in considered[:MOST_CANDIDATES]
    )


def masked(text: str) -> str:
    """Return `text` with e-mail addresses, phone numbers and other long numbers replaced by `MASK`."""
    for pattern in (_E_MAIL, _PHONE, _LONG_NUMBER):
        text = pattern.sub(MASK, text)
    return text


def day_begins(day: date) -> datetime:
    """Return the moment at which `day` begins in Vietnam."""
    return datetime.combine(day, time(), ZONE)


def _iso(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds")
