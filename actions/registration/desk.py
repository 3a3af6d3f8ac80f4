"""The registration desk: one message in, what to say out, everything kept before it is said.

The only face of this folder to the outside. It loads the person's draft, lets the journey advance it, stores
the result, and puts the events into words. It remembers nothing: it can be rebuilt between any two messages.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from actions.registration import journey
from actions.registration.commands import commands_in, question_grade
from actions.registration.database import StoreUnavailable
from actions.registration.draft import ASKED_ONCE, ASKING, CANCELLED, CHOOSING, REVIEWING, SAVED, Draft
from actions.registration.duplicates import Similarity
from actions.registration.own_desk import OwnDesk
from actions.registration.plan_choice import change_of_plan
from actions.registration.reception import Reception
from actions.registration.records import Registration
from actions.registration.registrant import Registrant
from actions.registration.requests import Request, request_in
from actions.registration.store import SUBMITTED, StaleDraft, Store
from actions.registration.turns import Envelope, Office, Turn
from actions.registration.wording import Choice, Line, button, say
from knowledge.corpus import Plan

__all__ = ["Choice", "Desk", "Envelope", "Line", "Turn"]

QUESTION_INTENTS = ("ask_plan",)
LONGEST_MESSAGE = 2000  # characters read of a message; far beyond what any field or question may have
_TRIES = 3

logger = logging.getLogger(__name__)


class Desk:
    """Takes registrations. No method raises for what a person writes, nor when the store fails."""

    def __init__(
        self,
        store: Store,
        plans: Mapping[str, Plan],
        clock: Callable[[], datetime],
        retention_days: int = 730,
        similarity: Similarity | None = None,
    ) -> None:
        """Read the forms of `plans`; `clock` gives aware moments.

        Drafts unused for `retention_days` are deleted. `similarity` finds near-duplicates; None: nobody is warned.

        Raises:
            BadForm: a plan's form is wrong; the message names the file and the key.
        """
        self._office = Office(store, plans, clock, retention_days, similarity)
        self._reception = Reception(self._office)
        self._registrant = Registrant(self._office)
        self._person = OwnDesk(self._office, self._registrant.set_aside)

    def start(self, person: str, plan_id: str | None, message: str, language: str) -> Turn:
        """Begin registering ("đăng ký mô hình").

        A plan named in `message` counts before `plan_id`, the one the person has chosen to talk about. An
        open draft is gone on with, a paused one of the same plan taken up; "đăng ký thêm" begins anew and
        keeps the unit and its type.
        """
        return self._safely(language, False, lambda: self._start(person, plan_id, message[:LONGEST_MESSAGE], language))

    def reply(self, person: str, message: str, language: str, *, intent: str | None = None) -> Turn:
        """Take any message while registering; `intent` is what the language understanding makes of it."""
        return self._safely(language, True, lambda: self._reply(person, message[:LONGEST_MESSAGE], language, intent))

    def concerns(self, person: str, message: str) -> bool:
        """Tell whether a message belongs here: something is being filled, to be told, or asked by `message`."""
        try:
            return (
                request_in(message) is not None
                or self._office.store.open_draft(person) is not None
                or bool(self._registrant.untold(person))
            )
        except StoreUnavailable as error:
            logger.error("%s", error)
            return False

    def attend(self, person: str, message: str, language: str, *, intent: str | None = None) -> Turn | None:
        """Tell what the office has returned, and do what `message` asks of registrations or of oneself; None: neither.

        A registration that is being filled is gone on with afterwards.
        """
        request = request_in(message)
        try:
            untold = self._registrant.untold(person)
        except StoreUnavailable as error:
            logger.error("%s", error)
            untold = ()
        if request is None and not untold:
            return None
        return self._safely(
            language, self.is_open(person), lambda: self._attend(person, message, request, language, intent)
        )

    def ask_again(self, person: str, language: str) -> Turn:
        """Ask the open question once more, as after the answer to a side question."""
        return self._safely(language, True, lambda: self._ask_again(person, language))

    def resume(self, person: str, language: str) -> Turn:
        """Take up the draft that is open or was paused last."""
        return self._safely(language, False, lambda: self._resume(person, language))

    def is_open(self, person: str) -> bool:
        """Tell whether the person is filling a registration right now; False where the store cannot say."""
        try:
            return self._office.store.open_draft(person) is not None
        except StoreUnavailable as error:
            logger.error("%s", error)
            return False

    def mine(self, person: str, language: str) -> tuple[Line, ...]:
        """Return the person's own registrations and drafts, put into words."""
        try:
            return self._office.mine(person, language)
        except StoreUnavailable as error:
            logger.error("%s", error)
            return (Line(say("store_unavailable", language)),)

    def _safely(self, language: str, was_open: bool, act: Callable[[], Turn]) -> Turn:
        try:
            for _ in range(_TRIES - 1):
                try:
                    return act()
                except StaleDraft:  # another message of this person came between reading and writing
                    continue
            return act()
        except (StoreUnavailable, StaleDraft) as error:
            logger.error("%s", error)
            state = ASKING if was_open else CANCELLED
            return Turn((Line(say("store_unavailable", language)),), Envelope(state), open=was_open)

    def _start(self, person: str, plan_id: str | None, message: str, language: str) -> Turn:
        draft = self._office.store.open_draft(person)
        if draft is not None and draft.pending in ASKED_ONCE:
            self._registrant.set_aside(person)
        return self._reception.start(person, plan_id, message, language)

    def _attend(self, person: str, message: str, request: Request | None, language: str, intent: str | None) -> Turn:
        busy = self._office.store.open_draft(person) is not None
        told = self._registrant.tell(person, self._registrant.untold(person), language)
        if request is not None:
            turn = self._serve(person, request, language)
            turn = turn if turn.open or turn.erased else self._go_on(person, turn, language)
        elif busy:
            turn = self._reply(person, message, language, intent)
        elif intent in QUESTION_INTENTS or question_grade(message) == "sure":
            turn = replace(self._ask_again(person, language), lines=(), question=message)
        else:
            turn = self._ask_again(person, language)
        return replace(turn, lines=(*told, *turn.lines))

    def _serve(self, person: str, request: Request, language: str) -> Turn:
        if request.kind in ("show", "change", "withdraw", "paper"):
            return self._registrant.serve(person, request, language)
        return self._person.serve(person, request, language)

    def _go_on(self, person: str, turn: Turn, language: str) -> Turn:
        """Ask the open question again after `turn`; with nothing open return it as it is."""
        draft = self._office.store.open_draft(person)
        if draft is None:
            return turn
        again = self._ask_again(person, language)
        return replace(again, lines=(*turn.lines, *again.lines), paper=turn.paper)

    def _reply(self, person: str, message: str, language: str, intent: str | None) -> Turn:
        draft = self._office.open_draft(person)
        if draft is None:
            return self._nothing_open(person, message, language)
        if draft.pending in ASKED_ONCE:
            return self._asked_once(draft, message, language, intent)
        if draft.state == CHOOSING:
            return self._reception.choose(draft, message, language)
        plan_ids = change_of_plan(message, self._office.plans)
        if plan_ids is not None:
            return self._reception.change_plan(draft, plan_ids, language)
        step = journey.advance(self._office.form(draft), draft, message, meant_as_question=intent in QUESTION_INTENTS)
        return self._office.apply(draft, step, language)

    def _asked_once(self, draft: Draft, message: str, language: str, intent: str | None) -> Turn:
        if not commands_in(message) and (intent in QUESTION_INTENTS or question_grade(message) == "sure"):
            return Turn((), Envelope(REVIEWING), open=True, question=message)
        counter = self._registrant if draft.pending == "withdraw" else self._person
        return counter.answer_asked_once(draft, message, language)

    def _ask_again(self, person: str, language: str) -> Turn:
        draft = self._office.open_draft(person)
        if draft is None:
            return self._nothing_open(person, "", language)
        if draft.pending in ASKED_ONCE:
            counter = self._registrant if draft.pending == "withdraw" else self._person
            return counter.asked_once(draft, language)
        if draft.state == CHOOSING:
            return self._reception.choices(draft, language)
        step = journey.ask_again(self._office.form(draft), draft)
        return self._office.turn(step.draft, step.events, language)

    def _resume(self, person: str, language: str) -> Turn:
        if self._office.store.open_draft(person) is not None:
            return self._ask_again(person, language)
        paused = self._office.store.paused_draft(person)
        if paused is None or paused.plan_id not in self._office.plans:
            return self._nothing_open(person, "", language)
        return self._office.apply(paused, journey.advance(self._office.form(paused), paused, ""), language)

    def _nothing_open(self, person: str, message: str, language: str) -> Turn:
        """Take a message when nothing is being filled: a second tap on submit, "đăng ký thêm", "tiếp tục"."""
        said = commands_in(message)
        last = self._last(person)
        if said & {"confirm", "submit"} and last is not None:
            text = say("saved_before", language, reference=last.reference)
            envelope = Envelope(SAVED, reference=last.reference, plan_id=last.plan_id)
            return Turn((Line(text, (button("more", language), button("mine", language))),), envelope, open=False)
        if "mine" in said:
            return Turn(self._office.mine(person, language), Envelope(CANCELLED), open=False)
        if said & {"more", "register"}:
            return self._reception.start(person, None, message, language)
        paused = self._office.store.paused_draft(person)
        if paused is not None and paused.plan_id in self._office.plans:
            if "resume" in said:
                return self._resume(person, language)
            line = Line(say("nothing_open_paused", language), (button("resume", language),))
            return Turn((line,), self._office.envelope(paused), open=False)
        line = Line(say("nothing_open", language), (button("register", language),))
        return Turn((line,), Envelope(CANCELLED), open=False)

    def _last(self, person: str) -> Registration | None:
        """Return what the person sent or corrected last."""
        kept = [each for each in self._office.store.registrations(person=person) if each.status == SUBMITTED]
        latest = max(kept, key=lambda each: (each.updated_at, each.reference or ""), default=None)
        return latest or self._office.store.last_registration(person)
