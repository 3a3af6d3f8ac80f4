"""What every action does: messages of an open registration go to the form, a failure becomes an apology.

While the registration desk has a registration open for a person, every message belongs to it, whatever Rasa
remembers: each action outside the form first asks the desk and, if so, hands over to the form. So neither a lost
tracker nor an expired session loses a draft.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import (
    FORM,
    OFFERED_MEANINGS,
    QUESTION_WANTED,
    Events,
    answer_envelope,
    confidence_of,
    intent_of,
    language_of,
    one_message,
    plan_button,
    say_lines,
    say_turn,
    text_of,
)
from actions.handing_over import put_down
from actions.registration.desk import Turn
from actions.routing import belongs_elsewhere
from actions.services import Services
from actions.wording import say
from knowledge.answers import Answer

HISTORY = 5
TOO_LONG = 1000  # characters; no courtesy or request is, whatever the classifier makes of it
TAKE_LONG_TEXTS = ("action_answer_question", f"validate_{FORM}")
REMEMBERED = ("answered", "answered_per_plan", "clarify", "not_in_plan")
STRANGE = "out_of_scope"  # the intent of a message that seems to be about something else
STAFF_PAGE = "staff_page"
FOR_ONE_MESSAGE = (STAFF_PAGE, OFFERED_MEANINGS, QUESTION_WANTED)  # slots: what the next message may refer to

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
            if not self.keeps_open and (other := belongs_elsewhere(tracker, self.action_name)):
                return [FollowupAction(other)]
            page = self.services.staff.page_wanted(tracker.sender_id, text_of(tracker), tracker.get_slot(STAFF_PAGE))
            if page is not None:
                return await self._list_unanswered(dispatcher, tracker, language, page)
            if too_long:
                return [FollowupAction("action_answer_question")]
            events = [*await self.act(dispatcher, tracker, language), SlotSet("language", language)]
            if is_followed(events):
                return events
            events = [*left_behind(tracker), *events]
            return events if self.keeps_open else [*events, FollowupAction("action_listen")]
        except Exception:
            _log.exception("%s failed", self.action_name)
            dispatcher.messages.clear()
            dispatcher.utter_message(text=say("error", language))
            dispatcher.utter_message(json_message=answer_envelope("error"))
            return self.after_failure(tracker)

    async def _concerns_the_desk(self, tracker: Tracker) -> bool:
        return await self.services.run(lambda: self.services.desk.concerns(tracker.sender_id, text_of(tracker)))

    async def say_turn(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, language: str) -> None:
        """Say a turn of the desk, with the paper it brings."""
        person = tracker.sender_id
        say_turn(dispatcher, turn, await self.services.run(lambda: put_down(self.services, person, turn, language)))

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
        history = self.history_of(tracker)
        is_strange = intent_of(tracker) == STRANGE and question == text_of(tracker)
        strange = confidence_of(tracker) if is_strange else 0.0
        answer = await self.services.run(
            lambda: self.services.answerer.answer(question, plan_id=plan_id, history=history, strange=strange)
        )
        self.say_answer(dispatcher, answer)
        if answer.outcome in REMEMBERED:
            history = [*history, question][-HISTORY:]
        waiting = question if answer.outcome == "clarify" else None
        return [SlotSet("question_history", history), SlotSet("pending_question", waiting)]

    def history_of(self, tracker: Tracker) -> list[str]:
        """Return the person's last questions, oldest first."""
        return list(tracker.get_slot("question_history") or [])

    def say_answer(self, dispatcher: CollectingDispatcher, answer: Answer, *, end: bool = True) -> None:
        """Say an answer, offered plans as buttons, and its envelope last; `end` tells whether that comes now."""
        dispatcher.utter_message(text=one_message(answer.text), buttons=self.plan_buttons(answer.choices))
        if end:
            self.end_answer(dispatcher, answer)

    def end_answer(self, dispatcher: CollectingDispatcher, answer: Answer) -> None:
        """Say the envelope of an answer."""
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


def is_followed(events: Events) -> bool:
    """Tell whether another action takes the message on."""
    return any(event["event"] == "followup" for event in events)


def left_behind(tracker: Tracker) -> Events:
    """Return what empties the slots that were meant for this message only."""
    return [SlotSet(name, None) for name in FOR_ONE_MESSAGE if tracker.get_slot(name) is not None]
