"""One change of a registration: the row as it stands now, its version in the history, its line in the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.registration.keeping.errors import StaleRegistration, UnknownRegistration
from actions.registration.keeping.sessions import audit_line, belongs_to
from actions.registration.records import FIELDS, registration_of
from actions.registration.tables import RegistrationRow, VersionRow

SUBMITTED, RETURNED, ACCEPTED, WITHDRAWN = "submitted", "returned", "accepted", "withdrawn"
COUNTED = (SUBMITTED, ACCEPTED)

_COPIED = ("reference", "version", "status", "late", *FIELDS, "form", "comments")


def taken(session: Session, reference: str, person: str | None = None) -> RegistrationRow:
    """Return the registration, locked until the transaction ends; only the person's own if one is given.

    Raises:
        UnknownRegistration: there is none, or it is another person's.
    """
    query = select(RegistrationRow).where(RegistrationRow.reference == tidy(reference)).with_for_update()
    if person is not None:
        query = query.where(belongs_to(RegistrationRow.person, person))
    row = session.scalar(query)
    if row is None:
        raise UnknownRegistration(tidy(reference))
    return row


def tidy(reference: str) -> str:
    """Return a reference as it is stored, however it was typed."""
    return reference.strip().upper()


def expect(row: RegistrationRow, version: int) -> None:
    """Raise StaleRegistration unless the row stands at that version."""
    if row.version != version:
        raise StaleRegistration(registration_of(row), version)


def change(
    session: Session,
    row: RegistrationRow,
    who: str,
    now: datetime,
    action: str,
    values: Mapping[str, Any],
    draft_id: str | None = None,
) -> None:
    """Set `values` on a row taken before, as its next version; `draft_id` names the draft they come from."""
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = now
    enter(session, row, who, now, action, draft_id)


def enter(
    session: Session, row: RegistrationRow, who: str, now: datetime, action: str, draft_id: str | None = None
) -> None:
    """Put the row as it stands now into the history and the audit."""
    copied = {name: getattr(row, name) for name in _COPIED}
    session.add(VersionRow(person=who, at=now, draft_id=draft_id, **copied))
    session.add(audit_line(now, who, action, row.reference, row.version))
    session.flush()


def models_of_unit(session: Session, plan_id: str, unit_key: str, unit_type: str | None) -> int:
    """Return how many models the unit has registered under the plan, submitted and accepted ones."""
    total = select(func.sum(RegistrationRow.quantity)).where(
        RegistrationRow.plan_id == plan_id,
        RegistrationRow.unit_key == unit_key,
        RegistrationRow.unit_type == unit_type,
        RegistrationRow.status.in_(COUNTED),
    )
    return int(session.scalar(total) or 0)
