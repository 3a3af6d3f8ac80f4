"""The commands that steer a registration at any point: back, skip, save, cancel, why, edit ..."""

from collections.abc import Callable

from actions.registration.commands import Edit
from actions.registration.draft import ASKING, PAUSED, REVIEWING, Draft, next_field
from actions.registration.form import Field, Form
from actions.registration.steps import Event, Step, ask_again, take, then_ask


def steered(form: Form, draft: Draft, said: frozenset[str]) -> Step | None:
    """Return what the command among `said` does to a draft being filled or checked; None if there is none."""
    for command, act in _COMMANDS.items():
        if command in said and not (command == "save" and draft.state == REVIEWING and "submit" in said):
            return act(form, draft)
    return None


def edit(form: Form, draft: Draft, wish: Edit) -> Step:
    """Ask the field that a correction names, or take the value it brings."""
    if wish.field is None:
        step = ask_again(form, draft)
        again = () if draft.state == REVIEWING else step.events
        return Step(step.draft, (Event("no_such_field", text=wish.target), *again))
    moved = draft.but(state=ASKING, editing=wish.field, misses=0)
    if wish.value is None:
        return ask_again(form, moved)
    return take(form, moved, form.field(wish.field), wish.value)


def keep(form: Form, draft: Draft, field: Field) -> Step:
    """Leave a field under correction as it was."""
    return then_ask(form, draft.settled(field.name), Event("kept", field.name))


def _back(form: Form, draft: Draft) -> Step:
    field = next_field(form, draft)
    at = len(form.fields) if field is None else form.fields.index(field)
    if at == 0:
        return then_ask(form, draft, Event("no_previous"))
    return ask_again(form, draft.but(state=ASKING, editing=form.fields[at - 1].name, misses=0))


def _skip(form: Form, draft: Draft) -> Step:
    field = next_field(form, draft)
    if field is None:
        return Step(draft, (Event("review_unclear"),))
    if field.name in draft.answers and draft.editing == field.name:
        return keep(form, draft, field)
    if field.required:
        return then_ask(form, draft, Event("skip_refused", field.name))
    answers = {name: value for name, value in draft.answers.items() if name != field.name}
    skipped = draft.settled(field.name).but(answers=answers, skipped=(*draft.skipped, field.name))
    return then_ask(form, skipped, Event("skipped", field.name))


def _save(form: Form, draft: Draft) -> Step:
    return Step(draft.but(state=PAUSED), (Event("paused"),))


def cancel(form: Form, draft: Draft) -> Step:
    """Ask once whether the draft shall go."""
    return Step(draft.but(pending="cancel", pending_text=""), (Event("confirm_cancel"),))


def _edit_which(form: Form, draft: Draft) -> Step:
    return Step(draft, (Event("edit_which"),))


def _about(key: str) -> Callable[[Form, Draft], Step]:
    """Return an action that says something about the open question and asks it again."""

    def act(form: Form, draft: Draft) -> Step:
        field = next_field(form, draft)
        return then_ask(form, draft, Event(key, field.name if field else None))

    return act


_COMMANDS: dict[str, Callable[[Form, Draft], Step]] = {
    "cancel": cancel,
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
