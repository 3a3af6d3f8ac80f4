import importlib.util
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.rasa_actions import (
    AnswerQuestion,
    ChoosePlan,
    ListRegistrations,
    SmallTalk,
    ValidateRegistrationForm,
    all_actions,
)
from actions.staff import StaffDesk
from knowledge.corpus import load_plans
from knowledge.unanswered import Unanswered

_spec = importlib.util.spec_from_file_location("fakes", Path(__file__).with_name("fakes.py"))
assert _spec and _spec.loader
fakes = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fakes)
FakeAnswerer, FakeDesk, Ran = fakes.FakeAnswerer, fakes.FakeDesk, fakes.Ran
services, tracker, turn = fakes.services, fakes.tracker, fakes.turn


class Broken:
    """Every call fails, except that nothing is open."""

    def is_open(self, person: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("broken")


# --- questions --------------------


def test_an_answer_is_said_first_and_its_envelope_last() -> None:
    ran = Ran(AnswerQuestion(services()), tracker("hạn báo cáo?", "ask_plan"))
    assert len(ran.texts) == 1 and "\n\n" not in ran.texts[0]
    assert ran.messages[-1]["custom"] == {
        "kind": "answer",
        "outcome": "answered",
        "plan_ids": ["honglinh-2023"],
        "citations": [vars(fakes.CITATION)],
    }
    assert ran.next == ["action_listen"]


def test_the_chosen_plan_and_the_last_five_questions_go_along() -> None:
    answerer, before = FakeAnswerer(), [f"câu {n}" for n in range(5)]
    given = tracker("ai ký?", "ask_plan", plan_id=None, question_history=before)
    given.slots["plan_id"] = "honglinh-2023"
    ran = Ran(AnswerQuestion(services(answerer)), given)
    assert answerer.asked == [("ai ký?", "honglinh-2023", tuple(before))]
    assert ran.slots["question_history"] == [*before[1:], "ai ký?"]


def test_a_chosen_plan_that_is_gone_is_not_searched() -> None:
    answerer, given = FakeAnswerer(), tracker("ai ký?", "ask_plan")
    given.slots["plan_id"] = "removed-2020"
    Ran(AnswerQuestion(services(answerer)), given)
    assert answerer.asked[0][1] is None


@pytest.mark.parametrize("outcome", ["off_topic", "small_talk", "too_long", "error"])
def test_what_was_no_question_is_not_remembered(outcome: str) -> None:
    ran = Ran(AnswerQuestion(services(FakeAnswerer(outcome))), tracker("x" * 5000, "ask_plan"))
    assert ran.slots["question_history"] == []
    assert ran.customs[-1]["outcome"] == outcome


def test_choices_become_buttons_and_the_question_waits_for_the_choice() -> None:
    answerer = FakeAnswerer("clarify", ("honglinh-2023", "caobang-2023"))
    ran = Ran(AnswerQuestion(services(answerer)), tracker("hạn báo cáo?", "ask_plan"))
    assert ran.buttons == [
        {"title": plan.label, "payload": f'/choose_plan{{"plan_id": "{plan.id}"}}'}
        for plan in (load_plans()[plan_id] for plan_id in ("honglinh-2023", "caobang-2023"))
    ]
    assert ran.slots["pending_question"] == "hạn báo cáo?"


@pytest.mark.parametrize(("intent", "strange"), [("out_of_scope", 1.0), ("ask_plan", 0.0), ("nlu_fallback", 0.0)])
def test_a_question_understood_as_one_about_something_else_is_said_to_be_strange(intent: str, strange: float) -> None:
    answerer = FakeAnswerer()
    Ran(AnswerQuestion(services(answerer)), tracker("có nên sáp nhập tỉnh không", intent))
    assert answerer.strange == strange
    Ran(ChoosePlan(services(answerer)), button("honglinh-2023", pending_question="hạn báo cáo?"))
    assert answerer.strange == 0


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "\u0000", "x" * 999, "/ask_plan", "{}", "%s {0}"])
@pytest.mark.parametrize("action", [AnswerQuestion, ChoosePlan, ListRegistrations, SmallTalk])
def test_no_text_is_too_odd(action: Any, text: str) -> None:
    ran = Ran(action(services()), tracker(text, "greet"))
    assert ran.messages


# --- choosing a plan --------------------


def button(plan_id: str, **slots: Any) -> Any:
    return tracker(f'/choose_plan{{"plan_id": "{plan_id}"}}', "choose_plan", plan_id=plan_id, **slots)


