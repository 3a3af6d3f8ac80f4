"""The way through a registration, as a pure function: a draft and a message in, a new draft and events out.

For each message, in this order: an open question of the assistant's own, a command, an answer to the open
field, a question about a plan. Nothing here is stored or said: the desk does both, in that order.

    consent ──confirm──▶ asking ──last answer──▶ reviewing ──confirm──▶ saved
       │                  │  ▲                    │   │
       └─decline          │  └──── correction ────┘   └─save─▶ paused ──resume──▶ asking
            ▼             └─cancel, confirm─▶ cancelled
        cancelled
"""

from actions.registration.commands import Edit, commands_in, edit_in, field_named, question_grade, slips_in
from actions.registration.draft import ASKING, CANCELLED, CONSENT, PAUSED, REVIEWING, SAVED, Draft
from actions.registration.form import Field, Form
from actions.registration.prefill import prefill_in_passing
from actions.registration.steering import cancel, edit, keep, steered
from actions.registration.steps import EVENTS, Event, Step, ask_again, open_field, take, take_given, then_ask, wrong
from actions.registration.vague_periods import possible_periods
from actions.registration.values import Value, read_value

__all__ = ["EVENTS", "Event", "Step", "advance", "ask_again"]

LONG_ENOUGH_TO_ASK = 4  # syllables; a shorter message that fits nothing is a wrong value, not a question
FIRST_FIELDS = 2  # while one of these is open, a message may give several fields at once


def advance(form: Form, draft: Draft, message: str, *, meant_as_question: bool = False) -> Step:
    """Return what `message` does to `draft`.

    `meant_as_question` is a hint from outside that the message asks about a plan; it decides only where the
    message is no command and no answer to a closed field. The draft's state is consent, asking, reviewing or
    paused.
    """
    said = commands_in(message)
    if draft.state == PAUSED:
        return then_ask(form, draft.but(state=ASKING, misses=0), Event("resumed"))
    if draft.state == CONSENT:
        return _at_consent(form, draft, message, said)
    if draft.pending is not None:
        settled = _settle(form, draft, said)
        if settled is not None:
            return settled
        draft = draft.but(pending=None, pending_text="")
    step = steered(form, draft, said)
    if step is not None:
        return step
    if draft.state == REVIEWING:
        return _at_review(form, draft, message, said, meant_as_question)
    return _at_field(form, draft, message, said, meant_as_question)


def _at_consent(form: Form, draft: Draft, message: str, said: frozenset[str]) -> Step:
    if "confirm" in said:
        return take_given(form, draft.but(state=ASKING), draft.pending_text, Event("consented"))
    if said & {"decline", "cancel"}:
        return Step(draft.but(state=CANCELLED), (Event("consent_refused"),))
    if "mine" in said:
        return Step(draft, (Event("mine"), Event("consent_short")))
    if not said and (question_grade(message) == "sure" or message.rstrip().endswith("?")):
        return Step(draft, (Event("question", text=message),))
    if said & {"help", "why", "resume", "register", "courtesy"}:
        return Step(draft, (Event("consent"),))
    return Step(draft, (Event("consent_unclear"),))


def _settle(form: Form, draft: Draft, said: frozenset[str]) -> Step | None:
    """Answer the assistant's own open question; None if the message does not."""
    text, calm = draft.pending_text, draft.but(pending=None, pending_text="")
    yes = bool(said & {"confirm"})
    match draft.pending:
        case "cancel":
            if yes or "cancel" in said:
                return Step(calm.but(state=CANCELLED), (Event("cancelled"),))
            if said & {"decline", "resume"}:
                return then_ask(form, calm, Event("not_cancelled"))
        case "which":
            if yes or "as_answer" in said:
                return take(form, calm, open_field(form, calm), text)
            if "as_question" in said:
                return Step(calm, (Event("question", text=text),))
        case "year":
            if yes:
                return take(form, calm, open_field(form, calm), text, any_year=True)
            if "decline" in said:
                return then_ask(form, calm)
        case "duplicate":
            if yes or said & {"go_on", "resume", "register"}:
                return ask_again(form, calm)
            if said & {"cancel", "decline"}:
                return cancel(form, calm)
            if "rename" in said:
                return ask_again(form, calm.but(state=ASKING, editing="model_name", misses=0))
    return None


def _at_field(form: Form, draft: Draft, message: str, said: frozenset[str], hint: bool) -> Step:
    field = open_field(form, draft)
    if said & {"confirm", "submit", "decline", "as_answer", "as_question"}:
        if field.name in draft.answers and field.name not in draft.comments and "decline" not in said:
            return keep(form, draft, field)
        return then_ask(form, draft, Event("not_an_answer"))
    wish = edit_in(message, form)
    if wish is not None and (wish.field or wish.target.isdecimal() or field.kind != "text"):
        return edit(form, draft, wish)
    if draft.editing is None and form.fields.index(field) < FIRST_FIELDS and prefill_in_passing(message, form):
        return take_given(form, draft, message)
    value, error = read_value(field, message, draft.answers, form.year)
    aside = _aside(form, draft, field, message, (value, error), hint)
    if aside is not None:
        return aside
    if value is None:
        return wrong(form, draft, field, error or "text_empty", message)
    return take(form, draft, field, message)


def _aside(
    form: Form, draft: Draft, field: Field, message: str, read: tuple[Value | None, str | None], hint: bool
) -> Step | None:
    """Return the step of a message that is no answer: a mistyped command, a question, or perhaps one; else None."""
    value, error = read
    if value is None or field.kind == "text":
        step = steered(form, draft, slips_in(message, free_text=field.kind == "text"))
        if step is not None:
            return step
    grade = question_grade(message)
    if field.kind != "text":
        hint = hint and not (field.kind == "period" and possible_periods(message, form.year))
        asks = value is None and (grade != "no" or (hint and len(message.split()) >= LONG_ENOUGH_TO_ASK))
        return Step(draft, (Event("question", field.name, message),)) if asks else None
    if grade == "sure" and error != "text_too_long":
        return Step(draft, (Event("question", field.name, message),))
    if grade == "maybe" and error is None:
        pending = draft.but(pending="which", pending_text=message)
        return Step(pending, (Event("which", field.name, str(value)),))
    return None


def _at_review(form: Form, draft: Draft, message: str, said: frozenset[str], hint: bool) -> Step:
    if said & {"confirm", "submit"}:
        return Step(draft.but(state=SAVED), (Event("submit"),))
    if "decline" in said:
        return Step(draft, (Event("edit_which"),))
    wish = edit_in(message, form)
    named = field_named(message.strip(" ."), form)
    if wish is None and (named or message.strip(" .").isdecimal()):
        wish = Edit(message.strip(" ."), named)
    if wish is not None:
        return edit(form, draft, wish)
    step = steered(form, draft, slips_in(message, free_text=False))
    if step is not None:
        return step
    if question_grade(message) != "no" or (hint and len(message.split()) >= LONG_ENOUGH_TO_ASK):
        return Step(draft, (Event("question", text=message),))
    return Step(draft, (Event("review_unclear"),))
