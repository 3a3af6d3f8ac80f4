"""Unfinished registrations. A draft is seen from every channel that its person has linked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from actions.registration.draft import OPEN_STATES, PAUSED, Draft
from actions.registration.keeping.errors import StaleDraft
from actions.registration.keeping.sessions import Sessions, audit_line, belongs_to
from actions.registration.tables import DraftRow


@dataclass(frozen=True)
class Left:
    """A draft that its person has not touched since `at`."""

    id: str
    person: str
    plan_id: str
    model_name: str | None
    at: datetime


class Drafts(Sessions):
    """The drafts."""

    def open_draft(self, person: str) -> Draft | None:
        """Return the draft that the person is filling right now, or None."""
        return self._read(lambda session: latest_draft(session, person, OPEN_STATES))

    def paused_draft(self, person: str, plan_id: str | None = None) -> Draft | None:
        """Return the person's paused draft last touched, of that plan if one is given, or None."""
        return self._read(lambda session: latest_draft(session, person, (PAUSED,), plan_id))

    def draft(self, draft_id: str, person: str) -> Draft | None:
        """Return the person's draft of that id, or None."""

        def read(session: Session) -> Draft | None:
            mine = (DraftRow.id == draft_id, belongs_to(DraftRow.person, person))
            row = session.scalar(select(DraftRow).where(*mine))
            return None if row is None else Draft.from_dict({**row.payload, "version": row.version, "person": person})

        return self._read(read)

    def left_between(self, after: datetime, before: datetime, person: str | None = None) -> Sequence[Left]:
        """Return the drafts of a plan that were last touched from `after` on and before `before`, oldest first.

        With `person` only those that were last touched by this person, in this channel.
        """
        untouched = DraftRow.updated_at >= after, DraftRow.updated_at < before, DraftRow.plan_id.is_not(None)
        left = select(DraftRow).where(*untouched).order_by(DraftRow.updated_at, DraftRow.id)
        if person is not None:
            left = left.where(DraftRow.person == person)
        return self._read(lambda session: [_left(row) for row in session.scalars(left)])

    def save_draft(self, draft: Draft, now: datetime, action: str) -> Draft:
        """Write `draft` and an audit line naming `action`; return it with its new version.

        Raises:
            StaleDraft: the stored version is not the one that `draft` was read with.
        """

        def write(session: Session) -> Draft:
            saved = put_draft(session, draft, now)
            session.add(audit_line(now, draft.person, action, draft.id, saved.version))
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
            session.add(audit_line(now, draft.person, action, draft.id, draft.version))

        self._write(write)

    def drop_old_drafts(self, before: datetime, keep: Collection[str] = (), now: datetime | None = None) -> int:
        """Delete the drafts last touched before `before`, but those under the plans `keep`; return how many.

        `now` is the moment that the audit names, `before` where none is given.
        """
        old = select(DraftRow).where(DraftRow.updated_at < before).with_for_update()
        if keep:
            old = old.where(DraftRow.plan_id.is_(None) | DraftRow.plan_id.not_in(keep))

        def write(session: Session) -> int:
            rows = session.scalars(old).all()
            for row in rows:
                session.delete(row)
                session.add(audit_line(now or before, row.person, "expired", row.id, row.version))
            return len(rows)

        return self._write(write)


def latest_draft(session: Session, person: str, states: Sequence[str], plan_id: str | None = None) -> Draft | None:
    """Return the person's draft last touched in one of the states, of one plan if given, as this person's."""
    query = select(DraftRow).where(belongs_to(DraftRow.person, person), DraftRow.state.in_(states))
    if plan_id is not None:
        query = query.where(DraftRow.plan_id == plan_id)
    row = session.scalar(query.order_by(DraftRow.updated_at.desc(), DraftRow.id).limit(1))
    return None if row is None else Draft.from_dict({**row.payload, "version": row.version, "person": person})


def put_draft(session: Session, draft: Draft, now: datetime) -> Draft:
    """Write `draft` over the version it was read with; StaleDraft where that is not the stored one."""
    saved = draft.but(version=draft.version + 1)
    values = {
        "person": saved.person,
        "plan_id": saved.plan_id,
        "state": saved.state,
        "payload": saved.to_dict(),
        "version": saved.version,
        "updated_at": now,
    }
    if draft.version == 0:
        session.add(DraftRow(id=saved.id, created_at=now, **values))
        return saved
    here = (DraftRow.id == draft.id, DraftRow.version == draft.version)
    changed = update(DraftRow).where(*here).values(**values).returning(DraftRow.id)
    if session.execute(changed).first() is None:
        raise StaleDraft(draft.id)
    return saved


def take_draft(session: Session, draft: Draft) -> DraftRow | None:
    """Return the stored row of `draft`, locked until the transaction ends; None where it is gone."""
    return session.get(DraftRow, draft.id, with_for_update=True)


def _left(row: DraftRow) -> Left:
    name = row.payload.get("answers", {}).get("model_name")
    return Left(row.id, row.person, row.plan_id or "", name, row.updated_at)