def test_a_button_chooses_its_plan() -> None:
    ran = Ran(ChoosePlan(services()), button("honglinh-2023"))
    assert ran.slots["plan_id"] == "honglinh-2023"
    assert load_plans()["honglinh-2023"].title in ran.texts[0]


@pytest.mark.parametrize("text", ["kế hoạch Hồng Lĩnh", "chon ke hoach hong linh", "honglinh-2023"])
def test_words_choose_a_plan(text: str) -> None:
    assert Ran(ChoosePlan(services()), tracker(text, "choose_plan")).slots["plan_id"] == "honglinh-2023"


@pytest.mark.parametrize("plan_id", ["nope", "", "../../etc", "x" * 500])
def test_an_unknown_plan_gets_the_list_and_changes_nothing(plan_id: str) -> None:
    ran = Ran(ChoosePlan(services()), button(plan_id))
    assert "plan_id" not in ran.slots
    assert len(ran.buttons) == len(load_plans()) + 1
    assert all(plan.label in ran.texts[0] for plan in load_plans().values())


def test_a_place_with_two_plans_offers_both() -> None:
    ran = Ran(ChoosePlan(services()), tracker("kế hoạch Bắc Kạn", "choose_plan"))
    assert "plan_id" not in ran.slots
    assert [each["title"] for each in ran.buttons[:-1]] == ["Bắc Kạn 2023", "Bắc Kạn 2024"]


def test_all_plans_again() -> None:
    for given in (tracker("tat ca ke hoach", "choose_plan"), button("all")):
        given.slots["plan_id"] = "honglinh-2023"
        assert Ran(ChoosePlan(services()), given).slots["plan_id"] is None


def test_the_waiting_question_is_answered_within_the_chosen_plan() -> None:
    answerer = FakeAnswerer()
    ran = Ran(ChoosePlan(services(answerer)), button("honglinh-2023", pending_question="hạn báo cáo?"))
    assert answerer.asked[0][:2] == ("hạn báo cáo?", "honglinh-2023")
    assert ran.slots["plan_id"] == "honglinh-2023"
    assert ran.slots["pending_question"] is None
    assert ran.customs[-1]["kind"] == "answer"


def test_a_question_taken_for_a_choice_is_answered() -> None:
    ran = Ran(ChoosePlan(services()), tracker("kế hoạch Hồng Lĩnh nói gì về tiếp dân?", "choose_plan"))
    assert ran.next == ["action_answer_question"] and not ran.messages


# --- courtesies and lists --------------------


@pytest.mark.parametrize(
    ("text", "intent", "response"),
    [
        ("xin chào", "greet", "utter_greet"),
        ("hello", "greet", "utter_greet_en"),
        ("huy", "cancel", "utter_cancel"),
    ],
)
def test_courtesies_are_answered_from_the_domain(text: str, intent: str, response: str) -> None:
    ran = Ran(SmallTalk(services()), tracker(text, intent))
    assert ran.responses == [response]
    assert ran.customs[-1]["outcome"] == "small_talk"


def test_a_second_submit_is_told_by_the_desk() -> None:
    desk = FakeDesk(turn("saved"))
    ran = Ran(SmallTalk(services(desk=desk)), tracker("gửi", "confirm", registration_state="saved"))
    assert desk.calls == [("reply", "web:1", "gửi", "vi", "confirm")]
    assert ran.customs == [turn("saved").form.as_custom()]


def test_a_word_or_a_button_keeps_the_language() -> None:
    for given in (tracker("ok", "confirm", language="en"), button("honglinh-2023", language="en")):
        assert Ran(SmallTalk(services()), given).slots["language"] == "en"
    assert Ran(SmallTalk(services()), tracker("toi muon hoi", "help", language="en")).slots["language"] == "vi"


def test_registrations_are_listed() -> None:
    ran = Ran(ListRegistrations(services()), tracker("đăng ký của tôi", "list_registrations"))
    assert ran.texts == ["Chưa có."]
    assert ran.buttons == [{"title": "Đăng ký", "payload": "đăng ký mô hình"}]


# --- while a registration is open --------------------


@pytest.mark.parametrize("action", [AnswerQuestion, ChoosePlan, ListRegistrations, SmallTalk])
def test_with_a_registration_open_every_message_goes_to_the_form(action: Any) -> None:
    answerer, desk = FakeAnswerer(), FakeDesk(is_open=True)
    ran = Ran(action(services(answerer, desk)), tracker("Chi bộ Văn phòng", "greet"))
    assert ran.next == ["registration_form"]
    assert not ran.messages and not answerer.asked and not desk.calls


