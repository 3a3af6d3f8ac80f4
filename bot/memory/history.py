"""What was said with a person, read back as it was shown, for a channel whose window can be opened anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.memory.outbox import read_part
from bot.memory.sessions import Sessions
from bot.memory.tables import InboxRow, OutboxRow
from bot.messages import Part

PARTS_SHOWN = 200
"""How far back it goes, in parts."""


@dataclass(frozen=True)
class Exchange:
    """One message and the parts that answer it.

    `said` is what the person typed, or the title of the button pressed; empty where nobody asked (a reminder), and
    of the message that erased everything.
    """

    message_id: str | None
    said: str
    parts: tuple[Part, ...]


class History:
    """The talks as they were shown; raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def show(self, person: str) -> list[Exchange]:
        """Return the last exchanges with `person`, oldest first; what waited to be shown counts as sent from now on."""
        exchanges, unseen = self._sessions.read(lambda session: _read(session, person))
        if unseen:
            seen = update(OutboxRow).where(OutboxRow.id.in_(unseen)).values(state="sent")
            self._sessions.write(lambda session: session.execute(seen))
        return exchanges


def _read(session: Session, person: str) -> tuple[list[Exchange], list[int]]:
    """Return the exchanges, and the ids of the parts that the person has not seen yet."""
    shown = OutboxRow.state.in_(("sent", "waiting")), OutboxRow.person == person  # as the index has them
    last = select(OutboxRow).where(*shown).order_by(OutboxRow.id.desc()).limit(PARTS_SHOWN)
    rows = list(session.scalars(last))[::-1]
    asked = select(InboxRow).where(InboxRow.id.in_({row.inbox_id for row in rows} - {None}))
    messages = {message.id: message for message in session.scalars(asked)}
    exchanges: list[Exchange] = []
    for number, answers in groupby(rows, key=lambda row: row.inbox_id):
        parts = tuple(read_part(row.part) for row in answers)
        message = messages.get(number) if number is not None else None
        if message is None:
            exchanges.append(Exchange(None, "", parts))
        else:
            exchanges.append(Exchange(message.message_id, _said(message, exchanges), parts))
    return exchanges, [row.id for row in rows if row.state == "waiting"]


def _said(message: InboxRow, before: Sequence[Exchange]) -> str:
    """Return the words the person saw themselves say: what was typed, or the title on the button."""
    if message.kind != "pressed":
        return message.text
    return next((title for title, payload in _buttons(before) if payload == message.text), message.text)


def _buttons(exchanges: Sequence[Exchange]) -> Iterable[tuple[str, str]]:
    """Yield title and payload of the buttons shown, the latest first."""
    for exchange in reversed(exchanges):
        for part in reversed(exchange.parts):
            yield from ((button.title, button.payload) for button in part.buttons)
