"""A person's second channel: a short code, given in one and typed in the other, makes the two one person.

A code lives ten minutes and works once. Only its digest is kept. Five wrong codes in a row lock the person who
types them for ten minutes. Its letters and digits are hard to confuse, and no Vietnamese typing method turns
them into marked letters: there is no vowel, d or w among them.
"""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from actions.registration.draft import ASKING, OPEN_STATES, PAUSED, REVIEWING, Draft
from actions.registration.keeping.drafts import latest_draft, put_draft
from actions.registration.keeping.sessions import Sessions, audit_line, belongs_to, names_of
from actions.registration.tables import CodeRow, DraftRow, LinkRow, WrongCodesRow

ALPHABET = "2346789CFGHJKMNPQRTVX"
LENGTH = 6
LIFETIME = timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=10)
MOST_WRONG = 5

_SUBJECT = "code"
_SALT = b"code for another channel"  # one for all codes, so that one digest finds a code; they live ten minutes


@dataclass(frozen=True)
class Redeemed:
    """How typing a code ended.

    `linked`: the two channels are one person, and `draft` is what was being filled in the other, if anything.
    `already`: they were before; the code stays good. `wrong`: no such code, or used, or too old; `tries_left`
    until the lock. `locked`: no code is looked at before `locked_until`.
    """

    outcome: Literal["linked", "already", "wrong", "locked"]
    draft: Draft | None = None
    tries_left: int = MOST_WRONG
    locked_until: datetime | None = None


class Linking(Sessions):
    """Codes and links. `now` is an aware moment."""

    def offer_code(self, person: str, now: datetime) -> str:
        """Return a new code, six characters of `ALPHABET`; one offered to the person before no longer works."""

        def write(session: Session) -> str:
            code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            _drop_codes(session, person, now)
            session.add(CodeRow(digest=_digest(code), person=person, expires_at=now + LIFETIME))
            session.add(audit_line(now, person, "code_offered", _SUBJECT, 0))
            return code

        return self._write(write)

    def redeem_code(self, code: str, other_person: str, now: datetime) -> Redeemed:
        """Link `other_person` to whoever was offered `code`: each sees the drafts and registrations of both.

        Where the other channel has a draft, one being filled in this channel is paused for it.
        """
        digest = _digest(_tidy(code))

        def write(session: Session) -> Redeemed:
            wrong = _wrong_codes(session, other_person, now)
            if wrong.times >= MOST_WRONG:
                return Redeemed("locked", tries_left=0, locked_until=wrong.last_at + LOCKED_FOR)
            offered = _find(session, digest, now)
            if offered is not None and other_person in names_of(session, offered.person):
                return Redeemed("already")
            if offered is None or not _used_up(session, offered):
                wrong.times, wrong.last_at = wrong.times + 1, now
                session.add(audit_line(now, other_person, "code_wrong", _SUBJECT, wrong.times))
                locked = wrong.times >= MOST_WRONG
                until = now + LOCKED_FOR if locked else None
                return Redeemed("locked" if locked else "wrong", None, MOST_WRONG - wrong.times, until)
            session.delete(wrong)
            owner = offered.person
            draft = latest_draft(session, owner, OPEN_STATES) or latest_draft(session, owner, (PAUSED,))
            if draft is not None:
                _make_way(session, other_person, now)
            _link(session, owner, other_person, now)
            return Redeemed("linked", draft and draft.but(person=other_person))

        return self._write(write)


def _tidy(code: str) -> str:
    """Return a code as it is made, however it was typed: spaces, hyphens and small letters do not matter."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[: 2 * LENGTH]


def _digest(code: str) -> str:
    return hashlib.scrypt(code.encode(), salt=_SALT, n=2**12, r=8, p=1, dklen=32).hex()


def _drop_codes(session: Session, person: str, now: datetime) -> None:
    useless = (CodeRow.expires_at <= now) | (CodeRow.person == person)
    session.execute(delete(CodeRow).where(useless))
    session.execute(delete(WrongCodesRow).where(WrongCodesRow.last_at <= now - LOCKED_FOR))


def _wrong_codes(session: Session, person: str, now: datetime) -> WrongCodesRow:
    row = session.get(WrongCodesRow, person, with_for_update=True)
    if row is None:
        row = WrongCodesRow(person=person, times=0, last_at=now)
        session.add(row)
        session.flush()
    elif row.last_at <= now - LOCKED_FOR:
        row.times = 0
    return row


def _find(session: Session, digest: str, now: datetime) -> CodeRow | None:
    """Return the code that can still be used; every one is compared, in the same time whatever it is."""
    usable = session.scalars(select(CodeRow).where(CodeRow.expires_at > now)).all()
    found = [row for row in usable if hmac.compare_digest(row.digest, digest)]
    return found[0] if found else None


def _used_up(session: Session, offered: CodeRow) -> bool:
    """Delete the code; tell whether it was there to be deleted, and not used by somebody else just now."""
    gone = delete(CodeRow).where(CodeRow.digest == offered.digest).returning(CodeRow.digest)
    return session.execute(gone.execution_options(synchronize_session=False)).first() is not None


def _make_way(session: Session, person: str, now: datetime) -> None:
    """Pause what the person is filling; what has not got as far as the first question is dropped."""
    for row in session.scalars(select(DraftRow).where(belongs_to(DraftRow.person, person))).all():
        draft = Draft.from_dict({**row.payload, "version": row.version, "person": row.person})
        if draft.state in (ASKING, REVIEWING):
            put_draft(session, draft.but(state=PAUSED), now)
            session.add(audit_line(now, person, "paused", draft.id, draft.version + 1))
        elif draft.is_open:
            session.delete(row)
            session.add(audit_line(now, person, "cancelled", draft.id, draft.version))
    session.flush()


def _link(session: Session, owner: str, other: str, now: datetime) -> None:
    here, there = session.get(LinkRow, owner), session.get(LinkRow, other)
    circle = here.circle if here else there.circle if there else str(uuid.uuid4())
    if there is not None and there.circle != circle:
        session.execute(update(LinkRow).where(LinkRow.circle == there.circle).values(circle=circle))
    for person, row in ((owner, here), (other, there)):
        if row is None:
            session.add(LinkRow(person=person, circle=circle, linked_at=now))
        session.add(audit_line(now, person, "linked", circle, 0))
