"""What a person is to be reminded of now: deadlines wished for, and drafts left unfinished; each once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.dialogue import Render
from bot.memory.wishes import ALL, DRAFTS, Reachable, Wished, Wishes
from bot.messages import Reply
from bot.reminders.due_list import DueList
from bot.reminders.schedule import Hours, reached
from bot.reminders.wording import say
from knowledge.deadlines import ZONE, Due

ENVELOPE = {"kind": "reminder"}
DRAFT_WINDOW = timedelta(days=30)
"""How long after the day of reminding a draft is still reminded of; later it is rather given up than forgotten."""


class LeftDraft(Protocol):
    """A draft as the registrations keep it: whose, of which plan, the model's name if it has one, since when."""

    @property
    def id(self) -> str:
        """The draft's id."""

    @property
    def person(self) -> str:
        """Whose it is."""

    @property
    def plan_id(self) -> str:
        """The plan that it is for."""

    @property
    def model_name(self) -> str | None:
        """The model's name, if it has one."""

    @property
    def at(self) -> datetime:
        """When it was last touched."""


LeftDrafts = Callable[[datetime, datetime, str | None], Sequence[LeftDraft]]
"""From two moments to the drafts last touched between them, of one person if one is named."""


@dataclass(frozen=True)
class Rules:
    """The office's settings: when people are written to, and after how many days of a draft (0: never of drafts)."""

    hours: Hours
    draft_days: int


class Reminding:
    """Finds what is to be said, and gives it once.

    Args:
        wishes: what people wish.
        due_list: the deadlines.
        drafts: finds drafts left.
        clock: gives aware moments.
        channel_clock: gives those under which messages are kept; it goes on even where the assistant's clock stands.
        rules: the office's settings.
    """

    def __init__(
        self,
        wishes: Wishes,
        due_list: DueList,
        drafts: LeftDrafts,
        clock: Callable[[], datetime],
        channel_clock: Callable[[], datetime],
        rules: Rules,
    ) -> None:
        self.wishes = wishes
        self.due_list = due_list
        self.clock = clock
        self.rules = rules
        self._channel_clock = channel_clock
        self._drafts = drafts

    def drafts_left(self, person: str | None = None) -> Sequence[LeftDraft]:
        """Return the drafts, of one person or of all, that are to be reminded of now."""
        if not self.rules.draft_days:
            return ()
        before = self.clock() - timedelta(days=self.rules.draft_days)
        found = self._drafts(before - DRAFT_WINDOW, before, person)
        return [draft for draft in found if draft.plan_id in self.due_list.plans]

    def give(self, to: Reachable, left: Sequence[LeftDraft], render: Render | None = None) -> tuple[Reply, ...]:
        """Return what the person is to be reminded of now, and note it as given; nothing is returned twice.

        With `render` it is put into the outbox too.

        Raises:
            StoreUnavailable: nothing was noted.
        """
        wishes = self.wishes.of(to.person)
        may_be_drafts = [] if _none_of(wishes.get(DRAFTS)) else list(left)
        if not wishes and not may_be_drafts:
            return ()
        now, given = self.clock(), self.wishes.given(to.person)
        language = next((each.language for each in wishes.values()), "vi")
        deadlines, marks = self._deadlines(wishes, given, now, language)
        new = {f"draft | {draft.id}": draft for draft in may_be_drafts if f"draft | {draft.id}" not in given}
        replies = (*deadlines, *(self._draft(draft, language) for draft in new.values()))
        parts = [part for reply in replies for part in render(reply, language)] if render else []
        return replies if replies and self.wishes.give(to, marks | new.keys(), parts, self._channel_clock()) else ()

    def _deadlines(
        self, wishes: Mapping[str, Wished], given: frozenset[str], now: datetime, language: str
    ) -> tuple[tuple[Reply, ...], set[str]]:
        """Return the one reply that tells all deadlines, none where there are none, and their marks."""
        dues: list[Due] = []
        marks: set[str] = set()
        for due in self.due_list.dated(now) if any(each.days for each in wishes.values()) else ():
            wished = wishes.get(due.plan_id) or wishes.get(ALL)
            new = reached(due, wished.days, wished.at, now, self.rules.hours) - given if wished else frozenset()
            if new:
                dues.append(due)
                marks |= new
        told = self.due_list.told(dues, language) if dues else None
        if told is None:
            return (), set()
        text = "\n".join([say("reminder", language), told.text, say("reminder_end", language)])
        return (Reply(text, citations=told.citations, custom=ENVELOPE),), marks

    def _draft(self, draft: LeftDraft, language: str) -> Reply:
        name = f"“{draft.model_name}”" if draft.model_name else say("unnamed", language)
        plan, day = self.due_list.plans[draft.plan_id].label, f"{draft.at.astimezone(ZONE):%d/%m/%Y}"
        return Reply(say("draft", language, name=name, plan=plan, day=day), custom=ENVELOPE)


def _none_of(wished: Wished | None) -> bool:
    return wished is not None and not wished.days
