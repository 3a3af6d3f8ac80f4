"""What Rasa calls: translation between Rasa's tracker and the rooms that know things. No decisions on content.

While the registration desk has a registration open for a person, every message belongs to it, whatever Rasa
remembers: each action outside the form first asks the desk and, if so, hands over to the form. So neither a lost
tracker nor an expired session loses a draft.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import (
    FORM,
    Events,
    answer_envelope,
    chosen_plan,
    form_events,
    form_started_now,
    intent_of,
    language_of,
    one_message,
    plan_button,
    pressed_plan,
    say_lines,
    say_turn,
    text_of,
)
from actions.handing_over import put_down
from actions.registration.desk import Turn
from actions.services import Services
from actions.wording import mentions, say
from knowledge.answers import Answer
from knowledge.corpus import find_plans

HISTORY = 5
TOO_LONG = 1000  # characters; no courtesy or request is, whatever the classifier makes of it
TAKE_LONG_TEXTS = ("action_answer_question", f"validate_{FORM}")
REMEMBERED = ("answered", "answered_per_plan", "clarify", "not_in_plan")
ALL_PLANS = "all"
STAFF_PAGE = "staff_page"
NORMAL_ACTION = {
    "choose_plan": "action_choose_plan",
    "list_registrations": "action_list_registrations",
    **dict.fromkeys(
        ("greet", "goodbye", "thank", "bot_challenge", "help", "confirm", "deny", "cancel", "go_back"),
        "action_small_talk",
    ),
}

_log = logging.getLogger(__name__)


class GuardedAction(Action, ABC):
    """An action that always says something: an unexpected exception becomes an apology, its traceback a log entry."""

    action_name: str
    keeps_open = False

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """Return the name that the domain lists."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Do the action; return the events for the tracker."""
        language = language_of(tracker)
        too_long = len(text_of(tracker)) > TOO_LONG and self.action_name not in TAKE_LONG_TEXTS
        try:
            if not self.keeps_open and await self._concerns_the_desk(tracker):
                return [FollowupAction(FORM)]
            page = self.services.staff.page_wanted(tracker.sender_id, text_of(tracker), tracker.get_slot(STAFF_PAGE))
            if page is not None:
                return await self._list_unanswered(dispatcher, tracker, language, page)
            if too_long:
                return [FollowupAction("action_answer_question")]
            page_left = [SlotSet(STAFF_PAGE, None)] if tracker.get_slot(STAFF_PAGE) is not None else []
            return [*await self.act(dispatcher, tracker, language), SlotSet("language", language), *page_left]
        except Exception:
            _log.exception("%s failed", self.action_name)
            dispatcher.messages.clear()
            dispatcher.utter_message(text=say("error", language))
            dispatcher.utter_message(json_message=answer_envelope("error"))
            return self.after_failure(tracker)

    async def _concerns_the_desk(self, tracker: Tracker) -> bool:
        return await self.services.run(lambda: self.services.desk.concerns(tracker.sender_id, text_of(tracker)))

    async def say_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> None:
        """Say a turn of the desk, with the paper it brings."""
        say_turn(dispatcher, turn, await self.services.run(lambda: put_down(self.services, tracker.sender_id, turn)))

    @abstractmethod
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Do the action's own work."""

    def after_failure(self, tracker: Tracker) -> Events:
        """Return the events that leave the conversation as it was."""
        return []

    async def go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Return to what the conversation was at, after a list for the staff."""
        return [FollowupAction("action_listen")]

    async def _list_unanswered(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str, page: int
    ) -> Events:
        lines, more = await self.services.run(lambda: self.services.staff.unanswered(page, language))
        say_lines(dispatcher, lines)
        followed = await self.go_on(dispatcher, tracker, language)
        return [SlotSet(STAFF_PAGE, page if more else None), SlotSet("language", language), *followed]

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, question: str, plan_id: str | None
    ) -> Events:
        """Answer a question about plans, and return what to remember of it."""
        history: list[str] = list(tracker.get_slot("question_history") or [])
        answer = await self.services.run(
            lambda: self.services.answerer.answer(question, plan_id=plan_id, history=history)
        )
        self.say_answer(dispatcher, answer)
        if answer.outcome in REMEMBERED:
            history = [*history, question][-HISTORY:]
        waiting = question if answer.outcome == "clarify" else None
        return [SlotSet("question_history", history), SlotSet("pending_question", waiting)]

    def say_answer(self, dispatcher: CollectingDispatcher, answer: Answer) -> None:
        """Say an answer, offered plans as buttons, and its envelope last."""
        dispatcher.utter_message(text=one_message(answer.text), buttons=self.plan_buttons(answer.choices))
        dispatcher.utter_message(
            json_message=answer_envelope(
                answer.outcome,
                answer.plan_ids,
                [
                    {"plan_id": c.plan_id, "path": c.path, "quote": c.quote, "start": c.start, "end": c.end}
                    for c in answer.citations
                ],
            )
        )

    def plan_buttons(self, plan_ids: Sequence[str]) -> list[dict[str, str]]:
        """Return a button for each of the plans."""
        return [plan_button(self.services.plans[plan_id].label, plan_id) for plan_id in plan_ids]


class AnswerQuestion(GuardedAction):
    """Answers a question, within the chosen plan if there is one."""

    action_name = "action_answer_question"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Answer the message."""
        events = await self.answer(dispatcher, tracker, text_of(tracker), chosen_plan(tracker, self.services))
        return [*events, SlotSet("registration_state", None), FollowupAction("action_listen")]


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
        intent = intent_of(tracker)
        if intent == "confirm" and tracker.get_slot("registration_state") == "saved":
            turn = await self.services.run(
                lambda: self.services.desk.reply(tracker.sender_id, text_of(tracker), language, intent=intent)
            )
            await self.say_turn(dispatcher, tracker, turn)
            return [FollowupAction(FORM)] if turn.open else []
        dispatcher.utter_message(response=f"utter_{intent}" + ("_en" if language == "en" else ""))
        dispatcher.utter_message(json_message=answer_envelope("small_talk"))
        return []


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
            turn = await self.services.run(lambda: desk.reply(person, text, language, intent=intent))
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
        await self.say_turn(dispatcher, tracker, turn)
        return [*remembered, *([AllSlotsReset()] if turn.erased else []), *form_events(turn, tracker)]

    async def go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Ask the open field again; end a form that has no registration."""
        desk, person = self.services.desk, tracker.sender_id
        if not await self.services.run(lambda: desk.is_open(person)):
            return form_events(None, tracker)
        turn = await self.services.run(lambda: desk.ask_again(person, language))
        await self.say_turn(dispatcher, tracker, turn)
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


def all_actions(services: Services) -> list[Action]:
    """Return one instance of every action that the domain lists."""
    classes = (AnswerQuestion, ChoosePlan, ListRegistrations, SmallTalk, ValidateRegistrationForm)
    return [each(services) for each in classes]
