"""The database of registrations: opened as every store's is, with the migrations of this folder."""

from pathlib import Path

from sqlalchemy import Engine

from knowledge import database
from knowledge.database import READING, StoreUnavailable, as_unavailable

__all__ = ["MIGRATIONS", "READING", "StoreUnavailable", "as_unavailable", "open_engine"]

MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str) -> Engine:
    """Return the engine of the database at `url`, its tables brought up to date.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    return database.open_engine(url, MIGRATIONS)
