"""The store of registrations: drafts, submitted registrations, consents. Every method is one transaction.

SQLite (in WAL mode) by default, any other database by its URL. What a method has returned from is on disk.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.registration.database import READING, as_unavailable, open_engine
from actions.registration.draft import OPEN_STATES, PAUSED, Draft
from actions.registration.records import (
    FIELDS,
    Registration,
    draft_as_registration,
    registration_of,
    unit_key,
)
from actions.registration.tables import (
    AuditRow,
    ConsentRow,
    DraftRow,
    PersonRow,
    ReferenceRow,
    RegistrationRow,
)

T = TypeVar("T")

SUBMITTED = "submitted"
COUNTED = (SUBMITTED, "accepted")
_TRIES = 5


class StaleDraft(Exception):
    """The draft has been changed since it was read."""


class Store:
    """Everything kept about registrations. Safe to use from several threads; see `open_store`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def open_draft(self, person: str) -> Draft | None:
        """Return the draft that the person is filling right now, or None."""
        return self._latest(person, OPEN_STATES)

    def paused_draft(self, person: str, plan_id: str | None = None) -> Draft | None:
        """Return the person's paused draft last touched, of that plan if one is given, or None."""
        return self._latest(person, (PAUSED,), plan_id)

    def save_draft(self, draft: Draft, now: datetime, action: str) -> Draft:
        """Write `draft` and an audit line naming `action`; return it with its new version.

        Raises:
            StaleDraft: the stored version is not the one that `draft` was read with.
        """
        saved = draft.but(version=draft.version + 1)
        values = {
            "plan_id": saved.plan_id,
            "state": saved.state,
            "payload": saved.to_dict(),
            "version": saved.version,
            "updated_at": now,
        }

        def write(session: Session) -> Draft:
            if draft.version == 0:
                session.add(DraftRow(id=saved.id, person=saved.person, created_at=now, **values))
            else:
                here = (DraftRow.id == draft.id, DraftRow.version == draft.version)
                changed = update(DraftRow).where(*here).values(**values).returning(DraftRow.id)
                if session.execute(changed).first() is None:
                    raise StaleDraft(draft.id)
            session.add(_audit(now, draft.person, action, draft.id, saved.version))
            return saved

        return self._write(write)

    def drop_draft(self, draft: Draft, now: datetime, action: str) -> None:
        """Delete `draft`; the audit keeps that it existed, not what it said.

        Raises:
            StaleDraft: there is none any more; it may have been submitted.
        """

        def write(session: Session) -> None:
            gone = session.execute(delete(DraftRow).where(DraftRow.id == draft.id).returning(DraftRow.id))
            if gone.first() is None:
                raise StaleDraft(draft.id)
            session.add(_audit(now, draft.person, action, draft.id, draft.version))

        self._write(write)

    def drop_old_drafts(self, before: datetime) -> int:
        """Delete the drafts last touched before `before`; return how many there were."""
        old = delete(DraftRow).where(DraftRow.updated_at < before).returning(DraftRow.id)
        return self._write(lambda session: len(session.execute(old).all()))

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
            stored = session.get(DraftRow, draft.id, with_for_update=True)  # first: it waits for a submit under way
            existing = session.scalar(select(RegistrationRow).where(RegistrationRow.draft_id == draft.id))
            if existing is not None:
                return registration_of(existing), _models_of_unit(session, existing)
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
                unit_key=unit_key(str(draft.answers.get("unit_name", ""))),
                form=dict(form),
                created_at=stored.created_at,
                updated_at=now,
                submitted_at=now,
                **{name: draft.answers.get(name) for name in FIELDS},
            )
            session.add(row)
            session.delete(stored)
            session.add(_audit(now, draft.person, SUBMITTED, row.reference, row.version))
            session.flush()
            return registration_of(row), _models_of_unit(session, row)

        return self._write(write)

    def registrations(self, person: str | None = None, plan_id: str | None = None) -> Sequence[Registration]:
        """Return registrations, then drafts, oldest first, of one person or plan, or of all (for staff)."""

        def read(session: Session) -> Sequence[Registration]:
            submitted = select(RegistrationRow).order_by(RegistrationRow.submitted_at, RegistrationRow.id)
            drafts = select(DraftRow).where(DraftRow.plan_id.is_not(None)).order_by(DraftRow.created_at, DraftRow.id)
            if person is not None:
                submitted = submitted.where(RegistrationRow.person == person)
                drafts = drafts.where(DraftRow.person == person)
            if plan_id is not None:
                submitted = submitted.where(RegistrationRow.plan_id == plan_id)
                drafts = drafts.where(DraftRow.plan_id == plan_id)
            rows = [registration_of(row) for row in session.scalars(submitted)]
            return [*rows, *(draft_as_registration(row) for row in session.scalars(drafts))]

        return self._read(read)

    def last_registration(self, person: str) -> Registration | None:
        """Return what the person submitted last, or None."""
        mine = select(RegistrationRow).where(RegistrationRow.person == person)
        latest = mine.order_by(RegistrationRow.submitted_at.desc(), RegistrationRow.id.desc()).limit(1)

        def read(session: Session) -> Registration | None:
            row = session.scalar(latest)
            return None if row is None else registration_of(row)

        return self._read(read)

    def count_models(self, plan_id: str, unit_name: str, unit_type: str) -> int:
        """Return how many models the unit has registered under the plan: `quantity` summed, from anyone."""
        unit = RegistrationRow(plan_id=plan_id, unit_key=unit_key(unit_name), unit_type=unit_type)
        return self._read(lambda session: _models_of_unit(session, unit))

    def has_consented(self, person: str, notice: str) -> bool:
        """Tell whether the person has agreed to that version of the notice."""
        return self._read(lambda session: session.get(ConsentRow, (person, notice)) is not None)

    def consent(self, person: str, notice: str, now: datetime) -> None:
        """Keep that the person agreed, and when; a second time changes nothing."""

        def write(session: Session) -> None:
            if session.get(ConsentRow, (person, notice)) is None:
                session.add(ConsentRow(person=person, notice=notice, given_at=now))
                session.add(_audit(now, person, "consented", notice, 1))

        self._write(write)

    def consent_time(self, person: str, notice: str) -> datetime | None:
        """Return when the person agreed, or None."""

        def read(session: Session) -> datetime | None:
            row = session.get(ConsentRow, (person, notice))
            return None if row is None else row.given_at

        return self._read(read)

    def last_plan(self, person: str) -> str | None:
        """Return the plan under which the person registered last, or None."""

        def read(session: Session) -> str | None:
            row = session.get(PersonRow, person)
            return None if row is None else row.last_plan

        return self._read(read)

    def remember_plan(self, person: str, plan_id: str, now: datetime) -> None:
        """Keep the plan under which the person is registering."""
        self._write(lambda session: session.merge(PersonRow(person=person, last_plan=plan_id, updated_at=now)))

    def audit(self, subject: str) -> Sequence[tuple[str, str, int]]:
        """Return (action, person, version) for each change of a draft or registration, oldest first."""
        rows = select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id)
        return self._read(lambda session: [(r.action, r.person, r.version) for r in session.scalars(rows)])

    def _latest(self, person: str, states: Sequence[str], plan_id: str | None = None) -> Draft | None:
        query = select(DraftRow).where(DraftRow.person == person, DraftRow.state.in_(states))
        if plan_id is not None:
            query = query.where(DraftRow.plan_id == plan_id)
        query = query.order_by(DraftRow.updated_at.desc(), DraftRow.id).limit(1)

        def read(session: Session) -> Draft | None:
            row = session.scalar(query)
            return None if row is None else Draft.from_dict({**row.payload, "version": row.version})

        return self._read(read)

    def _read(self, read: Callable[[Session], T]) -> T:
        with as_unavailable(), Session(self._engine.execution_options(**READING)) as session:
            return read(session)

    def _write(self, write: Callable[[Session], T]) -> T:
        """Run `write` in one transaction; again if another process has just taken the same number."""
        with as_unavailable():
            for _ in range(_TRIES - 1):
                try:
                    return self._write_once(write)
                except IntegrityError:
                    continue
            return self._write_once(write)

    def _write_once(self, write: Callable[[Session], T]) -> T:
        with self._writing, Session(self._engine, expire_on_commit=False) as session, session.begin():
            return write(session)


def open_store(url: str) -> Store:
    """Return the store at a database URL such as `sqlite:////srv/assistant/registrations.db`, migrated.

    A missing folder of an SQLite file is made.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    return Store(open_engine(url))


def _models_of_unit(session: Session, like: RegistrationRow) -> int:
    total = select(func.sum(RegistrationRow.quantity)).where(
        RegistrationRow.plan_id == like.plan_id,
        RegistrationRow.unit_key == like.unit_key,
        RegistrationRow.unit_type == like.unit_type,
        RegistrationRow.status.in_(COUNTED),
    )
    return int(session.scalar(total) or 0)


def _next_number(session: Session, year: int) -> int:
    raised = update(ReferenceRow).where(ReferenceRow.year == year).values(last=ReferenceRow.last + 1)
    number: int | None = session.scalar(raised.returning(ReferenceRow.last))
    if number is None:
        session.add(ReferenceRow(year=year, last=1))
        session.flush()
        return 1
    return number


def _audit(now: datetime, person: str, action: str, subject: str, version: int) -> AuditRow:
    return AuditRow(at=now, person=person, action=action, subject=subject, version=version)
