"""The table of questions without an answer, in the same database as the registrations. Migrations make it."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import JSON, Engine, Index, Integer, String, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from knowledge.database import READING, as_unavailable, open_engine
from knowledge.unanswered import Candidate, Unanswered

T = TypeVar("T")

MIGRATIONS = Path(__file__).with_name("migrations")
MOST_KEPT = 5000
"""Questions kept at most; the one asked longest ago goes first."""

_TRIES = 3


class Base(DeclarativeBase):
    """The tables of this store and no others."""


class UnansweredRow(Base):
    """A question; moments are ISO 8601 text in UTC, so that every database sorts them alike."""

    __tablename__ = "unanswered"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    likeness: Mapped[str] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    plan_id: Mapped[str | None] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(10))
    plan_ids: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5))
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    times: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[str] = mapped_column(String(32))
    last_at: Mapped[str] = mapped_column(String(32))

    __table_args__ = (UniqueConstraint("likeness", name="one_row_a_question"), Index("unanswered_by_age", "last_at"))


class UnansweredStore:
    """Keeps questions without an answer for `retention_days`, at most `most` of them. Safe to use from threads."""

    def __init__(self, engine: Engine, retention_days: int, most: int = MOST_KEPT) -> None:
        self._engine = engine
        self._retention = timedelta(days=retention_days)
        self._most = most
        self._writing = threading.Lock()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def keep(self, item: Unanswered) -> int:
        """Keep a question and return its number; one kept before is counted up and takes the latest outcome.

        Raises:
            StoreUnavailable: it could not be written.
        """
        latest: dict[str, Any] = {
            "outcome": item.outcome,
            "scope": item.scope,
            "plan_ids": list(item.plan_ids),
            "candidates": [asdict(candidate) for candidate in item.candidates],
            "last_at": _text(item.last_at),
        }

        def write(session: Session) -> int:
            again = update(UnansweredRow).where(UnansweredRow.likeness == item.likeness)
            counted = again.values(times=UnansweredRow.times + 1, **latest).returning(UnansweredRow.id)
            known = session.scalar(counted)
            if known is None:
                new = {"question": item.question, "plan_id": item.plan_id, "language": item.language, "times": 1}
                row = UnansweredRow(likeness=item.likeness, first_at=_text(item.first_at), **new, **latest)
                session.add(row)
                session.flush()
                known = row.id
                self._make_room(session, item.last_at)
            return known

        with as_unavailable():
            for _ in range(_TRIES - 1):
                try:
                    return self._write(write)
                except IntegrityError:  # another process has just kept the same question
                    continue
            return self._write(write)

    def forget_old(self, now: datetime) -> None:
        """Delete the questions last asked longer ago than the retention.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        with as_unavailable():
            self._write(lambda session: self._make_room(session, now))

    def listed(self, now: datetime, since: datetime | None = None, plan_id: str | None = None) -> list[Unanswered]:
        """Return the questions within the retention, most asked first, then latest first.

        Args:
            now: an aware moment.
            since: only those last asked at or after it.
            plan_id: only those asked of that plan.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        begin = max(now - self._retention, since) if since else now - self._retention
        order = (UnansweredRow.times.desc(), UnansweredRow.last_at.desc(), UnansweredRow.id)
        wanted = select(UnansweredRow).where(UnansweredRow.last_at >= _text(begin)).order_by(*order)
        with as_unavailable(), Session(self._engine.execution_options(**READING)) as session:
            found = [_item(row) for row in session.scalars(wanted)]
        return [item for item in found if plan_id is None or item.concerns(plan_id)]

    def _make_room(self, session: Session, now: datetime) -> None:
        session.execute(delete(UnansweredRow).where(UnansweredRow.last_at < _text(now - self._retention)))
        over = (session.scalar(select(func.count()).select_from(UnansweredRow)) or 0) - self._most
        if over > 0:
            oldest = select(UnansweredRow.id).order_by(UnansweredRow.last_at, UnansweredRow.id).limit(over)
            session.execute(delete(UnansweredRow).where(UnansweredRow.id.in_(session.scalars(oldest).all())))

    def _write(self, write: Callable[[Session], T]) -> T:
        with self._writing, Session(self._engine) as session, session.begin():
            return write(session)


def open_unanswered(url: str, retention_days: int) -> UnansweredStore:
    """Return the store in the database at `url`, migrated.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    return UnansweredStore(open_engine(url, MIGRATIONS), retention_days)


def _item(row: UnansweredRow) -> Unanswered:
    return Unanswered(
        question=row.question,
        outcome=row.outcome,
        plan_id=row.plan_id,
        scope=row.scope,
        plan_ids=tuple(row.plan_ids),
        language=row.language,
        candidates=tuple(Candidate(**candidate) for candidate in row.candidates),
        first_at=datetime.fromisoformat(row.first_at),
        last_at=datetime.fromisoformat(row.last_at),
        times=row.times,
        number=row.id,
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
