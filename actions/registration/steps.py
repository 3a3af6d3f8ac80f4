"""What one message does to a registration: the events, and the few moves that every part of the journey makes."""

from dataclasses import dataclass

from actions.registration.draft import ASKING, CONSENT, REVIEWING, Draft, fitting_answers, next_field
from actions.registration.form import Field, Form
from actions.registration.prefill import Given, prefill
from actions.registration.vague_periods import possible_periods
from actions.registration.values import Value, fits, read_value

MISSES_BEFORE_AN_EXAMPLE = 2
MISSES_BEFORE_A_WAY_OUT = 3


@dataclass(frozen=True)
class Event:
    """Something that happened: `key` is one of `EVENTS`.

    `text` holds an error key or the person's words, `names` the fields meant where there are several, `offers` the
    values to choose from where the one given was unclear.
    """

    key: str
    field: str | None = None
    text: str = ""
    value: Value | None = None
    names: tuple[str, ...] = ()
    offers: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Step:
    """The outcome of one message."""

    draft: Draft
    events: tuple[Event, ...]


EVENTS = (
    "consent", "consent_short", "consent_unclear", "consented", "consent_refused",
    "ask", "noted", "given", "wrong", "example", "way_out", "way_out_skip", "dropped", "kept", "skipped",
    "skip_refused", "not_an_answer", "no_previous", "which", "other_year", "question", "why", "help", "courtesy",
    "mine", "already_registering", "review", "review_unclear", "edit_which", "no_such_field", "submit",
    "confirm_cancel", "not_cancelled", "cancelled", "paused", "resumed", "duplicate", "duplicate_own",
)  # fmt: skip


def ask_again(form: Form, draft: Draft) -> Step:
    """Return the open question once more: the notice, the field, or the card."""
    if draft.state == CONSENT:
        return Step(draft, (Event("consent"),))
    field = next_field(form, draft)
    if field is None:
        return Step(draft.but(state=REVIEWING, answers=fitting_answers(form, draft)), (Event("review"),))
    return Step(draft.but(state=ASKING), (Event("ask", field.name),))


def then_ask(form: Form, draft: Draft, *events: Event) -> Step:
    """Return `events` and then the open question."""
    step = ask_again(form, draft)
    return Step(step.draft, (*events, *step.events))


def open_field(form: Form, draft: Draft) -> Field:
    """Return the field that is asked; a draft in state asking has one."""
    field = next_field(form, draft)
    assert field is not None, "a draft in state asking has an open field"
    return field


def take(form: Form, draft: Draft, field: Field, message: str, *, any_year: bool = False) -> Step:
    """Take `message` as the answer to `field`, then ask on; what is wrong is asked again.

    A period outside the plan's year is questioned first, unless `any_year`.
    """
    value, error = read_value(field, message, draft.answers, form.year)
    if value is None:
        return wrong(form, draft, field, error or "text_empty", message)
    if field.kind == "period" and not any_year and not str(value).startswith(str(form.year)):
        pending = draft.but(pending="year", pending_text=message)
        return Step(pending, (Event("other_year", field.name, value=value),))
    before = fitting_answers(form, draft)
    taken = draft.settled(field.name).but(
        state=ASKING,
        answers={**draft.answers, field.name: value},
        skipped=tuple(name for name in draft.skipped if name != field.name),
    )
    left = fitting_answers(form, taken)
    dropped = [Event("dropped", name) for name in before if name not in left]
    return then_ask(form, taken.but(answers=left), Event("noted", field.name, value=value), *dropped)


def wrong(form: Form, draft: Draft, field: Field, error: str, message: str) -> Step:
    """Say what is wrong and ask again: with an example after some misses, then with ways out."""
    offers = tuple(
        code for code in possible_periods(message, form.year) if fits(field, code, draft.answers)
    ) if field.kind == "period" and error in ("period_unclear", "period_several") else ()  # fmt: skip
    misses = draft.misses + (0 if offers else 1)
    events = [Event("wrong", field.name, "period_vague" if offers else error, offers=offers)]
    if misses >= MISSES_BEFORE_AN_EXAMPLE and field.kind == "choice":  # the others are asked with an example
        events.append(Event("example", field.name))
    if misses >= MISSES_BEFORE_A_WAY_OUT:
        events.append(Event("way_out" if field.required else "way_out_skip", field.name))
    step = then_ask(form, draft.but(misses=misses), *events)
    return Step(step.draft, tuple(events)) if offers else step


def take_given(form: Form, draft: Draft, text: str, *events: Event) -> Step:
    """Take from `text`, a sentence of the person's own, what it surely says of the fields not answered; then ask on."""
    given: Given = {name: value for name, value in prefill(text, form).items() if name not in draft.answers}
    filled = draft.but(answers={**draft.answers, **given}, pending_text="", misses=0)
    left = draft.but(answers=fitting_answers(form, filled), pending_text="", misses=0)
    names = tuple(name for name in given if name in left.answers)
    step = ask_again(form, left)
    told = (Event("given", names=names),) if names and step.draft.state == ASKING else ()
    return Step(step.draft, (*events, *told, *step.events))
