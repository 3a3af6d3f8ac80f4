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
from actions.registration.idle import Idle
from actions.registration.lost_replies import as_last_seen
from actions.registration.own_desk import OwnDesk
from actions.registration.plan_choice import change_of_plan
from actions.registration.reception import Reception
from actions.registration.registrant import Registrant
from actions.registration.requests import Request, request_in
from actions.registration.store import StaleDraft, Store
from actions.registration.turns import Envelope, Office, Turn
from actions.registration.wording import Choice, Line, say
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
        self._idle = Idle(self._office, self._reception)
        self._person = OwnDesk(self._office, self._registrant.set_aside)

    def start(self, person: str, plan_id: str | None, message: str, language: str) -> Turn:
        """Begin registering ("đăng ký mô hình").

        A plan named in `message` counts before `plan_id`, the one the person has chosen to talk about. An
        open draft is gone on with, a paused one of the same plan taken up; "đăng ký thêm" begins anew and
        keeps the unit and its type.
        """
        return self._safely(language, False, lambda: self._start(person, plan_id, message[:LONGEST_MESSAGE], language))

    def reply(
        self, person: str, message: str, language: str, *, intent: str | None = None, asked: str | None = None
    ) -> Turn:
        """Take any message while registering.

        Args:
            person: who writes.
            message: what they write.
            language: "vi" or "en".
            intent: what the language understanding makes of the message.
            asked: what the last turn that reached the person asked (see `Turn.asked`), where the caller knows it.
        """
        text = message[:LONGEST_MESSAGE]
        return self._safely(language, True, lambda: self._reply(person, text, language, intent, asked))

    def concerns(self, person: str, message: str) -> bool:
        """Tell whether a message belongs here: something is being filled, to be told, asked, or sent by `message`."""
        try:
            return (
                request_in(message) is not None
                or self._office.store.open_draft(person) is not None
                or bool(self._registrant.untold(person))
                or self._idle.is_sent_again(person, message)
            )
        except StoreUnavailable as error:
            logger.error("%s", error)
            return False

    def attend(self, person: str, message: str, language: str, *, intent: str | None = None) -> Turn | None:
        """Tell what the office has returned, and do what `message` asks of registrations or of oneself; None: neither.

        A registration that is being filled is gone on with afterwards. "gửi" with nothing open tells what was sent.
        """
        request, untold, sent_again = request_in(message), False, False
        try:
            untold = bool(self._registrant.untold(person))
            sent_again = self._idle.is_sent_again(person, message)
        except StoreUnavailable as error:
            logger.error("%s", error)
        if request is None and not untold:
            if not sent_again:
                return None
            return self._safely(language, False, lambda: self._idle.take(person, message, language))
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

    def forget_plan(self, person: str) -> None:
        """Forget which plan the person used last.

        Raises:
            StoreUnavailable: it could not be written; the plan is still known.
        """
        self._office.store.forget_plan(person)

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

    def _reply(self, person: str, message: str, language: str, intent: str | None, asked: str | None = None) -> Turn:
        draft = self._office.open_draft(person)
        if draft is None:
            return self._idle.take(person, message, language)
        if draft.pending in ASKED_ONCE:
            return self._asked_once(draft, message, language, intent)
        if draft.state == CHOOSING:
            return self._reception.choose(draft, message, language)
        plan_ids = change_of_plan(message, self._office.plans)
        if plan_ids is not None:
            return self._reception.change_plan(draft, plan_ids, language)
        form = self._office.form(draft)
        seen = as_last_seen(form, draft, asked, message)
        step = journey.advance(form, seen, message, meant_as_question=intent in QUESTION_INTENTS)
        turn = self._office.apply(draft, step, language)
        if turn.form is None or turn.form.state != SAVED:
            return turn
        return replace(turn, lines=(*turn.lines, *self._registrant.remind(person, language)))

    def _asked_once(self, draft: Draft, message: str, language: str, intent: str | None) -> Turn:
        if not commands_in(message) and (intent in QUESTION_INTENTS or question_grade(message) == "sure"):
            return Turn((), Envelope(REVIEWING), open=True, question=message)
        counter = self._registrant if draft.pending == "withdraw" else self._person
        return counter.answer_asked_once(draft, message, language)

    def _ask_again(self, person: str, language: str) -> Turn:
        draft = self._office.open_draft(person)
        if draft is None:
            return self._idle.take(person, "", language)
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
        return self._idle.resume(person, language)
