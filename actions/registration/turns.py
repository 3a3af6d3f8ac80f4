"""What every part of the desk needs: the forms, the way from a step to the store and then to words."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.registration.cautions import missing_after, warn_of_duplicate
from actions.registration.draft import (
    ASKING,
    CANCELLED,
    CHOOSING,
    PAUSED,
    SAVED,
    Draft,
    fitting_answers,
    next_field,
)
from actions.registration.duplicates import Similarity
from actions.registration.form import Form, form_of
from actions.registration.lost_replies import asked_of
from actions.registration.papers.exporting import paper_for
from actions.registration.records import Registration
from actions.registration.rendering import Speaker
from actions.registration.steps import Event, Step
from actions.registration.store import (
    RETURNED,
    SUBMITTED,
    AlreadyAccepted,
    AlreadyWithdrawn,
    RegistrationProblem,
    StaleRegistration,
    Store,
)
from actions.registration.values import Value
from actions.registration.wording import Choice, Line, button, say
from knowledge.corpus import Plan

logger = logging.getLogger(__name__)

NOTICE = "1"  # raise it when the notice on personal data says something new: people are then asked again

_PROBLEMS = {
    AlreadyAccepted: "registration_accepted",
    AlreadyWithdrawn: "registration_withdrawn",
    StaleRegistration: "registration_changed",
}


@dataclass(frozen=True)
class Envelope:
    """Where the registration stands, for programs: the states and slots of the REST contract."""

    state: str
    slot: str | None = None
    reference: str | None = None
    plan_id: str | None = None

    def as_custom(self) -> dict[str, Any]:
        """Return the `custom` message that ends a turn of a form."""
        return {"kind": "form", **vars(self)}


@dataclass(frozen=True)
class Turn:
    """The outcome of one message.

    `open` tells whether the next message still belongs to the registration. `question` is the message where
    it asks about a plan: the caller answers it and then calls `ask_again`. `answers` are those given so far. `form` is
    None where nothing was said of a registration. `paper` is a file for the person: its name and its content. `erased`
    names the persons of whose conversations nothing may be remembered either. `asked` is what the next message is to
    answer: a field, a question of the assistant's own, or the state where it says as much.
    """

    lines: tuple[Line, ...]
    form: Envelope | None
    open: bool
    question: str | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)
    paper: tuple[str, bytes] | None = None
    erased: tuple[str, ...] = ()
    asked: str | None = None


class Office:
    """The store, the plans and the clock, and what is done with them after each message.

    Without a `similarity` nobody is warned of near-duplicates.
    """

    def __init__(
        self,
        store: Store,
        plans: Mapping[str, Plan],
        clock: Callable[[], datetime],
        retention_days: int,
        similarity: Similarity | None = None,
    ) -> None:
        self.similarity = similarity
        self.store = store
        self.plans = plans
        self.clock = clock
        self.retention_days = retention_days
        self.forms = {plan.id: form_of(plan) for plan in plans.values()}

    def form(self, draft: Draft) -> Form:
        """Return the form of the draft's plan."""
        return self.forms[draft.plan_id or ""]

    def speaker(self, draft: Draft, language: str) -> Speaker:
        """Return who puts events on this draft into words."""
        plan = self.plans[draft.plan_id or ""]
        return Speaker(plan, self.form(draft), draft, language, self.retention_days)

    def accepting(self) -> list[str]:
        """Return the ids of the plans that take registrations."""
        return [form.plan_id for form in self.forms.values() if form.accepts]

    def open_draft(self, person: str) -> Draft | None:
        """Return the draft being filled; if its plan is no longer there, as one that waits for a plan."""
        draft = self.store.open_draft(person)
        if draft is None or draft.plan_id is None or draft.plan_id in self.plans:
            return draft
        unbound = draft.but(plan_id=None, state=CHOOSING, editing=None, pending=None, pending_text="", reference=None)
        return unbound.but(offered=tuple(self.accepting()))

    def is_late(self, form: Form) -> bool:
        """Tell whether the plan's deadline has passed."""
        return form.deadline is not None and form.deadline.is_past(self.clock())

    def apply(
        self, before: Draft, step: Step, language: str, opening: tuple[Line, ...] = (), action: str | None = None
    ) -> Turn:
        """Store what a step did, then say `opening` and it; `action` names it in the audit, else its first event."""
        step = warn_of_duplicate(before, step, self.store, self.similarity)
        now, draft, keys = self.clock(), step.draft, [event.key for event in step.events]
        if "submit" in keys:
            return self._submit(before, draft, language)
        if draft.state == CANCELLED:
            self.store.drop_draft(before, now, "cancelled")
            return self.turn(draft, step.events, language)
        if "consented" in keys:
            self.store.consent(draft.person, NOTICE, now)
        if draft != before:
            replied = (draft.person, asked_of(self.form(before), before)) if before.is_open and before.plan_id else ()
            draft = self.store.save_draft(draft.but(replied=replied), now, action or keys[0])
        extra = self.mine(draft.person, language) if "mine" in keys else opening
        question = next((event.text for event in step.events if event.key == "question"), None)
        return self.turn(draft, step.events, language, extra, question)

    def _submit(self, before: Draft, draft: Draft, language: str) -> Turn:
        form, now = self.form(before), self.clock()
        late = self.is_late(form)
        answers = fitting_answers(form, before)
        asked = {each.name: each.label["vi"] for each in form.fields}
        complete = before.but(answers=answers)
        if before.reference is not None:
            return self._submit_edit(complete, asked, language)
        saved, models = self.store.submit(complete, form.year, asked, now, late=late)
        lines = self.speaker(draft, language).saved(saved.reference or "", late, models)
        envelope = Envelope(SAVED, reference=saved.reference, plan_id=form.plan_id)
        return Turn(lines, envelope, open=False, answers=answers, paper=self.paper(saved))

    def _submit_edit(self, draft: Draft, asked: Mapping[str, str], language: str) -> Turn:
        """Make the next version of a registration; where it can no longer be changed, say why and drop the draft."""
        reference, now = draft.reference or "", self.clock()
        values = (draft.person, draft.answers, asked, now, draft.edited_version)
        try:
            saved = self.store.edit_registration(reference, *values, draft=draft)
        except RegistrationProblem as problem:
            self.store.drop_draft(draft, now, "outdated")
            return self.problem(problem, reference, language)
        key = "edit_saved" if saved.version != draft.edited_version else "edit_unchanged"
        text = say(key, language, reference=reference, version=saved.version)
        envelope = Envelope(SAVED, reference=reference, plan_id=saved.plan_id)
        line = Line(text, (button("mine", language),))
        return Turn((line,), envelope, open=False, answers=draft.answers, paper=self.paper(saved))

    def problem(self, problem: RegistrationProblem, reference: str, language: str) -> Turn:
        """Say why a registration cannot be changed."""
        key = _PROBLEMS.get(type(problem), "registration_unknown")
        current = getattr(problem, "current", None)
        buttons = (button("mine", language), *self._change_button(current, language))
        envelope = Envelope(SAVED, reference=reference, plan_id=current.plan_id) if current else None
        return Turn((Line(say(key, language, reference=reference), buttons),), envelope, open=False)

    def _change_button(self, current: Registration | None, language: str) -> tuple[Choice, ...]:
        if current is None or current.reference is None or current.status not in (SUBMITTED, RETURNED):
            return ()
        return (button("change", language, reference=current.reference),)

    def paper(self, registration: Registration) -> tuple[str, bytes] | None:
        """Return the filled form as a file; None where it cannot be made, which costs nothing else."""
        plan = self.plans.get(registration.plan_id or "")
        if plan is None:
            return None
        try:
            return paper_for(registration, self.forms[plan.id], plan, self.clock())
        except Exception:
            logger.exception("no paper could be made of %s", registration.reference)
            return None

    def turn(
        self,
        draft: Draft,
        events: Sequence[Event],
        language: str,
        before: tuple[Line, ...] = (),
        question: str | None = None,
    ) -> Turn:
        """Return the turn that says `before` and then `events`."""
        speaker = self.speaker(draft, language)
        target = missing_after(self.form(draft), draft, self.store) if any(e.key == "review" for e in events) else None
        lines = (*before, *speaker.lines(events, target))
        asked = asked_of(self.form(draft), draft) if draft.is_open else None
        return Turn(lines, self.envelope(draft), draft.is_open, question, dict(draft.answers), asked=asked)

    def envelope(self, draft: Draft) -> Envelope:
        """Return where the draft stands."""
        field = next_field(self.form(draft), draft) if draft.state in (ASKING, PAUSED) else None
        return Envelope(draft.state, slot=field.name if field else None, plan_id=draft.plan_id)

    def mine(self, person: str, language: str) -> tuple[Line, ...]:
        """Return the person's registrations and drafts in words."""
        listed = self.store.registrations(person=person)
        if not listed:
            return (Line(say("mine_none", language), (button("register", language),)),)
        items = [self._item(number, each, language) for number, each in enumerate(listed, 1)]
        how = [say("mine_how", language)] if any(each.reference for each in listed) else []
        return (Line("\n".join([say("mine", language, items="\n".join(items)), *how])),)

    def _item(self, number: int, each: Registration, language: str) -> str:
        plan = self.plans.get(each.plan_id or "")
        values = {
            "number": number,
            "plan": plan.label if plan else each.plan_id,
            "model_name": each.answers.get("model_name") or say("mine_unnamed", language),
        }
        if each.edits is not None:
            return say("mine_edit", language, reference=each.edits, **values)
        if each.reference is None:
            total = len(self.forms[plan.id].fields) if plan else 0
            return say("mine_draft", language, done=len(each.answers), total=total, **values)
        status = say(f"status_{each.status}", language)
        return say("mine_submitted", language, reference=each.reference, status=status, **values)
