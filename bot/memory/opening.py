"""Opening what the channels remember, all of it in one database."""

from dataclasses import dataclass
from datetime import datetime

from bot.memory.inbox import Inbox
from bot.memory.outbox import Outbox
from bot.memory.payloads import Payloads
from bot.memory.sessions import Sessions, open_sessions
from bot.memory.talks import Talks
from bot.memory.wishes import Wishes


@dataclass(frozen=True)
class Memory:
    """Messages in, parts out, talks, payloads and wishes to be reminded, over the same sessions."""

    sessions: Sessions
    inbox: Inbox
    outbox: Outbox
    talks: Talks
    payloads: Payloads
    wishes: Wishes

    def forget_before(self, moment: datetime) -> None:
        """Delete what was answered, sent or last used before `moment`.

        Raises:
            StoreUnavailable: the database cannot be used.
        """
        self.inbox.forget_before(moment)
        self.payloads.forget_before(moment)

    def close(self) -> None:
        """Let go of the database."""
        self.sessions.close()


def open_memory(url: str) -> Memory:
    """Return the memory in the database at `url`, migrated.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    sessions = open_sessions(url)
    stores = Inbox(sessions), Outbox(sessions), Talks(sessions), Payloads(sessions), Wishes(sessions)
    return Memory(sessions, *stores)
