"""What people wish to be reminded of, and the reminders given: each once, whoever gives it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.memory.outbox import outbox_rows
from bot.memory.sessions import Sessions
from bot.memory.tables import InboxRow, ReminderRow, TalkRow, WishRow
from bot.messages import Part
from knowledge.database import StoreUnavailable

ALL = "*"
DRAFTS = ":drafts"


@dataclass(frozen=True)
class Wished:
    """One wish; the meaning of each value stands at `WishRow`. `days` are in falling order."""

    days: tuple[int, ...]
    at: datetime
    language: str


@dataclass(frozen=True)
class Reachable:
    """A person who is not known to be out of reach: their private chat, and when they last wrote (None: long ago)."""

    person: str
    chat: str
    last_wrote: datetime | None = None

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.person.partition(":")[0]

    @property
    def in_reply_to(self) -> None:
        """Nothing: it is a private chat."""
        return None


class Wishes:
    """The wishes; every method raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of(self, person: str) -> Mapping[str, Wished]:
        """Return the person's wishes by what they are about."""
        mine = select(WishRow).where(WishRow.person == person).order_by(WishRow.about)

        def read(session: Session) -> Mapping[str, Wished]:
            return {row.about: Wished(tuple(row.days), row.at, row.language) for row in session.scalars(mine)}

        return self._sessions.read(read)

    def change(
        self, to: Reachable, kept: Mapping[str, Sequence[int]], dropped: Collection[str], language: str, at: datetime
    ) -> None:
        """Set what the person wishes about each key of `kept` from `at` on, and forget what is `dropped`."""

        def write(session: Session) -> None:
            session.execute(delete(WishRow).where(WishRow.person == to.person, WishRow.about.in_(list(dropped))))
            for about, days in kept.items():
                falling = sorted(set(days), reverse=True)
                row = WishRow(person=to.person, about=about, chat=to.chat, language=language, days=falling, at=at)
                session.merge(row)

        self._sessions.write(write)

    def people(self, channels: Collection[str], others: Collection[str] = ()) -> list[Reachable]:
        """Return who is reachable in `channels` and has wishes, and those of `others` who wrote not long ago."""
        if not channels:
            return []
        lasts = select(InboxRow.person, func.max(InboxRow.id).label("id")).where(
            InboxRow.in_reply_to.is_(None), InboxRow.channel.in_(list(channels))
        )
        last = lasts.group_by(InboxRow.person).subquery()
        wrote = select(InboxRow.person, InboxRow.chat, InboxRow.at).join(last, InboxRow.id == last.c.id)
        wished = select(WishRow.person, WishRow.chat).where(
            or_(*(WishRow.person.startswith(f"{channel}:", autoescape=True) for channel in channels))
        )
        dead = select(TalkRow.person).where(TalkRow.dead.is_(True))

        def read(session: Session) -> list[Reachable]:
            gone = set(session.scalars(dead))
            found = {person: Reachable(person, chat) for person, chat in session.execute(wished)}
            asked = {*found, *others}
            written = {person: (chat, at) for person, chat, at in session.execute(wrote) if person in asked}
            found |= {person: Reachable(person, chat, at) for person, (chat, at) in written.items()}
            return [found[person] for person in sorted(found) if person not in gone]

        return self._sessions.read(read)

    def given(self, person: str) -> frozenset[str]:
        """Return the marks of the reminders that the person was given."""
        marks = select(ReminderRow.mark).where(ReminderRow.person == person)
        return self._sessions.read(lambda session: frozenset(session.scalars(marks)))

    def give(self, to: Reachable, marks: Collection[str], parts: Sequence[Part], at: datetime) -> bool:
        """Note that reminders are given and put `parts` into the outbox, in one transaction.

        Without parts the caller shows them. False, and nothing is done, where one of them was given meanwhile or
        the person has become unreachable.
        """

        def write(session: Session) -> bool:
            talk = session.get(TalkRow, to.person)
            if talk is not None and talk.dead:
                return False
            session.add_all(ReminderRow(person=to.person, mark=mark, at=at) for mark in sorted(set(marks)))
            session.add_all(outbox_rows(to, parts, "waiting", at))
            return True

        try:
            return self._sessions.write(write)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise

    def forget_before(self, moment: datetime) -> None:
        """Delete wishes last changed, and reminders given, before `moment`."""

        def write(session: Session) -> None:
            for table in (WishRow, ReminderRow):
                session.execute(delete(table).where(table.at < moment))

        self._sessions.write(write)
