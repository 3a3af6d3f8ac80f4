"""Submitted registrations, as their registrants send, correct and withdraw them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from actions.registration.draft import Draft
from actions.registration.keeping.changes import (
    ACCEPTED,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    change,
    enter,
    expect,
    models_of_unit,
    taken,
)
from actions.registration.keeping.drafts import take_draft
from actions.registration.keeping.errors import AlreadyAccepted, AlreadyWithdrawn, StaleDraft
from actions.registration.keeping.sessions import Sessions
from actions.registration.records import FIELDS, Registration, registration_of
from actions.registration.tables import ReferenceRow, RegistrationRow, VersionRow
from actions.registration.values import Value


class Submitted(Sessions):
    """The registrations. A reference of another person's is the same as one that does not exist."""

    def submit(
        self, draft: Draft, year: int, form: Mapping[str, Any], now: datetime, *, late: bool
    ) -> tuple[Registration, int]:
        """Turn `draft` into a registration with a reference of its own, such as `DVK-2023-0001`.

        Return it with the number of models that the unit has registered by then (see `count_models`).

        A draft already submitted gives the registration it became: submitting twice makes one. `year` is the
        plan's, `form` what was asked, kept beside the answers.

        Raises:
            StaleDraft: the draft has been changed or dropped since it was read.
        """

        def write(session: Session) -> tuple[Registration, int]:
            stored = take_draft(session, draft)  # first: it waits for a submit under way
            row = session.scalar(select(RegistrationRow).where(RegistrationRow.draft_id == draft.id))
            if row is None:
                if stored is None or stored.version != draft.version:
                    raise StaleDraft(draft.id)
                row = RegistrationRow(
                    reference=f"DVK-{year}-{_next_number(session, year):04}",
                    draft_id=draft.id,
                    person=draft.person,
                    plan_id=draft.plan_id,
                    status=SUBMITTED,
                    version=1,
                    late=late,
                    created_at=stored.created_at,
                    updated_at=now,
                    submitted_at=now,
                    **self._contents(draft.plan_id or "", draft.answers, form),
                )
                session.add(row)
                session.delete(stored)
                enter(session, row, draft.person, now, SUBMITTED, draft.id)
            return registration_of(row), models_of_unit(session, row.plan_id, row.unit_key, row.unit_type)

        return self._write(write)

    def edit_registration(
        self,
        reference: str,
        person: str,
        answers: Mapping[str, Value],
        form: Mapping[str, Any],
        now: datetime,
        expected_version: int,
        *,
        draft: Draft | None = None,
    ) -> Registration:
        """Replace the answers of a submitted or returned registration; it then counts as submitted.

        The version before stays in the history. Whether it was late stays as it was. The same edit sent twice
        makes one version, and one that changes nothing in a submitted registration makes none.

        Args:
            reference: which registration.
            person: who edits; only its registrant can.
            answers: all fields anew.
            form: what was asked, kept beside the answers.
            now: an aware moment.
            expected_version: the version that was read before editing.
            draft: the draft in which the answers were collected; it ends in the same transaction.

        Raises:
            UnknownRegistration: the person has none of that reference.
            StaleRegistration: it has been changed since it was read.
            StaleDraft: the draft has been changed or dropped since it was read.
            AlreadyAccepted: the office has accepted it.
            AlreadyWithdrawn: it has been withdrawn.
        """

        def write(session: Session) -> Registration:
            stored = take_draft(session, draft) if draft is not None else None
            row = taken(session, reference, person)
            contents = self._contents(row.plan_id, answers, form)
            if _made_already(session, row, contents, expected_version, draft):
                return registration_of(row)
            if draft is not None and (stored is None or stored.version != draft.version):
                raise StaleDraft(draft.id)
            _refuse_when_settled(row)
            expect(row, expected_version)
            if stored is not None:
                session.delete(stored)
            if row.status == RETURNED or not _holds(row, contents):
                new = {**contents, "status": SUBMITTED, "comments": None}
                change(session, row, person, now, "edited", new, draft.id if draft else None)
            return registration_of(row)

        return self._write(write)

    def withdraw(self, reference: str, person: str, now: datetime) -> Registration:
        """Withdraw the person's own registration: it is listed still, and counted no more. Twice is as once.

        Raises:
            UnknownRegistration: the person has none of that reference.
            AlreadyAccepted: the office has accepted it.
        """

        def write(session: Session) -> Registration:
            row = taken(session, reference, person)
            if row.status == ACCEPTED:
                raise AlreadyAccepted(registration_of(row))
            if row.status != WITHDRAWN:
                change(session, row, person, now, WITHDRAWN, {"status": WITHDRAWN, "comments": None})
            return registration_of(row)

        return self._write(write)

    def _contents(self, plan_id: str, answers: Mapping[str, Value], form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns that hold what was answered."""
        fields = {name: answers.get(name) for name in FIELDS}
        unit_type = fields["unit_type"]
        key = self._units.key(str(fields["unit_name"] or ""), plan_id, None if unit_type is None else str(unit_type))
        return {**fields, "unit_key": key, "form": dict(form)}


def _holds(row: RegistrationRow, contents: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == contents[name] for name in FIELDS)


def _made_already(
    session: Session, row: RegistrationRow, contents: Mapping[str, Any], expected_version: int, draft: Draft | None
) -> bool:
    """Tell whether this very edit has been made: by its draft, else as the version just after the expected one."""
    if draft is not None:
        from_draft = (VersionRow.reference == row.reference, VersionRow.draft_id == draft.id)
        return session.scalar(select(VersionRow.id).where(*from_draft)) is not None
    return row.status == SUBMITTED and row.version == expected_version + 1 and _holds(row, contents)


def _refuse_when_settled(row: RegistrationRow) -> None:
    if row.status == ACCEPTED:
        raise AlreadyAccepted(registration_of(row))
    if row.status == WITHDRAWN:
        raise AlreadyWithdrawn(registration_of(row))


def _next_number(session: Session, year: int) -> int:
    raised = update(ReferenceRow).where(ReferenceRow.year == year).values(last=ReferenceRow.last + 1)
    number: int | None = session.scalar(raised.returning(ReferenceRow.last))
    if number is None:
        session.add(ReferenceRow(year=year, last=1))
        session.flush()
        return 1
    return number
