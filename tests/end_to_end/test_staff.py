"""What is due, and what had no answer, over the REST channel; the list for the staff alone, a registration or not."""

from tests.end_to_end.assistant import STAFF, Assistant

LIST = "câu hỏi chưa trả lời"
UNANSWERABLE = "Kinh phí thuê hội trường tổng kết là bao nhiêu tiền, hỏi anh Nam 0915 000 111?"


def test_a_question_without_an_answer_reaches_the_staff_without_who_asked(assistant: Assistant) -> None:
    for _ in range(2):
        turn = assistant.say("somebody", UNANSWERABLE)
        assert turn.answer["outcome"] not in ("answered", "answered_per_plan")
    listed = assistant.say(STAFF, LIST).text
    assert "thuê hội trường" in listed and "2 lần" in listed
    assert "0915" not in listed and "somebody" not in listed


def test_others_do_not_get_the_list(assistant: Assistant) -> None:
    assert "hội trường" not in assistant.say("somebody", LIST).text


def test_in_a_registration_the_field_is_asked_again(assistant: Assistant) -> None:
    assistant.say(STAFF, "đăng ký mô hình theo kế hoạch Yên Bái")
    before = assistant.say(STAFF, "đồng ý").form
    during = assistant.say(STAFF, LIST)
    assert "thuê hội trường" in during.text and during.form == before
    after = assistant.say(STAFF, "Chi bộ Văn phòng").form
    assert (before["slot"], after["slot"]) == ("unit_name", "unit_type")
    assert assistant.say(STAFF, "hủy").form["state"] in ("cancelled", "asking")


def test_the_days_left_are_answered_with_a_citation(assistant: Assistant) -> None:
    turn = assistant.say("a-new-one", "còn bao nhiêu ngày nữa đến hạn đăng ký của Yên Bái?")
    assert turn.answer["outcome"] == "answered" and "còn 4 ngày" in turn.text
    assert [citation["path"] for citation in turn.answer["citations"]] == ["III[2] › 2 › -[2]"]
