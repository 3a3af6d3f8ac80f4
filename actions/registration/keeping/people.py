"""What is remembered of a person: consents, the plan of the last registration, what was done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actions.registration.keeping.sessions import Sessions, audit_line, belongs_to
from actions.registration.tables import AuditRow, ConsentRow, PersonRow


class People(Sessions):
    """Persons and the audit. What somebody agreed to in one channel holds in those linked to it."""

    def has_consented(self, person: str, notice: str) -> bool:
        """Tell whether the person has agreed to that version of the notice."""
        return self.consent_time(person, notice) is not None

    def consent(self, person: str, notice: str, now: datetime) -> None:
        """Keep that the person agreed, and when; a second time changes nothing."""

        def write(session: Session) -> None:
            if session.get(ConsentRow, (person, notice)) is None:
                session.add(ConsentRow(person=person, notice=notice, given_at=now))
                session.add(audit_line(now, person, "consented", notice, 1))

        self._write(write)

    def consent_time(self, person: str, notice: str) -> datetime | None:
        """Return when the person agreed, or None."""
        mine = (belongs_to(ConsentRow.person, person), ConsentRow.notice == notice)
        return self._read(lambda session: session.scalar(select(func.min(ConsentRow.given_at)).where(*mine)))

    def last_plan(self, person: str) -> str | None:
        """Return the plan under which the person registered last, or None."""
        mine = select(PersonRow.last_plan).where(belongs_to(PersonRow.person, person))
        latest = mine.order_by(PersonRow.updated_at.desc()).limit(1)
        return self._read(lambda session: session.scalar(latest))

    def remember_plan(self, person: str, plan_id: str, now: datetime) -> None:
        """Keep the plan under which the person is registering."""
        self._write(lambda session: session.merge(PersonRow(person=person, last_plan=plan_id, updated_at=now)))

    def forget_plan(self, person: str) -> None:
        """Forget the plan under which the person registered last, in every linked channel."""
        mine = (
            delete(PersonRow).where(belongs_to(PersonRow.person, person)).execution_options(synchronize_session=False)
        )
        self._write(lambda session: session.execute(mine))

    def audit(self, subject: str) -> Sequence[tuple[str, str, int]]:
        """Return (action, person, version) for each change of a draft or registration, oldest first."""
        rows = select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id)
        return self._read(lambda session: [(r.action, r.person, r.version) for r in session.scalars(rows)])
