"""Opening the reminders over the channels' memory, the plans and the drafts of the registrations."""

from datetime import UTC, datetime
from functools import partial

from bot.memory.opening import Memory
from bot.reminders.desk import KeepFile, ReminderDesk, Unasked
from bot.reminders.due_list import DueList
from bot.reminders.reminding import LeftDrafts, Reminding, Rules
from bot.reminders.schedule import read_hours
from bot.reminders.service import Reminders
from bot.settings import Settings
from knowledge.live_plans import LivePlans


def open_reminders(
    settings: Settings, memory: Memory, keep: KeepFile, drafts: LeftDrafts, unasked: Unasked
) -> Reminders:
    """Return the reminders of `settings`; `keep` puts files down, `drafts` finds drafts left unfinished."""
    rules = Rules(read_hours(settings.reminder_hours), settings.draft_reminder_days)
    due_list = DueList(LivePlans(settings.added_plans))
    reminding = Reminding(memory.wishes, due_list, drafts, settings.now, partial(datetime.now, UTC), rules)
    return Reminders(reminding, ReminderDesk(reminding, keep, unasked), unasked, settings.retention_days)
