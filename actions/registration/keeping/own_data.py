"""A person's own data: to be shown whole, to be erased, and to be forgotten when nobody has used it for long."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from actions.registration.form import VIETNAM
from actions.registration.keeping.sessions import Sessions, audit_line, names_of
from actions.registration.records import as_record, draft_as_registration, registration_of, version_of
from actions.registration.tables import (
    AuditRow,
    CodeRow,
    ConsentRow,
    DraftRow,
    LinkRow,
    PersonRow,
    RegistrationRow,
    VersionRow,
    WrongCodesRow,
)


@dataclass(frozen=True)
class Erased:
    """What erasing came to: `drafts` deleted, `registrations` kept as the office's record without the person.

    `persons` are the strings by which the person was known in all linked channels, the one who asked first.
    """

    drafts: int
    registrations: int
    persons: tuple[str, ...]


class OwnData(Sessions):
    """Shows and erases. A person is all the channels they have linked."""

    def data_of(self, person: str) -> dict[str, Any]:
        """Return everything the store holds about the person, fit for JSON; times are ISO 8601 in Vietnam's zone."""

        def read(session: Session) -> dict[str, Any]:
            names = names_of(session, person)
            consents = select(ConsentRow).where(ConsentRow.person.in_(names)).order_by(ConsentRow.given_at)
            remembered = select(PersonRow).where(PersonRow.person.in_(names)).order_by(PersonRow.person)
            drafts = select(DraftRow).where(DraftRow.person.in_(names)).order_by(DraftRow.created_at)
            audit = select(AuditRow).where(AuditRow.person.in_(names)).order_by(AuditRow.id)
            links = select(LinkRow).where(LinkRow.person.in_(names)).order_by(LinkRow.linked_at, LinkRow.person)
            codes = select(CodeRow).where(CodeRow.person.in_(names))
            wrong = select(WrongCodesRow).where(WrongCodesRow.person.in_(names))
            return {
                "persons": names,
                "consents": [_said(each, "person", "notice", "given_at") for each in session.scalars(consents)],
                "remembered": [
                    _said(each, "person", "last_plan", "updated_at") for each in session.scalars(remembered)
                ],
                "links": [_said(each, "person", "linked_at") for each in session.scalars(links)],
                "codes": [_said(each, "person", "expires_at") for each in session.scalars(codes)],
                "wrong_codes": [_said(each, "person", "times", "last_at") for each in session.scalars(wrong)],
                "drafts": [_draft(each) for each in session.scalars(drafts)],
                "registrations": _registrations(session, names),
                "audit": [
                    _said(each, "at", "person", "action", "subject", "version") for each in session.scalars(audit)
                ],
            }

        return self._read(read)

    def erase(self, person: str, now: datetime) -> Erased:
        """Delete what is kept about the person; what was submitted stays, under a name that leads back to nobody.

        The name is drawn at random, the same for all their registrations, and stands in the audit too.
        """

        def write(session: Session) -> Erased:
            names = names_of(session, person)
            gone = session.execute(delete(DraftRow).where(DraftRow.person.in_(names)).returning(DraftRow.id)).all()
            nobody = f"erased:{secrets.token_hex(8)}"
            kept = update(RegistrationRow).where(RegistrationRow.person.in_(names)).values(person=nobody)
            registrations = session.execute(kept.returning(RegistrationRow.id)).all()
            session.execute(update(VersionRow).where(VersionRow.person.in_(names)).values(person=nobody))
            session.execute(update(AuditRow).where(AuditRow.person.in_(names)).values(person=nobody))
            for table in (ConsentRow, PersonRow, LinkRow, CodeRow, WrongCodesRow):
                session.execute(delete(table).where(table.person.in_(names)))
            session.add(audit_line(now, nobody, "erased", nobody, 0))
            return Erased(len(gone), len(registrations), tuple(names))

        return self._write(write)

    def forget_idle(self, before: datetime) -> int:
        """Delete what is remembered since before `before` of persons without draft, registration or link.

        Return how many rows there were: consents and last plans.
        """
        active = select(DraftRow.person).union(select(RegistrationRow.person), select(LinkRow.person))
        consents = delete(ConsentRow).where(ConsentRow.given_at < before, ConsentRow.person.not_in(active))
        plans = delete(PersonRow).where(PersonRow.updated_at < before, PersonRow.person.not_in(active))

        def write(session: Session) -> int:
            agreed = session.execute(consents.returning(ConsentRow.person)).all()
            return len(agreed) + len(session.execute(plans.returning(PersonRow.person)).all())

        return self._write(write)


def _registrations(session: Session, names: list[str]) -> list[dict[str, Any]]:
    mine = select(RegistrationRow).where(RegistrationRow.person.in_(names)).order_by(RegistrationRow.id)
    found = []
    for row in session.scalars(mine).all():
        versions = select(VersionRow).where(VersionRow.reference == row.reference).order_by(VersionRow.version)
        found.append(
            {
                **as_record(registration_of(row)),
                "comments": dict(row.comments or {}),
                "versions": [_version(each) for each in session.scalars(versions)],
            }
        )
    return found


def _draft(row: DraftRow) -> dict[str, Any]:
    return {**as_record(draft_as_registration(row)), "kept": row.payload}


def _version(row: VersionRow) -> dict[str, Any]:
    version = version_of(row)
    return {"version": row.version, "status": row.status, "at": _moment(row.at), **version.answers}


def _said(row: Any, *names: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _moment(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _moment(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
