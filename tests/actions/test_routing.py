import pytest
from rasa_sdk import Tracker

from actions.meanings import Offer, meanings
from actions.offering_action import OfferMeanings
from actions.rasa_actions import SmallTalk, all_actions
from actions.routing import ACTION_OF_MEANING, ASKING, COURTESY_FROM, NORMAL_ACTION, belongs_elsewhere, likely_courtesy
from tests.actions.fakes import Ran, services, tracker


def test_every_action_that_something_leads_to_exists() -> None:
    names = {action.name() for action in all_actions(services())} | {"registration_form"}
    assert set(NORMAL_ACTION.values()) | set(ACTION_OF_MEANING.values()) <= names
    assert set(meanings()["titles"]) <= set(ACTION_OF_MEANING)


def test_a_message_of_its_own_belongs_nowhere_else() -> None:
    assert belongs_elsewhere(tracker("cảm ơn", "thank"), "action_small_talk") is None


@pytest.mark.parametrize("intent", ASKING)
def test_the_question_that_was_asked_for_is_handed_over(intent: str) -> None:
    wanted = tracker("kinh phí?", intent, question_wanted=True)
    assert belongs_elsewhere(wanted, "action_answer_question") == "action_hand_over"
    assert belongs_elsewhere(wanted, "action_hand_over") is None


def test_a_command_is_no_question_that_was_asked_for() -> None:
    assert belongs_elsewhere(tracker("quên tôi", "forget_me", question_wanted=True), "action_forget_me") is None


def test_a_chosen_meaning_comes_before_the_intent_of_its_number() -> None:
    chosen = tracker("1", "deny", offered_meanings=Offer("x", ("hand_over",)).as_slot())
    assert belongs_elsewhere(chosen, "action_small_talk") == "action_hand_over"
    assert belongs_elsewhere(chosen, "action_hand_over") is None
    assert belongs_elsewhere(tracker("1", "deny"), "action_small_talk") is None


def unsure(name: str, confidence: float, **slots: object) -> Tracker:
    given = tracker("hiii", "nlu_fallback", **slots)
    fallback = {"name": "nlu_fallback", "confidence": 0.6}
    given.latest_message["intent_ranking"] = [fallback, {"name": name, "confidence": confidence}]
    return given


@pytest.mark.parametrize(
    ("name", "confidence", "courtesy"),
    [
        ("greet", COURTESY_FROM, "greet"),
        ("greet", COURTESY_FROM - 0.01, None),
        ("register_model", 0.59, None),
        ("out_of_scope", 0.59, None),
    ],
)
def test_what_is_likely_a_courtesy_gets_one(name: str, confidence: float, courtesy: str | None) -> None:
    given = unsure(name, confidence)
    assert likely_courtesy(given) == courtesy
    ran = Ran(OfferMeanings(services()), given)
    assert ran.next == (["action_small_talk"] if courtesy else ["action_listen"])
    if courtesy:
        assert Ran(SmallTalk(services()), given).responses == ["utter_greet"]


def test_a_message_that_was_understood_is_what_it_was_understood_as() -> None:
    assert likely_courtesy(tracker("hi", "greet")) is None
    assert belongs_elsewhere(unsure("thank", 0.59, question_wanted=True), "action_offer_meanings") == "action_hand_over"
