from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.form_action import ValidateRegistrationForm
from actions.front_office import SURE_OF_A_STRANGER
from actions.meanings import Offer, title
from actions.offering_action import SURE, OfferMeanings, is_question
from actions.rasa_actions import AnswerQuestion, ChoosePlan, SmallTalk
from actions.routing import ACTION_OF_MEANING
from knowledge.answers import Answer
from tests.actions.fakes import FakeAnswerer, FakeDesk, Ran, services, tracker, turn

OFFER = Offer("sổ tay dân vận", ("ask_plan", "register_model", "help"))
UNSURE = ["register_model", "greet", "ask_plan"]


def unsure(text: str, *ranking: str, **slots: Any) -> Tracker:
    """A message for which no intent was sure enough."""
    given = tracker(text, "nlu_fallback", **slots)
    given.latest_message["intent_ranking"] = [{"name": each, "confidence": 0.2} for each in ("nlu_fallback", *ranking)]
    return given


def answerer(outcome: str = "answered", certainty: float = 0.3) -> FakeAnswerer:
    made = FakeAnswerer(outcome)
    made.certainty = certainty
    return made


@pytest.mark.parametrize(("words", "language"), [("văn phòng 2", "vi"), ("the form of my office", "en")])
def test_the_likeliest_meanings_are_offered_with_the_persons_own_words(words: str, language: str) -> None:
    asked = answerer()
    ran = Ran(OfferMeanings(services(asked)), unsure(words, *UNSURE))
    titles = [title(intent, language) for intent in ("register_model", "ask_plan", "help")]
    assert ran.buttons == [{"title": each, "payload": each} for each in titles]
    assert all(f"{number}. {each}" in ran.texts[0] for number, each in enumerate(titles, 1))
    assert f"“{words}”" in ran.texts[0]
    assert ran.customs[-1]["outcome"] == "clarify" and ran.next == ["action_listen"]
    assert ran.slots["offered_meanings"] == {"words": words, "intents": ["register_model", "ask_plan", "help"]}
    assert asked.looked_up == [words] and not asked.asked, "nothing is kept for the staff yet"


def test_what_the_index_is_sure_of_is_answered_at_once() -> None:
    asked = answerer(certainty=SURE)
    ran = Ran(OfferMeanings(services(asked)), unsure("phòng nội vụ hồng lĩnh", "ask_plan", "register_model"))
    assert [question for question, *_ in asked.asked] == ["phòng nội vụ hồng lĩnh"]
    assert ran.customs[-1]["outcome"] == "answered" and not ran.buttons
    assert ran.slots["question_history"] == ["phòng nội vụ hồng lĩnh"]


def test_of_a_long_message_the_beginning_is_shown_and_all_of_it_kept() -> None:
    words = "đồng chí bảo là " * 20
    ran = Ran(OfferMeanings(services(answerer())), unsure(words, *UNSURE))
    assert "…" in ran.texts[0] and len(ran.texts[0]) < 400
    assert ran.slots["offered_meanings"]["words"] == words


@pytest.mark.parametrize(
    ("outcome", "certainty", "ranking", "answered"),
    [
        ("answered", SURE, ["ask_plan", "help"], True),
        ("answered_per_plan", SURE, ["ask_plan", "help"], True),
        ("answered", SURE - 0.01, ["ask_plan", "help"], False),
        ("answered", SURE, ["register_model", "ask_plan"], False),
        ("answered", SURE_OF_A_STRANGER, ["register_model", "ask_plan"], True),
        ("answered", 1.0, ["resume", "go_back", "ask_plan"], False),
        ("answered", 0.1, ["ask_plan", "out_of_scope"], True),
        ("answered", SURE, ["out_of_scope", "ask_plan"], False),
        ("answered", SURE_OF_A_STRANGER, ["out_of_scope", "ask_plan"], True),
        ("not_in_plan", SURE, ["register_model", "ask_plan"], False),
        ("too_long", 0.0, ["register_model", "help"], True),
        ("error", 0.0, ["register_model", "help"], True),
        ("off_topic", 0.0, ["register_model", "out_of_scope"], True),
        ("off_topic", 0.0, ["register_model", "help"], False),
        ("small_talk", 0.0, ["greet", "thank"], False),
    ],
)
def test_when_a_message_is_answered_instead(outcome: str, certainty: float, ranking: list[str], answered: bool) -> None:
    found = Answer(outcome, "…", considered=(("honglinh-2023", "IV › 4", certainty), ("honglinh-2023", "I", 0.0)))
    assert is_question(found, ranking) is answered


