"""Messages taken in: each once, kept until it is answered, and handed out in the order of each person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.memory.outbox import outbox_rows, read_part
from bot.memory.sessions import Sessions, talk_row
from bot.memory.tables import UNTIL_THEY_WRITE, InboxRow, OutboxRow, ReminderRow, TalkRow, WishRow
from bot.messages import TEXT_LIMIT, Part, Received
from knowledge.database import StoreUnavailable

_COLUMNS = ("channel", "user", "chat", "message_id", "kind", "text", "in_reply_to")


class Inbox:
    """The messages; every method raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def take(self, received: Received, at: datetime) -> bool:
        """Keep a message to be answered; False if it was taken before. Who writes can be reached again."""
        shut = or_(TalkRow.dead.is_(True), _closed())
        alive = update(TalkRow).where(TalkRow.person == received.person, shut)

        def write(session: Session) -> None:
            session.execute(insert(InboxRow).values(**_columns(received), state="waiting", at=at))
            session.execute(alive.values(dead=False, attempts=0, not_before=None))

        try:
            self._sessions.write(write, first=True)  # a messenger waits for it
        except StoreUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True

    def next_of(self, person: str) -> Received | None:
        """Return the oldest message of `person` that waits for an answer."""
        oldest = select(InboxRow).where(InboxRow.state == "waiting", InboxRow.person == person).order_by(InboxRow.id)
        row = self._sessions.read(lambda session: session.scalars(oldest.limit(1)).first())
        return None if row is None else Received(**{name: getattr(row, name) for name in _COLUMNS})

    def answer(
        self,
        received: Received,
        parts: Sequence[Part],
        at: datetime,
        *,
        shown: bool = False,
        notice: Part | None = None,
        keep_choices: bool = False,
    ) -> None:
        """Mark a message as answered and put its parts into the outbox, in one transaction.

        Args:
            received: the message; one that was never taken is taken and answered at once.
            parts: what is to be shown, in order.
            at: an aware moment.
            shown: the parts are shown by the caller and need not be sent.
            notice: what the person is told before the first answer, put before `parts` where it was not yet told.
            keep_choices: what was offered before stays open.
        """

        def write(session: Session) -> None:
            row = _find(session, received) or InboxRow(**_columns(received), at=at)
            row.state = "done"
            session.add(row)
            session.flush()
            talk = talk_row(session, received.person, at)
            talk.attempts, talk.not_before, talk.told = 0, None, False
            told_first = [notice] if notice is not None and not talk.noticed else []
            talk.noticed = talk.noticed or notice is not None
            if not keep_choices:
                talk.options = {label: payload for part in parts for label, payload in part.options}
                talk.offered = [button.payload for part in parts for button in part.buttons]
            for erased in (part.custom.get("erased") for part in parts if part.custom):
                if erased:
                    _forget(session, received.person, erased, row)
            state = "sent" if shown else "given_up" if talk.dead else "waiting"
            session.add_all(outbox_rows(received, [*told_first, *map(_nameless, parts)], state, at, row.id))

        self._sessions.write(write)

    def answered(self, received: Received) -> tuple[Part, ...] | None:
        """Return the parts that this very message was answered with, or None if it was not yet answered."""
        done = select(InboxRow.id).where(
            InboxRow.person == received.person, InboxRow.message_id == received.message_id, InboxRow.state == "done"
        )

        def read(session: Session) -> tuple[Part, ...] | None:
            number = session.scalar(done)
            if number is None:
                return None
            rows = select(OutboxRow.part).where(OutboxRow.inbox_id == number).order_by(OutboxRow.id)
            return tuple(read_part(part) for part in session.scalars(rows))

        return self._sessions.read(read)

    def last_wrote(self, person: str) -> datetime | None:
        """Return when `person` wrote last, or None where nothing of that is kept any more."""
        last = select(func.max(InboxRow.at)).where(InboxRow.person == person)
        return self._sessions.read(lambda session: session.scalar(last))

    def waiting(self) -> int:
        """Return how many messages wait for an answer."""
        count = select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting")
        return self._sessions.read(lambda session: session.scalar(count) or 0)

    def forget_before(self, moment: datetime) -> None:
        """Delete what was answered, sent, or left by people before `moment`, and talks that ended before it."""
        left = select(TalkRow.person).where(_closed())

        def write(session: Session) -> None:
            for table, done in ((InboxRow, InboxRow.state == "done"), (OutboxRow, OutboxRow.state != "waiting")):
                session.execute(delete(table).where(table.at < moment, or_(done, table.person.in_(left))))
            busy = select(InboxRow.person).union(select(OutboxRow.person))
            session.execute(delete(TalkRow).where(TalkRow.at < moment, TalkRow.person.not_in(busy)))

        self._sessions.write(write)


def _find(session: Session, received: Received) -> InboxRow | None:
    same = select(InboxRow).where(InboxRow.person == received.person, InboxRow.message_id == received.message_id)
    return session.scalars(same).first()


def _closed() -> ColumnElement[bool]:
    return TalkRow.not_before >= UNTIL_THEY_WRITE


def _columns(received: Received) -> dict[str, Any]:
    columns = {name: getattr(received, name) for name in _COLUMNS}
    return {**columns, "person": received.person, "text": _storable(received.text)}


def _storable(text: str) -> str:
    """Return `text` without what no database takes, and no longer than what is handed on of it."""
    return text[: 2 * TEXT_LIMIT].replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _nameless(part: Part) -> Part:
    """Return `part` as it is kept: that somebody was erased, not who."""
    custom = part.custom or {}
    return replace(part, custom={**custom, "erased": True}) if isinstance(custom.get("erased"), list) else part


def _forget(session: Session, writer: str, erased: Literal[True] | list[str], present: InboxRow) -> None:
    """Delete what was said with who wrote; with persons named, what was said with each, and their reminders.

    Of the present message only its id is kept.
    """
    present.text = ""
    named = [] if erased is True else erased
    persons = {writer, *named}
    answered = InboxRow.person.in_(persons), InboxRow.state == "done", InboxRow.id != present.id
    session.execute(delete(InboxRow).where(*answered))
    session.execute(delete(OutboxRow).where(OutboxRow.person.in_(persons), OutboxRow.state != "waiting"))
    for table in (WishRow, ReminderRow):
        session.execute(delete(table).where(table.person.in_(named)))
