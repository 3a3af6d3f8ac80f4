"""Where a question arrives: days left until a deadline, else the plans; one without an answer is kept for the staff."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from knowledge.answers import Answer
from knowledge.composing import labels_of, say
from knowledge.corpus import Plan, find_plans
from knowledge.countdown import count_down
from knowledge.current_bodies import CurrentBodies, load_current_bodies
from knowledge.database import StoreUnavailable
from knowledge.facts import draw_facts
from knowledge.unanswered import Unanswered, handed_over, unanswered
from knowledge.vietnamese import is_english
from knowledge.whom_to_ask import whom_to_ask

SURE_OF_A_STRANGER = 0.93
"""Certainty, from 0 to 1, from which a message is answered that seems to be no question about a plan."""

ANSWERED = ("answered", "answered_per_plan")

_log = logging.getLogger(__name__)


class Answering(Protocol):
    """Answers questions about plans; never raises for any text."""

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the answer to `question`."""
        ...


class Keeping(Protocol):
    """Keeps questions without an answer."""

    def keep(self, item: Unanswered) -> int:
        """Keep a question and return its number; StoreUnavailable where it could not be written."""
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

    def answer(
        self, question: str, plan_id: str | None = None, history: Sequence[str] = (), *, strange: float = 0.0
    ) -> Answer:
        """Return the answer to `question`; one that is none is kept, and not being able to keep it changes nothing.

        `strange` is how sure it is, from 0 to 1, that the question is about something else. Such a one is turned down
        unless it names a plan, or the answer is all but certain, and no less than that it is strange.
        """
        answer = self.look_up(question, plan_id, history)
        doubtful = answer.outcome in ANSWERED and certainty_of(answer) < max(strange, SURE_OF_A_STRANGER)
        if strange and doubtful and not find_plans(question, self._plans):
            answer = self._turned_down(question, answer)
        self._keep(unanswered(question, answer, plan_id, self._plans, self._clock(), answer.considered))
        return answer

    def look_up(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Return the answer to what may turn out to be no question: nothing is kept."""
        counted = count_down(question, plan_id, self._plans, self._clock(), self._facts)
        if counted is not None:
            return counted
        answer = self.answerer.answer(question, plan_id=plan_id, history=history)
        return self._with_current_bodies(answer, "en" if is_english(question) else "vi")

    def _turned_down(self, question: str, answer: Answer) -> Answer:
        labels = labels_of(list(self._plans.values()))
        text = say("off_topic", "en" if is_english(question) else "vi", labels=labels)
        return Answer("off_topic", text, considered=answer.considered)

    def whom_to_ask(self, plan_ids: Sequence[str], language: str) -> Answer:
        """Return the units that the plans name to turn to."""
        return self._with_current_bodies(
            whom_to_ask([self._plans[plan_id] for plan_id in plan_ids], self._facts, language), language
        )

    def hand_over(self, question: str, plan_id: str | None) -> int | None:
        """Put a question on the list of the staff and return its number there; None where it could not be kept."""
        return self._keep(handed_over(question, plan_id, self._plans, self._clock()))

    def _with_current_bodies(self, answer: Answer, language: str) -> Answer:
        """Return `answer` with what became of the unit it names: beside the plan's words, so only after their check."""
        if answer.unit is None:
            return answer
        notes = self._bodies.notes_for(self._plans[answer.plan_ids[0]], answer.unit, language)
        return replace(answer, text="\n\n".join([answer.text, *notes]))

    def _keep(self, item: Unanswered | None) -> int | None:
        if item is None:
            return None
        try:
            return self._store.keep(item)
        except StoreUnavailable as problem:
            _log.error("A question was not kept for the staff. %s", problem)
            return None


def certainty_of(answer: Answer) -> float:
    """Return how sure an answer is, from 0 to 1; 1 where nothing had to be weighed."""
    return max((certainty for _, _, certainty in answer.considered), default=1.0)
