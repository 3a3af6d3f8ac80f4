"""A person is wanted: the unit that the plan names is told, the question put on the list of the staff by a number."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import FORM, QUESTION_WANTED, Events, chosen_plan, intent_of, text_of
from actions.guarded_action import GuardedAction
from actions.routing import ASKING
from actions.wording import say
from knowledge.corpus import find_plans

WORDS_AT_LEAST = 3  # of a question written in the same message, after a colon


class HandOver(GuardedAction):
    """Hands a question over: the one in the message, the one that was asked for, or the person's last."""

    action_name = "action_hand_over"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Say whom to ask and under which number the question is kept; ask for the question where there is none."""
        question = self._question(tracker)
        plan_ids = self._plans(tracker, question)
        told = await self.services.run(lambda: self.services.answerer.whom_to_ask(plan_ids, language))
        self.say_answer(dispatcher, told, end=False)
        in_form = (tracker.active_loop or {}).get("name") == FORM
        if question is None:
            dispatcher.utter_message(text=say("ask_first" if in_form else "question_to_hand_over", language))
        else:
            plan_id = plan_ids[0] if len(plan_ids) == 1 else None
            number = await self.services.run(lambda: self.services.answerer.hand_over(question, plan_id))
            key = "not_handed_over" if number is None else "handed_over"
            dispatcher.utter_message(text=say(key, language, number=number, question=question))
        self.end_answer(dispatcher, told)
        return [SlotSet(QUESTION_WANTED, question is None and not in_form)]

    def _question(self, tracker: Tracker) -> str | None:
        text = text_of(tracker)
        if tracker.get_slot(QUESTION_WANTED) and intent_of(tracker) in ASKING:
            return text
        written = text.partition(":")[2].strip()
        if len(written.split()) >= WORDS_AT_LEAST:
            return written
        return next(reversed(self.history_of(tracker)), None)

    def _plans(self, tracker: Tracker, question: str | None) -> list[str]:
        """Return the plans to look for a unit in: named now, named in the question, chosen, or all."""
        plans = self.services.plans
        chosen = chosen_plan(tracker, self.services)
        named = find_plans(text_of(tracker), plans) or (find_plans(question, plans) if question else [])
        return list(named) or ([chosen] if chosen else list(plans))
