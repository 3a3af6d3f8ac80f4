"""What is remembered of the talk with each person: open choices, what was told, and when to try again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.memory.outbox import outbox_rows
from bot.memory.sessions import Sessions, talk_row
from bot.memory.tables import UNTIL_THEY_WRITE, InboxRow, OutboxRow, TalkRow
from bot.messages import Part, Received


@dataclass(frozen=True)
class Talk:
    """A talk as it stands; the meaning of each value stands at `TalkRow`."""

    options: Mapping[str, str] = field(default_factory=dict)
    offered: Collection[str] = ()
    noticed: bool = False
    told: bool = False
    dead: bool = False
    attempts: int = 0


class Talks:
    """The talks; every method raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of(self, person: str) -> Talk:
        """Return the talk with `person`."""

        def read(session: Session) -> Talk:
            row = session.get(TalkRow, person)
            if row is None:
                return Talk()
            return Talk(row.options, row.offered, row.noticed, row.told, row.dead, row.attempts)

        return self._sessions.read(read)

    def due(self, channels: Collection[str], now: datetime, at_most: int, but: Collection[str] = ()) -> list[str]:
        """Return people of `channels` for whom something waits and may be tried now, who waited longest first."""
        waiting = (
            select(InboxRow.person, func.min(InboxRow.at).label("since"))
            .where(InboxRow.state == "waiting", InboxRow.channel.in_(channels))
            .group_by(InboxRow.person)
            .union_all(
                select(OutboxRow.person, func.min(OutboxRow.at))
                .where(OutboxRow.state == "waiting", OutboxRow.channel.in_(channels))
                .group_by(OutboxRow.person)
            )
            .subquery()
        )
        people = (
            select(waiting.c.person)
            .outerjoin(TalkRow, TalkRow.person == waiting.c.person)
            .where(or_(TalkRow.not_before.is_(None), TalkRow.not_before <= now), waiting.c.person.not_in(but))
            .group_by(waiting.c.person)
            .order_by(func.min(waiting.c.since), waiting.c.person)
            .limit(at_most)
        )
        return self._sessions.read(lambda session: list(session.scalars(people)))

    def put_off(self, person: str, until: datetime, at: datetime) -> None:
        """Count a failure; nothing of this person is tried before `until`."""

        def write(session: Session) -> None:
            talk = talk_row(session, person, at)
            talk.attempts, talk.not_before = talk.attempts + 1, until

        self._sessions.write(write)

    def close(self, person: str, at: datetime) -> None:
        """Keep what waits, and try nothing of it until the person writes again."""

        def write(session: Session) -> None:
            talk_row(session, person, at).not_before = UNTIL_THEY_WRITE

        self._sessions.write(write)

    def tell(self, received: Received, parts: Sequence[Part], at: datetime) -> None:
        """Add parts that say that the assistant is down, and remember that the person knows."""

        def write(session: Session) -> None:
            talk_row(session, received.person, at).told = True
            session.add_all(outbox_rows(received, parts, "waiting", at))

        self._sessions.write(write)

    def mark_dead(self, person: str, at: datetime) -> None:
        """Remember that the person cannot be reached, and give up what was to be sent."""

        def write(session: Session) -> None:
            talk_row(session, person, at).dead = True
            unsent = update(OutboxRow).where(OutboxRow.person == person, OutboxRow.state == "waiting")
            session.execute(unsent.values(state="given_up"))

        self._sessions.write(write)
