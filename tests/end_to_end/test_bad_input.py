"""What no one should send, sent to Rasa itself: always a clear sentence, and nothing is changed by it."""

import re

import pytest

from actions.registration.records import FIELDS
from tests.end_to_end.assistant import Assistant

BAD = {
    "empty": "",
    "blank": " \n\t ",
    "5,000 characters": "đơn vị nào theo dõi " * 250,
    "emoji": "😀🎉👍🏽",
    "control characters": "\x00\x01\x07\x1b[31m\x7f",
    "invisible": "\u200b\u202e\ufeff",
    "slash": "/",
    "unknown plan": '/choose_plan{"plan_id": "khong-co-2020"}',
    "cut payload": '/choose_plan{"plan_id": "honglinh-2023',
    "payload of the wrong type": '/choose_plan{"plan_id": ["honglinh-2023"]}',
    "unknown intent": '/get_time{"x": 1}',
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7 * 7 }} ${HOME} %s",
}
VIETNAMESE = re.compile(r"Anh/Chị|Tôi|Câu hỏi")


@pytest.mark.parametrize("name", BAD)
def test_outside_a_registration(assistant: Assistant, name: str) -> None:
    turn = assistant.say(f"bad-{name}", BAD[name])
    assert VIETNAMESE.search(turn.text), turn.messages
    assert all(each.get("text", "").strip() or "custom" in each for each in turn.messages)
    assert all(custom["kind"] == "answer" and custom["citations"] == [] for custom in turn.customs)


@pytest.fixture(scope="module")
def registering(assistant: Assistant) -> str:
    """A person who has answered the first two fields."""
    sender = "bad-registering"
    for message in ("đăng ký mô hình", "đồng ý", "Chi bộ Văn phòng", "chi bộ cơ sở"):
        turn = assistant.say(sender, message)
    assert turn.form["slot"] == "registration_type"
    return sender


@pytest.mark.parametrize("name", BAD)
def test_while_registering_the_field_is_asked_again(assistant: Assistant, registering: str, name: str) -> None:
    turn = assistant.say(registering, BAD[name])
    assert (turn.form["state"], turn.form["slot"]) == ("asking", "registration_type")
    assert "(3/10)" in turn.text
    assert turn.payloads[-2:] == ["Xây dựng mới", "Duy trì"]


def test_none_of_it_changed_the_draft(assistant: Assistant, registering: str) -> None:
    [draft] = assistant.listed("--user", registering)
    answers = {name: draft[name] for name in FIELDS if draft[name] is not None}
    assert answers == {"unit_name": "Chi bộ Văn phòng", "unit_type": "grassroots_party_cell"}
    assert (draft["plan_id"], draft["status"]) == ("yenbai-duk-2023", "draft")


def test_a_payload_that_rasa_obeys_begins_a_registration_in_words(assistant: Assistant) -> None:
    turn = assistant.say("bad-payload", '/register_model{"x":')
    assert turn.form["state"] == "consent"
    assert "đồng ý" in turn.text


@pytest.mark.parametrize("message", ["/restart", "/back"])
def test_what_rasa_itself_obeys_is_told_and_loses_no_draft(assistant: Assistant, message: str) -> None:
    sender = f"obeyed-{message[1:]}"
    for begin in ("đăng ký mô hình", "đồng ý", "Chi bộ Văn phòng"):
        assistant.say(sender, begin)
    assert VIETNAMESE.search(assistant.say(sender, message).text)
    turn = assistant.say(sender, "chi bộ cơ sở")
    assert (turn.form["state"], turn.form["slot"]) == ("asking", "registration_type")
    assert VIETNAMESE.search(assistant.say(f"{sender}-alone", message).text)


@pytest.mark.parametrize("typed", ["/restart", "/choose_plan", '/register_model{"x":'])
def test_the_web_page_takes_typed_payloads_as_words(assistant: Assistant, typed: str) -> None:
    with assistant.visitor() as visitor:
        answer = visitor.post("/api/messages", json={"text": typed})
        assert answer.status_code == 200
        assert answer.json()["replies"][0]["text"].strip()
        said = visitor.post("/api/messages", json={"text": "xin chào"}).json()
        form = said["replies"][-1]["form"]
        asked_for = "register_model" in typed  # as words, too, it says that somebody wants to register a model
        assert form is None or (asked_for and form["state"] == "consent"), (
            "a typed payload has done more than its words"
        )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 200),
        ({"text": "😀"}, 200),
        ({"text": "\x00"}, 200),
        ({"text": "a " * 2500}, 200),
        ({"payload": "/restart"}, 422),
        ({"payload": '/choose_plan{"plan_id": "khong-co-2020"}'}, 200),
        ({"text": "a" * 70_000}, 413),
        ({"text": 1}, 422),
        ([], 422),
    ],
    ids=str,
)
def test_the_web_page_answers_in_a_sentence(assistant: Assistant, body: object, status: int) -> None:
    with assistant.visitor() as visitor:
        answer = visitor.post("/api/messages", json=body)
    assert answer.status_code == status
    assert VIETNAMESE.search(" ".join(reply["text"] for reply in answer.json()["replies"]))