def form_action(desk: Any, answerer: Any = None) -> ValidateRegistrationForm:
    return ValidateRegistrationForm(services(answerer, desk))


def test_registering_starts_under_the_chosen_plan() -> None:
    desk, given = FakeDesk(turn("consent")), tracker("đăng ký mô hình", "register_model", form="started")
    given.slots["plan_id"] = "caobang-2023"
    ran = Ran(form_action(desk), given)
    assert desk.calls == [("start", "web:1", "caobang-2023", "đăng ký mô hình", "vi")]
    assert ran.slots["requested_slot"] == ran.slots["registration_state"] == "consent"
    assert ran.messages[-1]["custom"] == turn("consent").form.as_custom()


def test_a_draft_is_taken_up() -> None:
    desk = FakeDesk(turn("asking", "scale"))
    Ran(form_action(desk), tracker("tiếp tục", "resume", form="started"))
    assert desk.calls == [("resume", "web:1", "vi")]


def test_a_lost_tracker_does_not_lose_the_message() -> None:
    desk = FakeDesk(turn("asking", "unit_type"), is_open=True)
    ran = Ran(form_action(desk), tracker("Chi bộ Văn phòng", "greet", form="started"))
    assert desk.calls == [("reply", "web:1", "Chi bộ Văn phòng", "vi", "greet")]
    assert ran.slots["requested_slot"] == "unit_type"


@pytest.mark.parametrize("state", ["consent", "asking", "reviewing", "saved", "paused", "cancelled", "refused"])
def test_every_turn_sets_a_slot_beside_the_requested_one(state: str) -> None:
    ran = Ran(form_action(FakeDesk(turn(state), is_open=True)), tracker("x", "ask_plan", form="running"))
    assert set(ran.slots) - {"requested_slot"}
    assert (ran.slots["requested_slot"] is None) == (state in ("saved", "paused", "cancelled", "refused"))
    assert ran.customs[-1]["state"] == state


def test_answers_are_mirrored_while_open_and_emptied_at_the_end() -> None:
    answers = {"unit_name": "Chi bộ A", "quantity": 2}
    desk = FakeDesk(turn("asking", "scale", answers=answers), turn("saved", answers=answers), is_open=True)
    first = Ran(form_action(desk), tracker("2", "ask_plan", form="running", unit_name="Chi bộ A"))
    assert first.slots["quantity"] == 2 and "unit_name" not in first.slots
    last = Ran(form_action(desk), tracker("gửi", "confirm", form="running", **answers))
    assert last.slots["unit_name"] is None and last.slots["quantity"] is None


def test_a_side_question_is_answered_first_and_the_field_asked_last() -> None:
    answerer = FakeAnswerer()
    asks = replace(turn("asking", "scale", question="ai ký?"), lines=())
    desk = FakeDesk(asks, turn("asking", "scale"), is_open=True)
    ran = Ran(form_action(desk, answerer), tracker("ai ký?", "ask_plan", form="running"))
    assert answerer.asked == [("ai ký?", "yenbai-duk-2023", ())]
    assert [custom["kind"] for custom in ran.customs] == ["answer", "form"]
    assert ran.texts[0].startswith("Trả lời.") and ran.texts[-1] == "asking scale"
    assert ran.slots["question_history"] == ["ai ký?"] and ran.slots["requested_slot"] == "scale"


@pytest.mark.parametrize(("intent", "action"), [("ask_plan", "action_answer_question"), ("greet", "action_small_talk")])
def test_a_form_without_a_registration_ends_and_hands_the_message_on(intent: str, action: str) -> None:
    ran = Ran(form_action(FakeDesk(turn("cancelled"))), tracker("x", intent, form="running"))
    assert ran.slots["requested_slot"] is None
    assert ran.next == [action] and not ran.messages


def test_pages_of_text_do_not_start_a_registration() -> None:
    desk = FakeDesk()
    ran = Ran(form_action(desk), tracker("đăng ký " * 500, "register_model", form="started"))
    assert ran.next == ["action_answer_question"] and not desk.calls


