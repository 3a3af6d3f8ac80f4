"""Registrations to be read: one, all of a person or plan, the history of one."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.registration.keeping.changes import RETURNED, tidy
from actions.registration.keeping.errors import UnknownRegistration
from actions.registration.keeping.sessions import Sessions, belongs_to
from actions.registration.records import Registration, Version, draft_as_registration, registration_of, version_of
from actions.registration.tables import DraftRow, RegistrationRow, VersionRow


class Listing(Sessions):
    """Reads registrations. A reference of another person's is the same as one that does not exist."""

    def registration(self, reference: str, person: str | None = None) -> Registration | None:
        """Return one registration, or None; only the person's own, or any (for staff) where none is given."""
        query = select(RegistrationRow).where(RegistrationRow.reference == tidy(reference))
        if person is not None:
            query = query.where(belongs_to(RegistrationRow.person, person))

        def read(session: Session) -> Registration | None:
            row = session.scalar(query)
            return None if row is None else registration_of(row)

        return self._read(read)

    def history(self, reference: str, person: str | None = None) -> Sequence[Version]:
        """Return all versions, the first one first; only of the person's own, or of any (for staff) for None.

        Raises:
            UnknownRegistration: there is none, or it is another person's.
        """
        versions = select(VersionRow).where(VersionRow.reference == tidy(reference)).order_by(VersionRow.version)
        mine = select(RegistrationRow.id).where(RegistrationRow.reference == tidy(reference))
        if person is not None:
            mine = mine.where(belongs_to(RegistrationRow.person, person))

        def read(session: Session) -> Sequence[Version]:
            if session.scalar(mine) is None:
                raise UnknownRegistration(tidy(reference))
            return [version_of(row) for row in session.scalars(versions)]

        return self._read(read)

    def registrations(self, person: str | None = None, plan_id: str | None = None) -> Sequence[Registration]:
        """Return registrations, then drafts, oldest first, of one person or plan, or of all (for staff)."""

        def read(session: Session) -> Sequence[Registration]:
            submitted = select(RegistrationRow).order_by(RegistrationRow.submitted_at, RegistrationRow.id)
            drafts = select(DraftRow).where(DraftRow.plan_id.is_not(None)).order_by(DraftRow.created_at, DraftRow.id)
            if person is not None:
                submitted = submitted.where(belongs_to(RegistrationRow.person, person))
                drafts = drafts.where(belongs_to(DraftRow.person, person))
            if plan_id is not None:
                submitted = submitted.where(RegistrationRow.plan_id == plan_id)
                drafts = drafts.where(DraftRow.plan_id == plan_id)
            rows = [registration_of(row) for row in session.scalars(submitted)]
            return [*rows, *(draft_as_registration(row) for row in session.scalars(drafts))]

        return self._read(read)

    def last_registration(self, person: str) -> Registration | None:
        """Return what the person submitted last, or None."""
        mine = select(RegistrationRow).where(belongs_to(RegistrationRow.person, person))
        latest = mine.order_by(RegistrationRow.submitted_at.desc(), RegistrationRow.id.desc()).limit(1)

        def read(session: Session) -> Registration | None:
            row = session.scalar(latest)
            return None if row is None else registration_of(row)

        return self._read(read)

    def returned_to(self, person: str) -> Sequence[Registration]:
        """Return the person's registrations that the office has returned, oldest first, with its `comments`."""
        mine = select(RegistrationRow).where(belongs_to(RegistrationRow.person, person))
        returned = mine.where(RegistrationRow.status == RETURNED).order_by(RegistrationRow.updated_at)
        return self._read(lambda session: [registration_of(row) for row in session.scalars(returned)])
