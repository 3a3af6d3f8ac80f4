"""Transactions on the database of what the channels remember."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.memory.tables import TalkRow
from knowledge.database import READING, as_unavailable, open_engine

T = TypeVar("T")

MIGRATIONS = Path(__file__).with_name("migrations")


class Sessions:
    """The engine, and one transaction a call. Safe to use from threads; every failure is a `StoreUnavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = OneWriter()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def read(self, read: Callable[[Session], T]) -> T:
        """Return what `read` finds."""
        with as_unavailable(), Session(self._engine.execution_options(**READING)) as session:
            return read(session)

    def write(self, write: Callable[[Session], T], *, first: bool = False) -> T:
        """Run `write` in one transaction and return what it returns; `first`: before all that wait."""
        with as_unavailable(), self._writer.turn(first), Session(self._engine) as session, session.begin():
            return write(session)


class OneWriter:
    """Lets threads write one at a time, as SQLite does anyway, those in a hurry before the others."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._writing = False
        self._in_a_hurry = 0

    @contextmanager
    def turn(self, first: bool) -> Iterator[None]:
        """Wait for a turn and hold it."""
        with self._changed:
            self._in_a_hurry += first
            self._changed.wait_for(lambda: not self._writing and (first or not self._in_a_hurry))
            self._in_a_hurry -= first
            self._writing = True
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()


def open_sessions(url: str) -> Sessions:
    """Return the sessions on the database at `url`, its tables brought up to date.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    return Sessions(open_engine(url, MIGRATIONS))


def talk_row(session: Session, person: str, at: datetime) -> TalkRow:
    """Return the row of the talk with `person`, a new one if there is none yet."""
    row = session.get(TalkRow, person)
    if row is None:
        row = TalkRow(person=person, options={}, offered=[], noticed=False, told=False, dead=False, attempts=0, at=at)
        session.add(row)
    row.at = at
    return row
