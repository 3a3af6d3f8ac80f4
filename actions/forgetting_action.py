"""Forgetting on request ("quên tôi"): the conversation is forgotten, what was registered is not."""

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import ERASED, Events, answer_envelope
from actions.guarded_action import GuardedAction
from actions.wording import say


class ForgetMe(GuardedAction):
    """Forgets the chosen plan, the earlier questions and every message; drafts and what was submitted stay."""

    action_name = "action_forget_me"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Forget, and say what stays."""
        person = tracker.sender_id
        await self.services.run(lambda: self.services.desk.forget_plan(person))
        dispatcher.utter_message(text=say("forgotten", language))
        dispatcher.utter_message(json_message={**answer_envelope("small_talk"), "erased": True})
        return [AllSlotsReset(), SlotSet(ERASED, [person])]
