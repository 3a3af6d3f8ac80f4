"""The beginning of a registration: under which plan, whether that takes any, what is said first."""

import uuid
from collections.abc import Mapping, Sequence

from actions.registration import journey
from actions.registration.commands import commands_in, contains, question_grade, words
from actions.registration.draft import ASKING, CANCELLED, CHOOSING, CONSENT, REFUSED, Draft, fitting_answers
from actions.registration.form import Form
from actions.registration.plan_choice import plans_named
from actions.registration.prefill import prefill
from actions.registration.rendering import quote_of
from actions.registration.retention import forget
from actions.registration.steps import Event, Step, take_given
from actions.registration.turns import NOTICE, Envelope, Office, Turn
from actions.registration.values import Value
from actions.registration.wording import Choice, Line, button, say
from knowledge.places import place

_CARRIED = ("unit_name", "unit_type")


class Reception:
    """Starts registrations, and moves one to another plan."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def start(self, person: str, plan_id: str | None, message: str, language: str) -> Turn:
        """Begin, go on with the open draft, take up the paused one, or ask which plan."""
        office = self._office
        forget(office.store, office.forms.values(), office.clock(), office.retention_days)
        named = plans_named(message, office.plans)
        draft = office.open_draft(person)
        if draft is not None and draft.state != CHOOSING:
            if len(named) == 1 and named[0] != draft.plan_id:
                return self.change_plan(draft, named, language)
            already = () if draft.state == CONSENT else (Event("already_registering"),)
            step = journey.ask_again(office.form(draft), draft)
            return office.turn(step.draft, (*already, *step.events), language)
        last = office.store.last_registration(person) if _wants_more(message) else None
        carried = {name: last.answers[name] for name in _CARRIED if name in last.answers} if last else {}
        chosen = plan_id or (last.plan_id if last else None)
        wanted = named or ([chosen] if chosen else self._usual(person))
        known = [each for each in wanted if each in office.plans]
        draft = draft or Draft(id=str(uuid.uuid4()), person=person)
        draft = draft.but(pending_text=f"{draft.pending_text}\n{message}".strip())
        if len(known) != 1:
            return self._offer(draft, known, language, unknown=bool(wanted) and not known)
        return self._begin(draft, known[0], language, carried, by_default=not named and not chosen)

    def choose(self, draft: Draft, message: str, language: str) -> Turn:
        """Take the answer to "which plan?"."""
        office, said = self._office, commands_in(message)
        if said & {"cancel", "decline"}:
            office.store.drop_draft(draft, office.clock(), "cancelled")
            line = Line(say("cancelled", language), (button("register", language),))
            return Turn((line,), Envelope(CANCELLED), open=False)
        named = plans_named(message, office.plans, draft.offered)
        if len(named) == 1:
            return self._begin(draft, named[0], language, {}, by_default=False)
        if named:
            return self._offer(draft, named, language)
        if not said and question_grade(message) == "sure":
            return Turn((), Envelope(ASKING), open=True, question=message)
        return self.choices(draft, language, unknown=not said)

    def choices(self, draft: Draft, language: str, *, unknown: bool = False) -> Turn:
        """Ask which plan, once more; `unknown` says that the one named is not there."""
        labels = [self._office.plans[each].label for each in draft.offered if each in self._office.plans]
        listed = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
        text = say("plan_unknown" if unknown else "plan_which", language, plans=listed)
        return Turn((Line(text, _plan_buttons(labels, language)),), Envelope(ASKING), open=True)

    def change_plan(self, draft: Draft, plan_ids: Sequence[str], language: str) -> Turn:
        """Move a draft to another plan; an unclear, unknown or refusing plan changes nothing."""
        office = self._office
        again = journey.ask_again(office.form(draft), draft).events
        if len(plan_ids) != 1:
            labels = "\n".join(f"- {office.plans[each].label}" for each in plan_ids or office.accepting())
            which = Line(say("plan_which" if plan_ids else "plan_unknown", language, plans=labels))
            return office.turn(draft, again, language, (which,))
        plan, form = office.plans[plan_ids[0]], office.forms[plan_ids[0]]
        if draft.reference is not None and plan.id != draft.plan_id:
            fixed = Line(say("edit_plan_fixed", language, reference=draft.reference))
            return office.turn(draft, again, language, (fixed,))
        if not form.accepts:
            return office.turn(draft, again, language, (Line(say("refused_keep", language, plan=plan.label)),))
        if plan.id == draft.plan_id:
            return office.turn(draft, again, language)
        moved = draft.but(plan_id=plan.id, editing=None, pending=None, misses=0)
        step = journey.ask_again(form, moved.but(answers=fitting_answers(form, moved)))
        office.store.remember_plan(draft.person, plan.id, office.clock())
        saved = office.store.save_draft(step.draft, office.clock(), "plan_changed")
        opening = office.speaker(saved, language).opening(office.is_late(form), None, {})
        return office.turn(saved, step.events, language, (Line(say("plan_changed", language)), *opening))

    def _usual(self, person: str) -> list[str]:
        """Return the plan to take where none is named: the person's last, else the one that asks openly."""
        last = self._office.store.last_plan(person)
        if last in self._office.accepting():
            return [str(last)]
        openly = [form.plan_id for form in self._office.forms.values() if form.accepts and form.openly]
        return openly if len(openly) == 1 else []

    def _offer(self, draft: Draft, plan_ids: Sequence[str], language: str, *, unknown: bool = False) -> Turn:
        offered = tuple(plan_ids or self._office.accepting())
        asking = draft.but(state=CHOOSING, offered=offered)
        saved = self._office.store.save_draft(asking, self._office.clock(), "choosing")
        return self.choices(saved, language, unknown=unknown)

    def _begin(
        self, draft: Draft, plan_id: str, language: str, carried: Mapping[str, Value], *, by_default: bool
    ) -> Turn:
        """Begin under a plan; what the first message says of the registration is taken, after the consent."""
        office, form, now = self._office, self._office.forms[plan_id], self._office.clock()
        given = prefill(draft.pending_text, form) if form.accepts else {}
        paused = None if carried else office.store.paused_draft(draft.person, plan_id)
        if paused is not None and any(paused.answers.get(name, value) != value for name, value in given.items()):
            paused = None  # another registration is meant; the draft stays where it is
        if paused is not None and paused.reference is not None:
            paused = None  # it corrects what is submitted; a new one was asked for
        if (paused or not form.accepts) and draft.version:
            office.store.drop_draft(draft, now, "plan_chosen")
        if not form.accepts:
            return self._refused(plan_id, language)
        if paused is not None:
            return office.apply(paused, self._taken_up(paused, form, draft.pending_text), language)
        consented = office.store.has_consented(draft.person, NOTICE)
        begun = draft.but(plan_id=plan_id, state=ASKING if consented else CONSENT, offered=())
        begun = begun.but(answers={**draft.answers, **carried}, pending_text=draft.pending_text if given else "")
        begun = begun.but(answers=fitting_answers(form, begun))
        step = take_given(form, begun, begun.pending_text) if consented else journey.ask_again(form, begun)
        office.store.remember_plan(draft.person, plan_id, now)
        others = [each for each in office.accepting() if each != plan_id]
        other = office.plans[others[-1]].label if by_default and others else None
        opening = office.speaker(begun, language).opening(office.is_late(form), other, carried)
        return office.apply(draft, step, language, opening, "started")

    def _taken_up(self, paused: Draft, form: Form, said: str) -> Step:
        resumed = journey.advance(form, paused, "")
        if not prefill(said, form):
            return resumed
        step = take_given(form, resumed.draft, said)
        return Step(step.draft, (resumed.events[0], *step.events))

    def _refused(self, plan_id: str, language: str) -> Turn:
        others = [self._office.plans[each].label for each in self._office.accepting()]
        plan, nearest = self._office.plans[plan_id], self._office.forms[plan_id].nearest
        text = say("refused", language, plan=plan.label)
        quote = quote_of(plan, nearest) if nearest else ""
        if nearest and quote:
            text += "\n" + say("refused_nearest", language, path=place(nearest, language), quote=quote)
        line = Line(text, _plan_buttons(others, language))
        return Turn((line,), Envelope(REFUSED, plan_id=plan_id), open=False)


def _wants_more(message: str) -> bool:
    """Tell whether a message that starts a registration asks for one more."""
    more = words()["commands"]["more"]
    return "more" in commands_in(message) or any(contains(message, phrase) for phrase in more[:3])


def _plan_buttons(labels: Sequence[str], language: str) -> tuple[Choice, ...]:
    return tuple(button("register_under", language, plan=label) for label in labels)
