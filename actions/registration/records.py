"""Registrations as they leave the store: plain values, without a database behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.registration.commands import plain
from actions.registration.form import VIETNAM
from actions.registration.tables import Answered, DraftRow, RegistrationRow, VersionRow
from actions.registration.values import Value

FIELDS = (
    "unit_name", "unit_type", "registration_type", "field", "model_name", "quantity", "start_period",
    "location", "scale", "completion_period",
)  # fmt: skip
GENERAL = "general"


@dataclass(frozen=True)
class Registration:
    """A submitted registration, or a draft seen as one (`reference` and `submitted_at` then None).

    `comments` is what the office says to it by field, where it is returned; the key `GENERAL` is to no field.
    `edits` is the reference of the registration that a draft corrects, if it does.
    """

    reference: str | None
    status: str
    person: str
    plan_id: str | None
    version: int
    answers: Mapping[str, Value]
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    late: bool = False
    comments: Mapping[str, str] = field(default_factory=dict)
    edits: str | None = None


@dataclass(frozen=True)
class Version:
    """A registration as `by`, its registrant or a member of the staff, left it at `at`; `form` is what was asked."""

    version: int
    status: str
    by: str
    at: datetime
    answers: Mapping[str, Value]
    form: Mapping[str, Any]
    comments: Mapping[str, str]
    late: bool


def unit_key(unit_name: str) -> str:
    """Return the form of a unit's name by which its registrations are counted: no marks, no capitals."""
    return plain(unit_name)


def registration_of(row: RegistrationRow) -> Registration:
    """Return the row as a value."""
    return Registration(
        reference=row.reference,
        status=row.status,
        person=row.person,
        plan_id=row.plan_id,
        version=row.version,
        answers=_answers(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        late=row.late,
        comments=row.comments or {},
    )


def version_of(row: VersionRow) -> Version:
    """Return the row as a value."""
    return Version(
        version=row.version,
        status=row.status,
        by=row.person,
        at=row.at,
        answers=_answers(row),
        form=row.form,
        comments=row.comments or {},
        late=row.late,
    )


def _answers(row: Answered) -> dict[str, Value]:
    values = {name: getattr(row, name) for name in FIELDS}
    return {name: value for name, value in values.items() if value is not None}


def draft_as_registration(row: DraftRow) -> Registration:
    """Return the row as a value."""
    return Registration(
        reference=None,
        status="draft",
        person=row.person,
        plan_id=row.plan_id,
        version=row.version,
        answers=row.payload.get("answers", {}),
        created_at=row.created_at,
        updated_at=row.updated_at,
        submitted_at=None,
        edits=row.payload.get("reference"),
    )


def as_record(registration: Registration) -> dict[str, Any]:
    """Return a registration as plain data: the ten fields, reference, status, user, plan, version, times."""
    times = {
        name: moment.astimezone(VIETNAM).isoformat(timespec="seconds") if moment else None
        for name, moment in (
            ("created_at", registration.created_at),
            ("updated_at", registration.updated_at),
            ("submitted_at", registration.submitted_at),
        )
    }
    return {
        "reference": registration.reference,
        "status": registration.status,
        "user": registration.person,
        "plan_id": registration.plan_id,
        "version": registration.version,
        "late": registration.late,
        **{name: registration.answers.get(name) for name in FIELDS},
        **times,
    }
