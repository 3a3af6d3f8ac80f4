"""The state of one registration being filled: a value that survives JSON, a restart and a new form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from actions.registration.form import Field, Form
from actions.registration.values import Value, fits

CHOOSING, CONSENT, ASKING, REVIEWING, PAUSED = "choosing", "consent", "asking", "reviewing", "paused"
SAVED, CANCELLED, REFUSED = "saved", "cancelled", "refused"
ASKED_ONCE = ("withdraw", "erase")  # a draft that is nothing but this question of the assistant's
OPEN_STATES = (CHOOSING, CONSENT, ASKING, REVIEWING)


@dataclass(frozen=True)
class Draft:
    """What a person has said so far.

    `editing` is a field asked out of turn (a correction), `pending` an open question of the assistant's own
    (`cancel`, `which`, `year`, `duplicate`, and those of `ASKED_ONCE`) about `pending_text`, which before the consent
    and the choice of a plan holds the words that began the registration. `misses` counts wrong values of the open
    field in a row, `offered` holds the plans to choose from, `compared` what was last compared with other
    registrations, `version` is that of the stored row, 0 before the first saving. A draft with a `reference` is about a
    registration submitted before, at its version `edited_version`; `comments` is what the office wants changed in it,
    by field, until that field is answered anew. `replied` says who was asked what when the last message came.
    """

    id: str
    person: str
    plan_id: str | None = None
    state: str = ASKING
    answers: Mapping[str, Value] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    editing: str | None = None
    pending: str | None = None
    pending_text: str = ""
    misses: int = 0
    offered: tuple[str, ...] = ()
    compared: str = ""
    reference: str | None = None
    edited_version: int = 0
    comments: Mapping[str, str] = field(default_factory=dict)
    replied: tuple[str, ...] = ()
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the next message of the person belongs to this registration."""
        return self.state in OPEN_STATES

    def but(self, **changes: Any) -> "Draft":
        """Return a copy with `changes`."""
        return replace(self, **changes)

    def settled(self, name: str) -> "Draft":
        """Return a copy in which the field is asked no more: neither corrected nor commented on."""
        comments = {key: comment for key, comment in self.comments.items() if key != name}
        return replace(self, editing=None, misses=0, comments=comments)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data fit for JSON."""
        return {**asdict(self), "answers": dict(self.answers), "comments": dict(self.comments)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Draft":
        """Return the draft that `to_dict` gave, also after a pass through JSON; unknown keys are ignored."""
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        for key in ("skipped", "offered", "replied"):
            known[key] = tuple(known.get(key, ()))
        return cls(**known)


def next_field(form: Form, draft: Draft) -> Field | None:
    """Return the field to ask: the one being corrected, else the first not settled, else None."""
    if draft.editing is not None:
        return form.field(draft.editing)
    return next((f for f in form.fields if not is_settled(f, draft)), None)


def is_settled(field: Field, draft: Draft) -> bool:
    """Tell whether `field` needs no question: a fitting answer, or skipped where that is allowed; no comment on it."""
    if field.name in draft.comments:
        return False
    if field.name in draft.answers:
        return fits(field, draft.answers[field.name], draft.answers)
    return field.name in draft.skipped and not field.required


def fitting_answers(form: Form, draft: Draft) -> dict[str, Value]:
    """Return the answers that fit the form, in its order; those that no longer do are left out."""
    return {
        f.name: draft.answers[f.name]
        for f in form.fields
        if f.name in draft.answers and fits(f, draft.answers[f.name], draft.answers)
    }
