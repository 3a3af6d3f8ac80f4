"""The action of the registration form: the desk takes each message, Rasa's slots mirror what it says."""

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import (
    FORM,
    Events,
    chosen_plan,
    erasing_events,
    form_events,
    form_started_now,
    intent_of,
    say_lines,
    text_of,
)
from actions.forgetting_action import ForgetMe
from actions.guarded_action import TOO_LONG, GuardedAction
from actions.referring_action import HandOver
from actions.registration.commands import commands_in
from actions.routing import NORMAL_ACTION

BESIDE_THE_FORM: dict[str, type[GuardedAction]] = {"hand_over": HandOver, "forget_me": ForgetMe}
"""Commands that are done without leaving a registration."""


class ValidateRegistrationForm(GuardedAction):
    """The whole form turn in one call: the desk takes the message, its prompt is said, its slots are mirrored.

    At least one slot beside `requested_slot` is always set, so that Rasa never takes the message for rejected;
    `requested_slot: None` ends the form.
    """

    action_name = f"validate_{FORM}"
    keeps_open = True

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Hand the message to the desk."""
        desk, person = self.services.desk, tracker.sender_id
        text, intent = text_of(tracker), intent_of(tracker)
        started = form_started_now(tracker)
        was_open = await self.services.run(lambda: desk.is_open(person))
        for command in commands_in(text) & BESIDE_THE_FORM.keys() if was_open else ():
            done = await BESIDE_THE_FORM[command](self.services).act(dispatcher, tracker, language)
            return [*done, *await self.go_on(dispatcher, tracker, language)]
        if attended := await self.services.run(lambda: desk.attend(person, text, language, intent=intent)):
            turn = attended
        elif started and intent == "resume":
            turn = await self.services.run(lambda: desk.resume(person, language))
        elif started and not was_open and len(text) > TOO_LONG:
            return [*form_events(None, tracker), FollowupAction("action_answer_question")]
        elif intent == "register_model" and (started or not was_open):
            plan_id = chosen_plan(tracker, self.services)
            turn = await self.services.run(lambda: desk.start(person, plan_id, text, language))
        else:
            asked = tracker.get_slot("requested_slot")
            turn = await self.services.run(lambda: desk.reply(person, text, language, intent=intent, asked=asked))
            if not was_open and not turn.open and intent not in ("confirm", "resume"):
                followup = FollowupAction(NORMAL_ACTION.get(intent or "", "action_answer_question"))
                return [*form_events(None, tracker), followup]
        remembered: Events = []
        if turn.question is not None:
            of_form = turn.form.plan_id if turn.form else None
            question, plan_id = turn.question, of_form or chosen_plan(tracker, self.services)
            say_lines(dispatcher, turn.lines)
            remembered = await self.answer(dispatcher, tracker, question, plan_id)
            turn = await self.services.run(lambda: desk.ask_again(person, language))
        await self.say_turn(dispatcher, tracker, turn, language)
        return [*remembered, *erasing_events(turn), *form_events(turn, tracker)]

    async def go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Ask the open field again; end a form that has no registration."""
        desk, person = self.services.desk, tracker.sender_id
        if not await self.services.run(lambda: desk.is_open(person)):
            return form_events(None, tracker)
        turn = await self.services.run(lambda: desk.ask_again(person, language))
        await self.say_turn(dispatcher, tracker, turn, language)
        return form_events(turn, tracker)

    def after_failure(self, tracker: Tracker) -> Events:
        """Keep a form that was running at the step where it was; do not begin one."""
        if form_started_now(tracker):
            return form_events(None, tracker)
        state = tracker.get_slot("registration_state") or "asking"
        return [
            SlotSet("registration_state", state),
            SlotSet("requested_slot", tracker.get_slot("requested_slot") or state),
        ]
