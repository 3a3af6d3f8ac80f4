"""Transactions on the database, and what all parts of the store share: the audit line, whose a row is."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from actions.registration.database import READING, as_unavailable
from actions.registration.tables import AuditRow, LinkRow
from actions.registration.units import NO_UNITS, Units

T = TypeVar("T")

_TRIES = 5


class Sessions:
    """The engine, and one transaction a call. `units` tells which unit a typed name means."""

    def __init__(self, engine: Engine, units: Units = NO_UNITS) -> None:
        self._engine = engine
        self._units = units
        self._writing = threading.Lock()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

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


def audit_line(now: datetime, person: str, action: str, subject: str, version: int) -> AuditRow:
    """Return the row that says who did what to which subject; it holds no answers."""
    return AuditRow(at=now, person=person, action=action, subject=subject, version=version)


def belongs_to(column: InstrumentedAttribute[str], person: str) -> ColumnElement[bool]:
    """Return the condition that `column` names the person, in this channel or one linked to it."""
    circle = select(LinkRow.circle).where(LinkRow.person == person).scalar_subquery()
    return or_(column == person, column.in_(select(LinkRow.person).where(LinkRow.circle == circle)))


def names_of(session: Session, person: str) -> list[str]:
    """Return the strings by which the person is known in all linked channels, the given one first."""
    linked: Any = session.scalars(select(LinkRow.person).where(belongs_to(LinkRow.person, person)))
    return [person, *sorted(name for name in linked if name != person)]
