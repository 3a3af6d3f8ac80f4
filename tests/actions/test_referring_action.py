from typing import Any

import pytest

from actions.form_action import ValidateRegistrationForm
from actions.rasa_actions import AnswerQuestion, SmallTalk
from actions.referring_action import HandOver
from knowledge.corpus import load_plans
from tests.actions.fakes import CITATION, FakeAnswerer, FakeDesk, Ran, services, tracker, turn

ALL = tuple(load_plans())
HAND_OVER = "gặp người thật"


def handed(text: str = HAND_OVER, intent: str = "hand_over", office: FakeAnswerer | None = None, **slots: Any) -> Ran:
    return Ran(HandOver(services(office or FakeAnswerer())), tracker(text, intent, **slots))


def test_the_unit_is_named_with_its_clause_and_the_last_question_handed_over_by_a_number() -> None:
    office = FakeAnswerer()
    ran = handed(office=office, question_history=["ai ký?", "kinh phí là bao nhiêu?"])
    assert office.handed == [("kinh phí là bao nhiêu?", None)] and office.referred == [ALL]
    assert ran.texts[0] == "Hỏi Phòng Nội vụ." and "số 7" in ran.texts[1] and "kinh phí là bao nhiêu?" in ran.texts[1]
    assert ran.customs[-1]["citations"] == [vars(CITATION)] and ran.messages[-1]["custom"] == ran.customs[-1]
    assert ran.slots["question_wanted"] is False and ran.next == ["action_listen"]


def test_in_english() -> None:
    ran = handed("talk to a person please", question_history=["who signed the plan?"])
    assert "number 7" in ran.texts[1]


@pytest.mark.parametrize(
    ("text", "slots", "plan_ids", "kept_under"),
    [
        ("gặp cán bộ", {"plan_id": "caobang-2023"}, ("caobang-2023",), "caobang-2023"),
        ("gặp cán bộ Yên Bái", {"plan_id": "caobang-2023"}, ("yenbai-duk-2023",), "yenbai-duk-2023"),
        ("gặp cán bộ", {"question_history": ["ở Hồng Lĩnh ai ký?"]}, ("honglinh-2023",), "honglinh-2023"),
        ("gặp cán bộ Bắc Kạn", {}, ("backan-vp-2023", "backan-vp-2024"), None),
        ("gặp cán bộ", {"plan_id": "removed-2020"}, ALL, None),
    ],
)
def test_the_plan_whose_unit_is_named(
    text: str, slots: dict[str, Any], plan_ids: tuple[str, ...], kept_under: str | None
) -> None:
    office, given = FakeAnswerer(), tracker(text, "hand_over")
    given.slots.update({"question_history": ["ai ký?"], **slots})
    Ran(HandOver(services(office)), given)
    assert office.referred == [plan_ids] and office.handed[0][1] == kept_under


def test_a_question_in_the_same_message_is_the_one() -> None:
    office = FakeAnswerer()
    handed("chuyển cho cán bộ: kinh phí năm nay lấy từ đâu?", office=office, question_history=["ai ký?"])
    assert office.handed == [("kinh phí năm nay lấy từ đâu?", None)]


def test_with_no_question_it_is_asked_for_and_the_next_message_taken() -> None:
    office = FakeAnswerer()
    ran = handed(office=office)
    assert not office.handed and ran.slots["question_wanted"] is True
    assert "câu hỏi nào" in ran.texts[-1]
    told = tracker("kinh phí lấy từ đâu", "out_of_scope", question_wanted=True)
    assert Ran(AnswerQuestion(services(office)), told).next == ["action_hand_over"]
    then = Ran(HandOver(services(office)), told)
    assert office.handed == [("kinh phí lấy từ đâu", None)] and then.slots["question_wanted"] is False


def test_a_courtesy_is_no_question_and_ends_the_wait() -> None:
    office = FakeAnswerer()
    ran = Ran(SmallTalk(services(office)), tracker("cảm ơn", "thank", question_wanted=True))
    assert ran.responses == ["utter_thank"] and ran.slots["question_wanted"] is None and not office.handed


def test_a_question_that_cannot_be_kept_is_not_given_a_number() -> None:
    office = FakeAnswerer()
    office.number = None
    ran = handed(office=office, question_history=["ai ký?"])
    assert "chưa ghi được" in ran.texts[1] and "số" not in ran.texts[1].split()


def in_form(desk: FakeDesk, office: FakeAnswerer, text: str = HAND_OVER, **slots: Any) -> Ran:
    given = tracker(text, "hand_over", form="running", **slots)
    return Ran(ValidateRegistrationForm(services(office, desk)), given)


def test_in_a_registration_the_field_is_asked_again_afterwards() -> None:
    office, desk = FakeAnswerer(), FakeDesk(turn("asking", "scale"), is_open=True)
    ran = in_form(desk, office, question_history=["ai ký?"])
    assert office.handed == [("ai ký?", None)] and desk.calls == [("ask_again", "web:1", "vi")]
    assert [custom["kind"] for custom in ran.customs] == ["answer", "form"] and ran.texts[-1] == "asking scale"
    assert ran.slots["requested_slot"] == "scale" and not ran.next


def test_in_a_registration_the_next_message_is_never_taken_for_the_question() -> None:
    office, desk = FakeAnswerer(), FakeDesk(turn("asking", "unit_name"), is_open=True)
    ran = in_form(desk, office)
    assert not office.handed and ran.slots["question_wanted"] is False
    assert "đặt câu hỏi đó trước" in ran.texts[1]


@pytest.mark.parametrize("text", ["Gặp người dân tại nhà", "Gặp cán bộ mỗi tuần", "Mô hình gặp người thật việc thật"])
def test_a_name_that_begins_alike_is_an_answer_to_the_field(text: str) -> None:
    office, desk = FakeAnswerer(), FakeDesk(turn("asking", "quantity"), is_open=True)
    in_form(desk, office, text)
    assert desk.calls == [("reply", "web:1", text, "vi", "hand_over")] and not office.referred
