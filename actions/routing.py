"""Which action each intent leads to, and which one a message belongs to because of what was asked just before."""

from rasa_sdk import Tracker

from actions.conversation import FORM, QUESTION_WANTED, intent_of, is_choice_of_meaning

UNSURE = "nlu_fallback"
ASKING = ("ask_plan", "out_of_scope", UNSURE)
"""Intents of a message that may be a question."""

COURTESIES = (
    "greet", "goodbye", "thank", "bot_challenge", "help", "annoyed", "confirm", "deny", "cancel", "go_back",
)  # fmt: skip

NORMAL_ACTION = {
    "choose_plan": "action_choose_plan",
    "list_registrations": "action_list_registrations",
    "hand_over": "action_hand_over",
    "forget_me": "action_forget_me",
    UNSURE: "action_offer_meanings",
    **dict.fromkeys(COURTESIES, "action_small_talk"),
}
ACTION_OF_MEANING = {
    **NORMAL_ACTION,
    "ask_plan": "action_answer_question",
    "register_model": FORM,
    "resume": FORM,
}


COURTESY_FROM = 0.5
"""Confidence, from 0 to 1, from which a message is answered as the courtesy it may be: that does no harm."""


def likely_courtesy(tracker: Tracker) -> str | None:
    """Return the courtesy that a message is likely to be for which no intent was sure enough; None for no such one."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    likeliest = next((each for each in ranking if each["name"] != UNSURE), None)
    if intent_of(tracker) != UNSURE or likeliest is None or likeliest["name"] not in COURTESIES:
        return None
    return str(likeliest["name"]) if likeliest["confidence"] >= COURTESY_FROM else None


def belongs_elsewhere(tracker: Tracker, action: str) -> str | None:
    """Return the action that a message belongs to for what was asked before it; None where that is `action` or none.

    It may choose one of the meanings that were offered, be the question that was asked for, or likely be a courtesy.
    """
    wanted = None
    if is_choice_of_meaning(tracker):
        wanted = ACTION_OF_MEANING[intent_of(tracker) or ""]
    elif tracker.get_slot(QUESTION_WANTED) and intent_of(tracker) in ASKING:
        wanted = "action_hand_over"
    elif likely_courtesy(tracker):
        wanted = NORMAL_ACTION["greet"]
    return wanted if wanted != action else None
