"""Opening the database that the assistant keeps things in: its engine, the settings of SQLite, the migrations.

Every store has migrations of its own, counted in a table of its own, so that several can share one database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Dialect, Engine, String, TypeDecorator, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

READING = {"reading": True}  # execution option of a transaction that writes nothing
_BUSY_SECONDS = 10
_MIGRATION_LOCK = 7_205_759
_PLAIN_POSTGRESQL = ("postgresql", "postgres")  # no driver named: the installed one is psycopg 3


class AwareTime(TypeDecorator[datetime]):
    """A moment, kept as ISO 8601 text in UTC so that every database sorts and returns it alike."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an aware moment; ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware moment that the text names."""
        return None if value is None else datetime.fromisoformat(value)


class StoreUnavailable(Exception):
    """The store cannot be read or written now; the cause is in the message. Nothing was saved."""


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Turn every failure of the database or its file into `StoreUnavailable`."""
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError) as error:  # ImportError: a driver that is not installed
        cause = getattr(error, "orig", None) or error
        raise StoreUnavailable(f"The database cannot be used: {cause}") from error


def open_engine(url: str, migrations: Path) -> Engine:
    """Return the engine of the database at `url`, the tables that `migrations` make brought up to date.

    A missing folder of an SQLite file is made. `postgresql://` means the driver that is installed, psycopg 3.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    with as_unavailable():
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and not parsed.database.startswith("file:"):
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
            _prepare_sqlite(engine)
        else:
            if parsed.drivername in _PLAIN_POSTGRESQL:
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, pool_pre_ping=True)
        _migrate(engine, migrations)
    return engine


def _migrate(engine: Engine, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # processes that start together take turns; SQLite locks by itself
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(engine: Engine) -> None:
    """Set WAL and full syncing; a transaction that writes takes the lock at its beginning."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
