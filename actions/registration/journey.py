"""The way through a registration, as a pure function: a draft and a message in, a new draft and events out.

For each message, in this order: an open question of the assistant's own, a command, an answer to the open
field, a question about a plan. Nothing here is stored or said: the desk does both, in that order.

    consent ──confirm──▶ asking ──last answer──▶ reviewing ──confirm──▶ saved
       │                  │  ▲                    │   │
       └─decline          │  └──── correction ────┘   └─save─▶ paused ──resume──▶ asking
            ▼             └─cancel, confirm─▶ cancelled
        cancelled
"""

from collections.abc import Callable
from dataclasses import dataclass

from actions.registration.commands import Edit, commands_in, edit_in, field_named, question_grade
from actions.registration.draft import (
    ASKING,
    CANCELLED,
    CONSENT,
    PAUSED,
    REVIEWING,
    SAVED,
    Draft,
    fitting_answers,
    next_field,
)
from actions.registration.form import Field, Form
from actions.registration.values import Value, read_value

MISSES_BEFORE_A_WAY_OUT = 3
LONG_ENOUGH_TO_ASK = 4  # syllables; a shorter message that fits nothing is a wrong value, not a question


@dataclass(frozen=True)
class Event:
    """Something that happened: `key` is one of `EVENTS`; `text` holds an error key or the person's words."""

    key: str
    field: str | None = None
    text: str = ""
    value: Value | None = None


@dataclass(frozen=True)
class Step:
    """The outcome of one message."""

    draft: Draft
    events: tuple[Event, ...]


EVENTS = (
    "consent", "consent_unclear", "consented", "consent_refused",
    "ask", "noted", "wrong", "way_out", "dropped", "kept", "skipped", "skip_refused", "not_an_answer",
    "no_previous", "which", "other_year", "question", "why", "help", "courtesy", "mine",
    "already_registering", "review", "review_unclear", "edit_which", "no_such_field", "submit",
    "confirm_cancel", "not_cancelled", "cancelled", "paused", "resumed",
)  # fmt: skip


def advance(form: Form, draft: Draft, message: str, *, meant_as_question: bool = False) -> Step:
    """Return what `message` does to `draft`.

    `meant_as_question` is a hint from outside that the message asks about a plan; it decides only where the
    message is no command and no answer to a closed field. The draft's state is consent, asking, reviewing or
    paused.
    """
    said = commands_in(message)
    if draft.state == PAUSED:
        return _resume(form, draft)
    if draft.state == CONSENT:
        return _at_consent(form, draft, message, said)
    if draft.pending is not None:
        settled = _settle(form, draft, said)
        if settled is not None:
            return settled
        draft = draft.but(pending=None, pending_text="")
    for command, act in _COMMANDS.items():
        if command in said and not (command == "save" and draft.state == REVIEWING and "submit" in said):
            return act(form, draft)
    if draft.state == REVIEWING:
        return _at_review(form, draft, message, said, meant_as_question)
    return _at_field(form, draft, message, said, meant_as_question)


def ask_again(form: Form, draft: Draft) -> Step:
    """Return the open question once more: the notice, the field, or the card."""
    if draft.state == CONSENT:
        return Step(draft, (Event("consent"),))
    field = next_field(form, draft)
    if field is None:
        return Step(draft.but(state=REVIEWING, answers=fitting_answers(form, draft)), (Event("review"),))
    return Step(draft.but(state=ASKING), (Event("ask", field.name),))


def _then_ask(form: Form, draft: Draft, *events: Event) -> Step:
    step = ask_again(form, draft)
    return Step(step.draft, (*events, *step.events))


def _at_consent(form: Form, draft: Draft, message: str, said: frozenset[str]) -> Step:
    if "confirm" in said:
        return _then_ask(form, draft.but(state=ASKING), Event("consented"))
    if said & {"decline", "cancel"}:
        return Step(draft.but(state=CANCELLED), (Event("consent_refused"),))
    if not said and question_grade(message) == "sure":
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
                return _then_ask(form, calm, Event("not_cancelled"))
        case "which":
            if yes or "as_answer" in said:
                return _accept(form, calm, _open_field(form, calm), text)
            if "as_question" in said:
                return Step(calm, (Event("question", text=text),))
        case "year":
            if yes:
                return _accept(form, calm, _open_field(form, calm), text)
            if "decline" in said:
                return _then_ask(form, calm)
    return None


def _open_field(form: Form, draft: Draft) -> Field:
    field = next_field(form, draft)
    assert field is not None, "a draft in state asking has an open field"
    return field


def _at_field(form: Form, draft: Draft, message: str, said: frozenset[str], hint: bool) -> Step:
    field = _open_field(form, draft)
    if said & {"confirm", "submit", "decline", "as_answer", "as_question"}:
        if field.name in draft.answers and "decline" not in said:
            return _keep(form, draft, field)
        return _then_ask(form, draft, Event("not_an_answer"))
    edit = edit_in(message, form)
    if edit is not None and (edit.field or edit.target.isdecimal() or field.kind != "text"):
        return _edit(form, draft, edit)
    grade = question_grade(message)
    value, error = read_value(field, message, draft.answers, form.year)
    if field.kind == "text":
        if grade == "sure" and error != "text_too_long":
            return Step(draft, (Event("question", field.name, message),))
        if grade == "maybe" and error is None:
            pending = draft.but(pending="which", pending_text=message)
            return Step(pending, (Event("which", field.name, str(value)),))
    elif value is None and (grade != "no" or (hint and len(message.split()) >= LONG_ENOUGH_TO_ASK)):
        return Step(draft, (Event("question", field.name, message),))
    if value is None:
        return _wrong(form, draft, field, error or "text_empty")
    if field.kind == "period" and not str(value).startswith(str(form.year)):
        pending = draft.but(pending="year", pending_text=message)
        return Step(pending, (Event("other_year", field.name, value=value),))
    return _accept(form, draft, field, message)


