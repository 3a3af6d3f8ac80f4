"""Reading Rasa's tracker, and writing what is said and set in the shapes that Rasa takes."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.registration.desk import Turn
from actions.registration.wording import Line
from actions.services import Services
from knowledge.vietnamese import is_english, is_marked

FORM = "registration_form"
FIELDS = (
    "unit_name", "unit_type", "registration_type", "field", "model_name", "quantity", "start_period", "location",
    "scale", "completion_period",
)  # fmt: skip
SHORT = 2  # words

Events = list[EventType]


def text_of(tracker: Tracker) -> str:
    """Return the message as the person wrote it."""
    return str(tracker.latest_message.get("text") or "")


def intent_of(tracker: Tracker) -> str | None:
    """Return the intent of the message."""
    intent = (tracker.latest_message.get("intent") or {}).get("name")
    return str(intent) if intent else None


def language_of(tracker: Tracker) -> str:
    """Return "en" or "vi"; a button, and a word or two that show neither ("ok", "2"), keep the language before.

    So does every message without marks while a form is open.
    """
    text, before = text_of(tracker), str(tracker.get_slot("language") or "vi")
    if text.startswith("/"):
        return before
    if (tracker.active_loop or {}).get("name") == FORM and not form_started_now(tracker):
        return "vi" if is_marked(text) else before
    if is_english(text):
        return "en"
    return before if len(text.split()) <= SHORT and not is_marked(text) else "vi"


def pressed_plan(tracker: Tracker) -> str | None:
    """Return the plan id that a pressed button carries, known or not; None for typed words."""
    if not text_of(tracker).startswith("/"):
        return None
    entities = tracker.latest_message.get("entities") or []
    return next((str(each.get("value")) for each in entities if each.get("entity") == "plan_id"), "")


def chosen_plan(tracker: Tracker, services: Services) -> str | None:
    """Return the plan chosen earlier, if it still exists."""
    plan_id = tracker.get_slot("plan_id")
    return plan_id if plan_id in services.plans else None


def form_started_now(tracker: Tracker) -> bool:
    """Tell whether the form began with this message rather than with an earlier one."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "active_loop" and event.get("name") == FORM:
            return True
    return False


def form_events(turn: Turn | None, tracker: Tracker) -> Events:
    """Return the slots that mirror `turn`; None, and any turn that is not open, ends the form and empties them."""
    if turn is None or not turn.open:
        emptied = [SlotSet(name, None) for name in FIELDS if tracker.get_slot(name) is not None]
        state = turn.form.state if turn and turn.form else None
        return [*emptied, SlotSet("registration_state", state), SlotSet("requested_slot", None)]
    mirrored = [
        SlotSet(name, turn.answers.get(name)) for name in FIELDS if tracker.get_slot(name) != turn.answers.get(name)
    ]
    state = turn.form.state if turn.form else None
    slot = turn.form.slot if turn.form else None
    return [
        *mirrored,
        SlotSet("registration_state", state),
        SlotSet("requested_slot", slot or state),
    ]


def say_turn(dispatcher: CollectingDispatcher, turn: Turn, file: dict[str, str] | None = None) -> None:
    """Say a turn of the desk, its envelope last; `file` is the name and the token of a paper for the person."""
    say_lines(dispatcher, turn.lines)
    if file is not None:
        dispatcher.utter_message(attachment=f"{file['token']}/{file['name']}")
    if turn.form is not None:
        dispatcher.utter_message(json_message=turn.form.as_custom())


def say_lines(dispatcher: CollectingDispatcher, lines: Sequence[Line]) -> None:
    """Say lines; a button sends words that the person could type."""
    for line in lines:
        buttons = [{"title": choice.title, "payload": choice.text} for choice in line.buttons]
        dispatcher.utter_message(text=one_message(line.text), buttons=buttons)


def one_message(text: str) -> str:
    """Return `text` with its empty lines kept: Rasa would cut it into several messages there."""
    return text.strip().replace("\n\n", "\n \n")


def plan_button(title: str, plan_id: str) -> dict[str, str]:
    """Return a button that chooses a plan."""
    return {"title": title, "payload": f'/choose_plan{{"plan_id": "{plan_id}"}}'}


def answer_envelope(
    outcome: str, plan_ids: Sequence[str] = (), citations: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the `custom` message that ends an answer."""
    return {"kind": "answer", "outcome": outcome, "plan_ids": list(plan_ids), "citations": list(citations)}
