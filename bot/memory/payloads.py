"""Payloads too long for a messenger's button, kept under short keys."""

import base64
import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.memory.sessions import Sessions
from bot.memory.tables import PayloadRow

_PREFIX = "k:"
_DIGEST_BYTES = 10


class Payloads:
    """The payloads; every method raises `StoreUnavailable` where the database cannot be used."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def shortened(self, payload: str, limit: int, at: datetime) -> str:
        """Return what a button carries for `payload`: itself, or a key of 18 bytes where it is over `limit` bytes."""
        if len(payload.encode()) <= limit and not payload.startswith(_PREFIX):
            return payload
        digest = hashlib.blake2b(payload.encode(), digest_size=_DIGEST_BYTES).digest()
        key = _PREFIX + base64.b32encode(digest).decode().lower()

        def write(session: Session) -> None:
            session.merge(PayloadRow(key=key, payload=payload, at=at))

        self._sessions.write(write)
        return key

    def whole(self, carried: str) -> str | None:
        """Return the payload that a button carries, or None for a key that is not known."""
        if not carried.startswith(_PREFIX):
            return carried
        row = self._sessions.read(lambda session: session.get(PayloadRow, carried))
        return None if row is None else row.payload

    def forget_before(self, moment: datetime) -> None:
        """Delete payloads last shown before `moment`."""
        self._sessions.write(lambda session: session.execute(delete(PayloadRow).where(PayloadRow.at < moment)))