def _accept(form: Form, draft: Draft, field: Field, message: str) -> Step:
    """Take `message` as the answer to `field`, then ask on."""
    value, error = read_value(field, message, draft.answers, form.year)
    if value is None:
        return _wrong(form, draft, field, error or "text_empty")
    before = fitting_answers(form, draft)
    taken = draft.but(
        state=ASKING,
        answers={**draft.answers, field.name: value},
        skipped=tuple(name for name in draft.skipped if name != field.name),
        editing=None,
        misses=0,
    )
    left = fitting_answers(form, taken)
    dropped = [Event("dropped", name) for name in before if name not in left]
    return _then_ask(form, taken.but(answers=left), Event("noted", field.name, value=value), *dropped)


def _wrong(form: Form, draft: Draft, field: Field, error: str) -> Step:
    misses = draft.misses + 1
    events = [Event("wrong", field.name, error)]
    if misses >= MISSES_BEFORE_A_WAY_OUT:
        events.append(Event("way_out", field.name))
    return _then_ask(form, draft.but(misses=misses), *events)


def _at_review(form: Form, draft: Draft, message: str, said: frozenset[str], hint: bool) -> Step:
    if said & {"confirm", "submit"}:
        return Step(draft.but(state=SAVED), (Event("submit"),))
    if "decline" in said:
        return Step(draft, (Event("edit_which"),))
    edit = edit_in(message, form)
    named = field_named(message.strip(" ."), form)
    if edit is None and (named or message.strip(" .").isdecimal()):
        edit = Edit(message.strip(" ."), named)
    if edit is not None:
        return _edit(form, draft, edit)
    if question_grade(message) != "no" or (hint and len(message.split()) >= LONG_ENOUGH_TO_ASK):
        return Step(draft, (Event("question", text=message),))
    return Step(draft, (Event("review_unclear"),))


def _edit(form: Form, draft: Draft, edit: Edit) -> Step:
    if edit.field is None:
        step = ask_again(form, draft)
        again = () if draft.state == REVIEWING else step.events
        return Step(step.draft, (Event("no_such_field", text=edit.target), *again))
    moved = draft.but(state=ASKING, editing=edit.field, misses=0)
    if edit.value is None:
        return ask_again(form, moved)
    return _accept(form, moved, form.field(edit.field), edit.value)


def _keep(form: Form, draft: Draft, field: Field) -> Step:
    return _then_ask(form, draft.but(editing=None, misses=0), Event("kept", field.name))


def _back(form: Form, draft: Draft) -> Step:
    field = next_field(form, draft)
    at = len(form.fields) if field is None else form.fields.index(field)
    if at == 0:
        return _then_ask(form, draft, Event("no_previous"))
    return ask_again(form, draft.but(state=ASKING, editing=form.fields[at - 1].name, misses=0))


def _skip(form: Form, draft: Draft) -> Step:
    field = next_field(form, draft)
    if field is None:
        return Step(draft, (Event("review_unclear"),))
    if field.name in draft.answers and draft.editing == field.name:
        return _keep(form, draft, field)
    if field.required:
        return _then_ask(form, draft, Event("skip_refused", field.name))
    skipped = draft.but(skipped=(*draft.skipped, field.name), editing=None, misses=0)
    return _then_ask(form, skipped, Event("skipped", field.name))


def _save(form: Form, draft: Draft) -> Step:
    return Step(draft.but(state=PAUSED), (Event("paused"),))


def _resume(form: Form, draft: Draft) -> Step:
    return _then_ask(form, draft.but(state=ASKING, misses=0), Event("resumed"))


def _cancel(form: Form, draft: Draft) -> Step:
    return Step(draft.but(pending="cancel"), (Event("confirm_cancel"),))


def _edit_which(form: Form, draft: Draft) -> Step:
    return Step(draft, (Event("edit_which"),))


def _about(key: str) -> Callable[[Form, Draft], Step]:
    """Return an action that says something about the open question and asks it again."""

    def act(form: Form, draft: Draft) -> Step:
        field = next_field(form, draft)
        return _then_ask(form, draft, Event(key, field.name if field else None))

    return act


_COMMANDS: dict[str, Callable[[Form, Draft], Step]] = {
    "cancel": _cancel,
    "back": _back,
    "skip": _skip,
    "save": _save,
    "resume": ask_again,
    "why": _about("why"),
    "help": _about("help"),
    "edit": _edit_which,
    "more": _about("already_registering"),
    "register": _about("already_registering"),
    "mine": _about("mine"),
    "courtesy": _about("courtesy"),
}
