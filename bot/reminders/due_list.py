"""The deadlines of all plans as reminders see them: dated ones, counted once a day, drawn once a plan."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.messages import Reply
from knowledge.corpus import Plan
from knowledge.countdown import listed
from knowledge.deadlines import ZONE, Due, register
from knowledge.facts import Facts, draw_facts


class DueList:
    """What is due under `plans`, which may change. Safe to use from threads."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self.plans = plans
        self._drawn: dict[str, tuple[Plan, Facts]] = {}
        self._counted: tuple[date, list[Plan], tuple[Due, ...]] = (date.min, [], ())
        self._counting = threading.Lock()

    def dated(self, now: datetime) -> tuple[Due, ...]:
        """Return everything with a date, the nearest first, counted from the aware moment `now`."""
        today, plans = now.astimezone(ZONE).date(), list(self.plans.values())
        with self._counting:
            if self._counted[:2] != (today, plans):
                facts = {plan.id: self._facts(plan) for plan in plans}
                dated = tuple(due for due in register(plans, now, facts) if due.last_day)
                self._counted = today, plans, dated
            return self._counted[2]

    def told(self, dues: Sequence[Due], language: str, brief: bool = False) -> Reply | None:
        """Return `dues` in words, cited and checked against the plans; None where that fails."""
        answer = listed(dues, self.plans, language, brief)
        return None if answer is None else Reply(answer.text, citations=answer.citations)

    def _facts(self, plan: Plan) -> Facts:
        if plan.id not in self._drawn or self._drawn[plan.id][0] is not plan:
            self._drawn[plan.id] = (plan, draw_facts(plan))
        return self._drawn[plan.id][1]
