"""Parts to send: kept until the messenger has taken them, and handed out in the order of each person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.memory.sessions import Sessions
from bot.memory.tables import OutboxRow, TalkRow
from bot.messages import Part, Received

_PART = TypeAdapter(Part)


@dataclass(frozen=True)
class Outgoing:
    """One part on its way; `doubtful`: it may have arrived already."""

    id: int
    person: str
    channel: str
    chat: str
    in_reply_to: str | None
    part: Part
    doubtful: bool


class Outbox:
    """The parts; every method raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def next_of(self, person: str) -> Outgoing | None:
        """Return the oldest part for `person` that waits to be sent."""
        oldest = (
            select(OutboxRow).where(OutboxRow.state == "waiting", OutboxRow.person == person).order_by(OutboxRow.id)
        )

        def read(session: Session) -> Outgoing | None:
            row = session.scalars(oldest.limit(1)).first()
            if row is None:
                return None
            part = read_part(row.part)
            return Outgoing(row.id, row.person, row.channel, row.chat, row.in_reply_to, part, row.doubtful)

        return self._sessions.read(read)

    def add(self, received: Received, parts: Sequence[Part], at: datetime) -> None:
        """Add parts that answer nothing yet, such as the word that the assistant is down."""
        self._sessions.write(lambda session: session.add_all(outbox_rows(received, parts, "waiting", at)))

    def sent(self, outgoing: Outgoing) -> None:
        """Mark a part as sent; the person can be reached."""
        self._end(outgoing, "sent")

    def give_up(self, outgoing: Outgoing) -> None:
        """Mark a part as one that the messenger does not take; what comes after it has not failed yet."""
        self._end(outgoing, "given_up")

    def _end(self, outgoing: Outgoing, state: str) -> None:
        def write(session: Session) -> None:
            session.execute(_set(outgoing, state=state))
            failed = update(TalkRow).where(TalkRow.person == outgoing.person, TalkRow.attempts > 0)
            session.execute(failed.values(attempts=0, not_before=None))

        self._sessions.write(write)

    def doubt(self, outgoing: Outgoing) -> None:
        """Mark a part as one that may have arrived."""
        self._sessions.write(lambda session: session.execute(_set(outgoing, doubtful=True)))

    def waiting(self) -> int:
        """Return how many parts wait to be sent."""
        count = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "waiting")
        return self._sessions.read(lambda session: session.scalar(count) or 0)


class Addressee(Protocol):
    """Where parts go: a person, and the chat on a channel; in a group, below which message."""

    @property
    def person(self) -> str:
        """The person, `<channel>:<id>`."""

    @property
    def channel(self) -> str:
        """The channel's name."""

    @property
    def chat(self) -> str:
        """The messenger's id of the chat."""

    @property
    def in_reply_to(self) -> str | None:
        """The message to answer, in a group."""


def outbox_rows(
    to: Addressee, parts: Sequence[Part], state: str, at: datetime, inbox_id: int | None = None
) -> list[OutboxRow]:
    """Return the rows of `parts` for the person and chat of `to`."""
    return [
        OutboxRow(
            inbox_id=inbox_id,
            person=to.person,
            channel=to.channel,
            chat=to.chat,
            in_reply_to=to.in_reply_to,
            part=_PART.dump_python(part, mode="json"),
            state=state,
            doubtful=False,
            at=at,
        )
        for part in parts
    ]


def read_part(kept: dict[str, Any]) -> Part:
    """Return the part that was kept as plain data."""
    return _PART.validate_python(kept)


def _set(outgoing: Outgoing, **values: Any) -> Any:
    return update(OutboxRow).where(OutboxRow.id == outgoing.id).values(**values)
