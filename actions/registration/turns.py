"""What every part of the desk needs: the forms, the way from a step to the store and then to words."""

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
from actions.registration.records import Registration
from actions.registration.rendering import Speaker
from actions.registration.steps import Event, Step
from actions.registration.store import Store
from actions.registration.values import Value
from actions.registration.wording import Line, button, say
from knowledge.corpus import Plan

NOTICE = "1"  # raise it when the notice on personal data says something new: people are then asked again


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
    it asks about a plan: the caller answers it and then calls `ask_again`. `answers` are those given so far.
    """

    lines: tuple[Line, ...]
    form: Envelope
    open: bool
    question: str | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)


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
        unbound = draft.but(plan_id=None, state=CHOOSING, editing=None, pending=None, pending_text="")
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
            draft = self.store.save_draft(draft, now, action or keys[0])
        extra = self.mine(draft.person, language) if "mine" in keys else opening
        question = next((event.text for event in step.events if event.key == "question"), None)
        return self.turn(draft, step.events, language, extra, question)

    def _submit(self, before: Draft, draft: Draft, language: str) -> Turn:
        form, now = self.form(before), self.clock()
        late = self.is_late(form)
        answers = fitting_answers(form, before)
        asked = {each.name: each.label["vi"] for each in form.fields}
        complete = before.but(answers=answers)
        saved, models = self.store.submit(complete, form.year, asked, now, late=late)
        lines = self.speaker(draft, language).saved(saved.reference or "", late, models)
        envelope = Envelope(SAVED, reference=saved.reference, plan_id=form.plan_id)
        return Turn(lines, envelope, open=False, answers=answers)

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
        return Turn(lines, self.envelope(draft), draft.is_open, question, dict(draft.answers))

    def envelope(self, draft: Draft) -> Envelope:
        """Return where the draft stands."""
        field = next_field(self.form(draft), draft) if draft.state in (ASKING, PAUSED) else None
        return Envelope(draft.state, slot=field.name if field else None, plan_id=draft.plan_id)

    def mine(self, person: str, language: str) -> tuple[Line, ...]:
        """Return the person's registrations and drafts in words."""
        items = [self._item(each, language) for each in self.store.registrations(person=person)]
        if not items:
            return (Line(say("mine_none", language), (button("register", language),)),)
        return (Line(say("mine", language, items="\n".join(items))),)

    def _item(self, each: Registration, language: str) -> str:
        plan = self.plans.get(each.plan_id or "")
        values = {
            "plan": plan.label if plan else each.plan_id,
            "model_name": each.answers.get("model_name") or say("mine_unnamed", language),
        }
        if each.reference is None:
            total = len(self.forms[plan.id].fields) if plan else 0
            return say("mine_draft", language, done=len(each.answers), total=total, **values)
        status = say(f"status_{each.status}", language)
        return say("mine_submitted", language, reference=each.reference, status=status, **values)
