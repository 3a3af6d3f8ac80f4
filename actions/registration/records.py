"""Registrations as they leave the store: plain values, without a database behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from actions.registration.commands import plain
from actions.registration.tables import DraftRow, RegistrationRow
from actions.registration.values import Value

FIELDS = (
    "unit_name", "unit_type", "registration_type", "field", "model_name", "quantity", "start_period",
    "location", "scale", "completion_period",
)  # fmt: skip


@dataclass(frozen=True)
class Registration:
    """A submitted registration, or a draft seen as one (`reference` and `submitted_at` then None)."""

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


def unit_key(unit_name: str) -> str:
    """Return the form of a unit's name by which its registrations are counted: no marks, no capitals."""
    return plain(unit_name)


def registration_of(row: RegistrationRow) -> Registration:
    """Return the row as a value."""
    values = {name: getattr(row, name) for name in FIELDS}
    return Registration(
        reference=row.reference,
        status=row.status,
        person=row.person,
        plan_id=row.plan_id,
        version=row.version,
        answers={name: value for name, value in values.items() if value is not None},
        created_at=row.created_at,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        late=row.late,
    )


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
    )
