"""What Rasa's tracker store keeps of persons who are erased; run by test_tracker_store.py in Rasa's environment.

Reads the URL of a database, prints how many rows stand for each sender after each step.
"""

import asyncio
import json
import sys

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, AllSlotsReset, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import read_endpoint_config

ERASE = [AllSlotsReset(), SlotSet("erased_persons", ["web:1", "telegram:1"]), SlotSet("requested_slot", None)]


async def turn(store: TrackerStore, sender: str, *events: object) -> None:
    """Read a tracker, let a message and what it causes happen, and save, as Rasa does."""
    tracker = await store.get_or_create_tracker(sender)
    for event in (UserUttered("xin chào"), *events, ActionExecuted("action_listen")):
        tracker.update(event, store.domain)
    await store.save(tracker)


def rows(store: TrackerStore) -> dict[str, int]:
    """Return how many events are stored for each sender."""
    found: dict[str, int] = {}
    with store.session_scope() as session:
        for (sender,) in session.query(store.SQLEvent.sender_id):
            found[sender] = found.get(sender, 0) + 1
    return found


async def main() -> None:
    """Write, erase, write again."""
    endpoint = read_endpoint_config("endpoints.yml", endpoint_type="tracker_store")
    endpoint.url, endpoint.kwargs = sys.argv[1], {}
    store = TrackerStore.create(endpoint, Domain.load("nlu_data"))
    told = []
    for sender in ("web:1", "telegram:1", "web:2"):
        await turn(store, sender)
    await turn(store, "web:1")
    told.append(rows(store))
    await turn(store, "web:1", *ERASE)
    told.append(rows(store))
    await turn(store, "web:1")
    await turn(store, "web:1")
    told.append(rows(store))
    kept: DialogueStateTracker = await store.get_or_create_tracker("web:1")
    print(json.dumps({"class": type(store).__name__, "rows": told, "slot": kept.get_slot("erased_persons")}))


asyncio.run(main())