def test_an_answer_that_nothing_was_weighed_for_is_sure() -> None:
    assert is_question(Answer("answered", "còn 8 ngày"), ["register_model", "ask_plan"])


# --- a meaning is chosen --------------------


def test_a_question_is_answered_from_the_words_that_were_not_understood() -> None:
    asked = FakeAnswerer()
    given = tracker("1", "deny", offered_meanings=OFFER.as_slot())
    assert Ran(SmallTalk(services(asked)), given).next == ["action_answer_question"]
    ran = Ran(AnswerQuestion(services(asked)), given)
    assert [question for question, *_ in asked.asked] == [OFFER.words]
    assert ran.slots["offered_meanings"] is None and ran.slots["question_history"] == [OFFER.words]


@pytest.mark.parametrize("intent", sorted(ACTION_OF_MEANING.keys() & {"register_model", "help", "choose_plan"}))
def test_a_chosen_meaning_leads_to_its_action(intent: str) -> None:
    offered = Offer("chi bộ tôi", (intent,)).as_slot()
    ran = Ran(AnswerQuestion(services()), tracker("1", "ask_plan", offered_meanings=offered))
    assert ran.next == [ACTION_OF_MEANING[intent]] and not ran.messages


def test_a_registration_begins_with_the_words_that_were_not_understood() -> None:
    desk = FakeDesk(turn("asking", "unit_type"))
    given = tracker("Đăng ký mô hình", "register_model", form="started", offered_meanings=OFFER.as_slot())
    ran = Ran(form_action(desk), given)
    assert desk.calls == [("start", "web:1", None, OFFER.words, "vi")]
    assert ran.slots["offered_meanings"] is None


def test_a_draft_that_was_meant_is_taken_up() -> None:
    desk = FakeDesk(turn("asking", "scale"))
    offered = Offer("bản kia", ("resume", "ask_plan")).as_slot()
    Ran(form_action(desk), tracker("1", "deny", form="started", offered_meanings=offered))
    assert desk.calls == [("resume", "web:1", "vi")]


def test_anything_else_is_a_new_message_and_the_offer_is_over() -> None:
    asked = FakeAnswerer()
    given = tracker("ai ký?", "ask_plan", offered_meanings=OFFER.as_slot())
    ran = Ran(AnswerQuestion(services(asked)), given)
    assert [question for question, *_ in asked.asked] == ["ai ký?"] and ran.slots["offered_meanings"] is None


def test_an_offer_lasts_for_one_message() -> None:
    given = tracker("cảm ơn", "thank", offered_meanings=OFFER.as_slot())
    assert Ran(SmallTalk(services()), given).slots["offered_meanings"] is None
    offers = unsure("hả", *UNSURE, offered_meanings=OFFER.as_slot())
    assert Ran(OfferMeanings(services(answerer())), offers).slots["offered_meanings"]["words"] == "hả"


def test_with_a_registration_open_an_unclear_message_goes_to_the_form() -> None:
    desk = FakeDesk(is_open=True)
    ran = Ran(OfferMeanings(services(answerer(), desk)), unsure("văn phòng 2", *UNSURE))
    assert ran.next == ["registration_form"] and not ran.messages


def test_pages_of_text_are_told_to_be_too_long() -> None:
    ran = Ran(OfferMeanings(services(answerer())), unsure("x " * 1000, *UNSURE))
    assert ran.next == ["action_answer_question"] and not ran.messages


def test_a_chosen_plan_that_the_message_names_is_chosen() -> None:
    offered = Offer("Hồng Lĩnh nhé", ("choose_plan", "ask_plan")).as_slot()
    ran = Ran(ChoosePlan(services()), tracker("1", "deny", offered_meanings=offered))
    assert ran.slots["plan_id"] == "honglinh-2023" and ran.slots["offered_meanings"] is None


def form_action(desk: FakeDesk) -> ValidateRegistrationForm:
    return ValidateRegistrationForm(services(desk=desk))
