"""Where a question arrives: days left until a deadline, else the plans; one without an answer is kept for the staff."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from knowledge.answers import Answer
from knowledge.corpus import Plan
from knowledge.countdown import count_down
from knowledge.current_bodies import CurrentBodies, load_current_bodies
from knowledge.database import StoreUnavailable
from knowledge.facts import draw_facts
from knowledge.unanswered import Unanswered, unanswered
from knowledge.vietnamese import is_english

_log = logging.getLogger(__name__)


class Answering(Protocol):
    """Answers questions about plans; never raises for any text."""

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the answer to `question`."""
        ...


class Keeping(Protocol):
    """Keeps questions without an answer."""

    def keep(self, item: Unanswered) -> None:
        """Keep a question; StoreUnavailable where it could not be written."""
        ...


class FrontOffice:
    """Answers as `Answering` does. `clock` gives aware moments."""

    def __init__(
        self,
        answerer: Answering,
        store: Keeping,
        plans: Mapping[str, Plan],
        clock: Callable[[], datetime],
        bodies: CurrentBodies | None = None,
    ) -> None:
        self.answerer = answerer
        self._store = store
        self._plans = plans
        self._clock = clock
        self._bodies = bodies or load_current_bodies()
        self._facts = {plan.id: draw_facts(plan) for plan in plans.values()}

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the answer to `question`; one that is none is kept, and not being able to keep it changes nothing."""
        counted = count_down(question, plan_id, self._plans, self._clock(), self._facts)
        if counted is not None:
            return counted
        answer = self.answerer.answer(question, plan_id=plan_id, history=history)
        self._keep(question, answer, plan_id)
        return self._with_current_bodies(answer, "en" if is_english(question) else "vi")

    def _with_current_bodies(self, answer: Answer, language: str) -> Answer:
        """Return `answer` with what became of the unit it names: beside the plan's words, so only after their check."""
        if answer.unit is None:
            return answer
        notes = self._bodies.notes_for(self._plans[answer.plan_ids[0]], answer.unit, language)
        return replace(answer, text="\n\n".join([answer.text, *notes]))

    def _keep(self, question: str, answer: Answer, plan_id: str | None) -> None:
        item = unanswered(question, answer, plan_id, self._plans, self._clock(), answer.considered)
        if item is None:
            return
        try:
            self._store.keep(item)
        except StoreUnavailable as problem:
            _log.error("A question without an answer was not kept. %s", problem)
