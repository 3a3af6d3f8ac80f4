"""Saving a draft on SQLite, beside the same bytes in a bare SQLite transaction."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from actions.registration.draft import Draft
from actions.registration.store import open_store
from tests.benchmarks.bench import NOW, Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import interleave, p50, p50_ms

ROUNDS = 200


def measure(bench: Bench) -> list[Row]:
    """Save on the disk where the assistant keeps its state."""
    return rows(*compare(bench.folder / "drafts", ROUNDS))


def compare(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds of saving a draft and of a bare transaction, in a new folder."""
    folder.mkdir()
    now = datetime.fromisoformat(NOW)
    answers = {f"field_{number}": "Chi bộ Văn phòng" for number in range(10)}
    store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    draft = store.save_draft(Draft("draft", "bench:1", "yenbai-duk-2023", answers=answers), now, "started")
    payload = json.dumps(draft.to_dict())

    def save() -> None:
        nonlocal draft
        draft = store.save_draft(draft, now, "answered")

    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as bare:
        seconds = interleave({"save": save, "bare": _bare_write(bare, payload)}, rounds)
    store.close()
    return seconds["save"], seconds["bare"]


def rows(save: list[float], bare: list[float]) -> list[Row]:
    """Return the figures of savings in seconds."""
    how = f"p50 of {len(save)}, in turn with the other, synced to disk"
    return [
        Row("draft: saved", p50_ms(save), "ms", f"`Store.save_draft`, SQLite in WAL mode; {how}", short=True),
        Row("draft: bare transaction", p50_ms(bare), "ms", f"the same payload in an empty database; {how}"),
        Row("draft: saved over bare transaction", p50(save) / p50(bare), "×", how),
    ]


def _bare_write(connection: sqlite3.Connection, payload: str) -> Callable[[], None]:
    """Return what writes `payload` in one transaction with the store's own settings."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE drafts (id TEXT PRIMARY KEY, payload TEXT)")

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT OR REPLACE INTO drafts VALUES ('draft', ?)", (payload,))
        connection.execute("COMMIT")

    return write
