"""Reminders over a memory, with a clock put by hand and drafts from a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.memory.opening import Memory
from bot.memory.wishes import ALL, Reachable
from bot.messages import Reply
from bot.reminders.desk import KeepFile, ReminderDesk, Unasked
from bot.reminders.due_list import DueList
from bot.reminders.reading import read_request
from bot.reminders.reminding import Reminding, Rules
from bot.reminders.schedule import read_hours
from bot.reminders.service import Reminders
from knowledge.corpus import load_plans
from knowledge.deadlines import ZONE

PLANS = load_plans()
DUE_LIST = DueList(PLANS)
APRIL = datetime(2023, 4, 3, 9, tzinfo=ZONE)  # the first deadline's last day is 24 April, of Yên Bái's registration
AN = Reachable("telegram:7", "7")
VISITOR = Reachable("web:an", "an")
EVERYTHING = {ALL: (7, 1)}


@dataclass(frozen=True)
class Left:
    """A draft as the registrations tell of it."""

    id: str
    person: str
    plan_id: str
    model_name: str | None
    at: datetime


@dataclass
class Office:
    """One process with reminders; several may share the database, none of them the clock."""

    memory: Memory
    now: datetime = APRIL
    drafts: list[Left] = field(default_factory=list)
    draft_days: int = 3
    unasked: Unasked = field(default_factory=lambda: {"telegram": None, "zalo_oa": timedelta(hours=48)})
    put_down: KeepFile | None = None
    files: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rules = Rules(read_hours("08:00-17:00"), self.draft_days)
        self.reminding = Reminding(self.memory.wishes, DUE_LIST, self._left, lambda: self.now, lambda: self.now, rules)
        self.desk = ReminderDesk(self.reminding, self.put_down or self.keep, self.unasked)
        self.reminders = Reminders(self.reminding, self.desk, self.unasked, 730)

    def at(self, *moment: int) -> "Office":
        """Put the clock to a moment of Vietnam's zone."""
        self.now = datetime(*moment, tzinfo=ZONE)  # type: ignore[misc, arg-type]
        return self

    def ask(self, text: str, to: Reachable = AN, language: str = "vi") -> Reply:
        """Return what the desk answers to a request."""
        request = read_request(text, PLANS)
        assert request is not None
        (reply,) = self.desk.serve(to, request, language)
        return reply

    def give(self, to: Reachable = AN) -> tuple[Reply, ...]:
        """Return what the person is reminded of now."""
        return self.reminding.give(to, self.reminding.drafts_left(to.person))

    def keep(self, person: str, name: str, content: bytes, now: datetime) -> str:
        """Keep a file, as the shelf of papers does."""
        self.files.append((person, name, content))
        return f"token-{len(self.files)}"

    def _left(self, after: datetime, before: datetime, person: str | None) -> Sequence[Left]:
        found = [left for left in self.drafts if after <= left.at < before]
        return [left for left in found if person in (None, left.person)]
