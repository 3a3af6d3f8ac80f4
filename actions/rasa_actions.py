"""What Rasa calls: translation between Rasa's tracker and the rooms that know things. No decisions on content."""

from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import (
    FORM,
    Events,
    answer_envelope,
    chosen_plan,
    intent_of,
    plan_button,
    pressed_plan,
    say_lines,
    text_of,
)
from actions.forgetting_action import ForgetMe
from actions.form_action import ValidateRegistrationForm
from actions.guarded_action import GuardedAction
from actions.offering_action import OfferMeanings
from actions.referring_action import HandOver
from actions.routing import likely_courtesy
from actions.services import Services
from actions.wording import mentions, say
from knowledge.corpus import find_plans

ALL_PLANS = "all"


class AnswerQuestion(GuardedAction):
    """Answers a question, within the chosen plan if there is one."""

    action_name = "action_answer_question"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Answer the message."""
        events = await self.answer(dispatcher, tracker, text_of(tracker), chosen_plan(tracker, self.services))
        return [*events, SlotSet("registration_state", None)]


class ChoosePlan(GuardedAction):
    """Sets the plan that questions are about; then answers the question that waited for this choice, if any."""

    action_name = "action_choose_plan"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Take the plan from the button pressed, or from the words of the message."""
        text, pressed = text_of(tracker), pressed_plan(tracker)
        if pressed is not None:
            named = [pressed] if pressed in self.services.plans else []
        else:
            named = find_plans(text, self.services.plans)
        if pressed == ALL_PLANS or (pressed is None and not named and mentions(text, "all_plans")):
            return await self._choose(dispatcher, tracker, None, language)
        if pressed is None and named and "?" in text:
            return [FollowupAction("action_answer_question")]
        if len(named) == 1:
            return await self._choose(dispatcher, tracker, named[0], language)
        self._offer(dispatcher, named, "unknown_plan" if pressed is not None else "which_plan", language)
        return []

    async def _choose(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, plan_id: str | None, language: str
    ) -> Events:
        waiting = tracker.get_slot("pending_question")
        chosen: Events = [SlotSet("plan_id", plan_id)]
        if waiting:
            return [*chosen, *await self.answer(dispatcher, tracker, waiting, plan_id)]
        if plan_id is None:
            dispatcher.utter_message(text=say("all_plans_chosen", language))
        else:
            plan = self.services.plans[plan_id]
            values = {"plan": plan.label, "title": plan.title, "issuer": plan.issuer}
            dispatcher.utter_message(text=say("plan_chosen", language, **values))
        return chosen

    def _offer(self, dispatcher: CollectingDispatcher, plan_ids: Sequence[str], key: str, language: str) -> None:
        offered = plan_ids or list(self.services.plans)
        listed = "\n".join(f"- {self.services.plans[plan_id].label}" for plan_id in offered)
        buttons = [*self.plan_buttons(offered), plan_button(say("all_plans_button", language), ALL_PLANS)]
        dispatcher.utter_message(text=say(key, language, plans=listed), buttons=buttons)


class ListRegistrations(GuardedAction):
    """Shows the person's own registrations."""

    action_name = "action_list_registrations"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Say what the desk says."""
        say_lines(dispatcher, await self.services.run(lambda: self.services.desk.mine(tracker.sender_id, language)))
        return []


class SmallTalk(GuardedAction):
    """Answers courtesies, and command words that find nothing to act on, from the domain's responses."""

    action_name = "action_small_talk"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Say `utter_<intent>`; a second "gửi" right after a submit is told that it was saved already."""
        intent = likely_courtesy(tracker) or intent_of(tracker)
        if intent == "confirm" and tracker.get_slot("registration_state") == "saved":
            turn = await self.services.run(
                lambda: self.services.desk.reply(tracker.sender_id, text_of(tracker), language, intent=intent)
            )
            await self.say_turn(dispatcher, tracker, turn, language)
            return [FollowupAction(FORM)] if turn.open else []
        dispatcher.utter_message(response=f"utter_{intent}" + ("_en" if language == "en" else ""))
        dispatcher.utter_message(json_message=answer_envelope("small_talk"))
        return []


def all_actions(services: Services) -> list[Action]:
    """Return one instance of every action that the domain lists."""
    outside = (AnswerQuestion, ChoosePlan, ForgetMe, HandOver, ListRegistrations, OfferMeanings, SmallTalk)
    return [each(services) for each in (*outside, ValidateRegistrationForm)]
