"""Reading Rasa's tracker, and writing what is said and set in the shapes that Rasa takes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.handing_over import Handed
from actions.meanings import Offer, read_offer
from actions.registration.desk import Turn
from actions.registration.wording import Line
from actions.services import Services
from knowledge.vietnamese import is_english, is_marked

FORM = "registration_form"
FIELDS = (
    "unit_name", "unit_type", "registration_type", "field", "model_name", "quantity", "start_period", "location",
    "scale", "completion_period",
)  # fmt: skip
OFFERED_MEANINGS = "offered_meanings"  # a slot, see `Offer`
QUESTION_WANTED = "question_wanted"  # a slot: the next message is the question to hand over
ERASED = "erased_persons"  # a slot that bot/nlu/tracker_store.py looks for
SHORT = 2  # words

Events = list[EventType]


def text_of(tracker: Tracker) -> str:
    """Return the message as the person wrote it; where it chooses a meaning, the words that were not understood."""
    text, offer = _typed(tracker), _offer(tracker)
    return offer.words if offer and offer.chosen(text) else text


def intent_of(tracker: Tracker) -> str | None:
    """Return the intent of the message, or the meaning that it chooses."""
    offer = _offer(tracker)
    if offer and (chosen := offer.chosen(_typed(tracker))):
        return chosen
    intent = (tracker.latest_message.get("intent") or {}).get("name")
    return str(intent) if intent else None


def confidence_of(tracker: Tracker) -> float:
    """Return how sure the understanding is of the intent, from 0 to 1."""
    return float((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)


def is_choice_of_meaning(tracker: Tracker) -> bool:
    """Tell whether the message chooses one of the meanings that were offered just before."""
    offer = _offer(tracker)
    return offer is not None and offer.chosen(_typed(tracker)) is not None


def ranking_of(tracker: Tracker) -> list[str]:
    """Return the intents that the message may have, the likeliest first, without the fall-back."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    return [str(each["name"]) for each in ranking if each["name"] != "nlu_fallback"]


def _typed(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")


def _offer(tracker: Tracker) -> Offer | None:
    return read_offer(tracker.get_slot(OFFERED_MEANINGS))


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
        SlotSet("requested_slot", turn.asked or slot or state),
    ]


def erasing_events(turn: Turn) -> Events:
    """Return what makes Rasa's tracker store forget the persons whose data a turn has erased."""
    return [AllSlotsReset(), SlotSet(ERASED, list(turn.erased))] if turn.erased else []


def say_turn(dispatcher: CollectingDispatcher, turn: Turn, handed: Handed | None = None) -> None:
    """Say a turn of the desk, its envelope last; `handed` is the paper it brings.

    `"erased"` in the envelope names the persons whose messages and reminders the channels forget.
    """
    lines = turn.lines
    if handed is not None and lines:
        lines = (*lines[:-1], replace(lines[-1], text=f"{lines[-1].text}\n{handed.text}"))
    say_lines(dispatcher, lines)
    if handed is not None and handed.attachment:
        dispatcher.utter_message(attachment=handed.attachment)
    if turn.form is not None:
        erased = {"erased": list(turn.erased)} if turn.erased else {}
        dispatcher.utter_message(json_message={**turn.form.as_custom(), **erased})


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
