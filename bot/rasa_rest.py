"""Rasa's REST channel, with each message done once; loaded by the Rasa server (credentials.yml).

Rasa gives every request an id of its own, so a message that is sent again after a lost answer would be taken for the
person's next one. Here a request that names its message (`metadata.message_id`) is answered with the turn that this
message had before, and a turn goes on to its end where the one who asked is gone.
"""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput

KEPT_SECONDS = 2 * 24 * 3600
"""How long the last turn of a person is kept; one that broke is tried again within seconds."""

Handler = Callable[[UserMessage], Awaitable[Any]]


class Turns:
    """The last turn of each sender, in a file of its own."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS turns (sender TEXT PRIMARY KEY, message_id TEXT, messages TEXT, at REAL)"
        )
        self._connection.execute("DELETE FROM turns WHERE at < ?", (time.time() - KEPT_SECONDS,))

    def of(self, sender: str, message_id: str) -> list[dict[str, Any]] | None:
        """Return what this message was answered with, None if it is not the last one that was answered."""
        query = "SELECT messages FROM turns WHERE sender = ? AND message_id = ?"
        row = self._connection.execute(query, (sender, message_id)).fetchone()
        return None if row is None else list(json.loads(row[0]))

    def keep(self, sender: str, message_id: str, messages: list[dict[str, Any]]) -> None:
        """Keep a turn in the place of the sender's last one."""
        values = (sender, message_id, json.dumps(messages), time.time())
        self._connection.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?)", values)


class RestOnce(RestInput):
    """The REST channel under its usual address; requests without a `message_id` are handled as ever."""

    def __init__(self, file: str | None = None) -> None:
        self._turns = Turns(Path(file or os.environ["TURNS_DB"]))
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    def blueprint(self, on_new_message: Handler) -> Any:
        """Return the routes of the REST channel."""
        return super().blueprint(self.once(on_new_message))

    def once(self, on_new_message: Handler) -> Handler:
        """Return `on_new_message` for messages that may come again."""

        async def handle(message: UserMessage) -> None:
            message_id = str((message.metadata or {}).get("message_id") or "")
            if not message_id:
                await on_new_message(message)
                return
            said, key = message.output_channel.messages, (message.sender_id, message_id)
            kept = self._turns.of(*key)
            if kept is None and (running := self._running.get(key)) is not None:
                await asyncio.wait({running})
                kept = self._turns.of(*key)
            if kept is not None:
                said.extend(kept)
                return
            task = asyncio.create_task(self._do(on_new_message, message, message_id))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
            await asyncio.shield(task)

        return handle

    async def _do(self, on_new_message: Handler, message: UserMessage, message_id: str) -> None:
        """Do the turn; an empty one has failed, and is done again when the message comes again."""
        await on_new_message(message)
        if message.output_channel.messages:
            self._turns.keep(message.sender_id, message_id, message.output_channel.messages)