@pytest.mark.parametrize("action", [ChoosePlan, ListRegistrations, SmallTalk])
def test_pages_of_text_are_taken_as_a_question(action: Any) -> None:
    ran = Ran(action(services()), tracker("a b c " * 500, "greet"))
    assert ran.next == ["action_answer_question"] and not ran.messages


# --- what only the staff may ask --------------------

LIST = "câu hỏi chưa trả lời"


def staff(count: int = 1) -> StaffDesk:
    now = datetime(2023, 3, 1, tzinfo=UTC)
    items = [Unanswered(f"câu {n}?", "not_in_plan", None, "all", (), "vi", (), now, now) for n in range(count)]
    return StaffDesk(frozenset({"web:1"}), lambda _: items, load_plans(), lambda: now)


@pytest.mark.parametrize("action", [AnswerQuestion, ChoosePlan, ListRegistrations, SmallTalk])
def test_staff_get_the_list_whatever_the_message_was_taken_for(action: Any) -> None:
    answerer, desk = FakeAnswerer(), FakeDesk()
    ran = Ran(action(services(answerer, desk, staff())), tracker(LIST, "greet"))
    assert "câu 0?" in ran.texts[0] and ran.next == ["action_listen"]
    assert not answerer.asked and not desk.calls and ran.slots["staff_page"] is None


def test_others_get_their_question_answered() -> None:
    answerer = FakeAnswerer()
    ran = Ran(AnswerQuestion(services(answerer)), tracker(LIST, "ask_plan"))
    assert answerer.asked and "câu 0?" not in ran.texts[0]


def test_more_shows_the_next_page_until_something_else_is_said() -> None:
    action = AnswerQuestion(services(staff=staff(12)))
    assert Ran(action, tracker(LIST, "ask_plan")).slots["staff_page"] == 1
    second = Ran(action, tracker("xem thêm", "ask_plan", staff_page=1))
    assert "12. câu 11?" in second.texts[0] and second.slots["staff_page"] is None
    assert Ran(action, tracker("ai ký?", "ask_plan", staff_page=1)).slots["staff_page"] is None


def test_in_a_registration_the_list_comes_first_and_the_field_is_asked_again() -> None:
    desk = FakeDesk(turn("asking", "model_name", answers={"quantity": 2}), is_open=True)
    action = ValidateRegistrationForm(services(desk=desk, staff=staff()))
    ran = Ran(action, tracker(LIST, "ask_plan", form="running", quantity=2))
    assert desk.calls == [("ask_again", "web:1", "vi")]
    assert "câu 0?" in ran.texts[0] and ran.customs == [turn("asking", "model_name").form.as_custom()]
    assert ran.slots["requested_slot"] == "model_name" and "quantity" not in ran.slots


def test_in_a_registration_anyone_elses_words_are_an_answer_to_the_field() -> None:
    desk = FakeDesk(turn("asking", "quantity"), is_open=True)
    Ran(form_action(desk), tracker(LIST, "ask_plan", form="running"))
    assert desk.calls == [("reply", "web:1", LIST, "vi", "ask_plan")]


def test_the_list_starts_no_registration() -> None:
    desk = FakeDesk()
    ran = Ran(
        ValidateRegistrationForm(services(desk=desk, staff=staff())), tracker(LIST, "register_model", form="started")
    )
    assert not desk.calls and ran.slots["requested_slot"] is None and not ran.next


# --- failures --------------------


def test_a_failure_is_said_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    broken = services(Broken(), Broken())
    with caplog.at_level(logging.ERROR):
        for action in (AnswerQuestion(broken), ListRegistrations(broken)):
            ran = Ran(action, tracker("ai ký?", "ask_plan"))
            assert "sự cố" in ran.texts[0] and ran.customs[-1]["outcome"] == "error"
    assert caplog.text.count("RuntimeError: broken") == 2


def test_a_failure_in_a_running_form_keeps_its_step() -> None:
    given = tracker("2", "ask_plan", form="running", requested_slot="scale", registration_state="asking")
    ran = Ran(form_action(Broken()), given)
    assert ran.slots == {"registration_state": "asking", "requested_slot": "scale"}
    assert ran.texts and not ran.next


def test_a_failure_at_the_start_starts_nothing() -> None:
    ran = Ran(form_action(Broken()), tracker("đăng ký mô hình", "register_model", form="started"))
    assert ran.slots["requested_slot"] is None and ran.texts


def test_each_action_has_its_own_name() -> None:
    names = [action.name() for action in all_actions(services())]
    assert len(set(names)) == len(names) == 8
