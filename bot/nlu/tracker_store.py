"""Rasa's SQL tracker store, which forgets a person as soon as their data is erased.

Rasa has no call that deletes a conversation, and whatever is deleted during a turn is written again at its end. So the
store itself looks, when a turn is saved, whether it has erased anybody: the slot `erased_persons` then names them.
"""

from collections.abc import Iterable

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

ERASED = "erased_persons"


class ForgettingTrackerStore(SQLTrackerStore):
    """Saves a turn as `SQLTrackerStore` does; one that erases persons leaves no row of theirs instead."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save the tracker, or delete every conversation of the persons that its last turn has erased."""
        erased = erased_by(tracker.events)
        if not erased:
            await super().save(tracker)
            return
        with self.session_scope() as session:
            rows = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id.in_({*erased, tracker.sender_id}))
            rows.delete(synchronize_session=False)
            session.commit()


def erased_by(events: Iterable[Event]) -> list[str]:
    """Return the persons whom the last turn among `events`, oldest first, has erased."""
    erased: list[str] = []
    for event in events:
        if isinstance(event, UserUttered):
            erased = []
        elif isinstance(event, SlotSet) and event.key == ERASED and event.value:
            erased = list(event.value)
    return erased
