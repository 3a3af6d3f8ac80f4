from typing import Any

import pytest

from actions.forgetting_action import ForgetMe
from actions.form_action import ValidateRegistrationForm
from tests.actions.fakes import FakeDesk, Ran, services, tracker, turn


class Unwritable(FakeDesk):
    """A desk whose store cannot be written."""

    def forget_plan(self, person: str) -> None:
        raise OSError("disk full")


def reset_slots(ran: Any) -> bool:
    return [each["event"] for each in ran.events if each["event"] == "reset_slots"] == ["reset_slots"]


@pytest.mark.parametrize(
    ("text", "language", "words"), [("quên tôi", "vi", "Tôi đã quên"), ("please forget me", "en", "I have forgotten")]
)
def test_everything_said_is_forgotten_in_every_place_and_told(text: str, language: str, words: str) -> None:
    desk = FakeDesk()
    ran = Ran(ForgetMe(services(desk=desk)), tracker(text, "forget_me", question_history=["ai ký?"]))
    assert desk.calls == [("forget_plan", "web:1")] and reset_slots(ran)
    assert ran.slots["erased_persons"] == ["web:1"] and ran.slots["language"] == language
    assert ran.customs[-1]["erased"] is True and ran.texts[0].startswith(words)


def test_drafts_and_what_was_submitted_are_said_to_stay() -> None:
    ran = Ran(ForgetMe(services()), tracker("quên tôi", "forget_me"))
    assert "vẫn được giữ" in ran.texts[0] and "xóa dữ liệu của tôi" in ran.texts[0]


def test_nothing_is_said_to_be_forgotten_that_is_not() -> None:
    ran = Ran(ForgetMe(services(desk=Unwritable())), tracker("quên tôi", "forget_me"))
    assert "sự cố" in ran.texts[0] and not reset_slots(ran) and "erased_persons" not in ran.slots
    assert ran.customs == [{"kind": "answer", "outcome": "error", "plan_ids": [], "citations": []}]


def test_in_a_registration_the_open_field_stays_open() -> None:
    desk = FakeDesk(turn("asking", "scale", answers={"quantity": 2}), is_open=True)
    given = tracker("quên tôi", "forget_me", form="running", quantity=2)
    ran = Ran(ValidateRegistrationForm(services(desk=desk)), given)
    assert desk.calls == [("forget_plan", "web:1"), ("ask_again", "web:1", "vi")]
    assert ran.slots["requested_slot"] == "scale" and ran.slots["erased_persons"] == ["web:1"]
    assert [custom["kind"] for custom in ran.customs] == ["answer", "form"]


def test_a_question_about_forgetting_is_not_the_command() -> None:
    desk = FakeDesk(turn("asking", "scale"), is_open=True)
    given = tracker("quên tôi đã đăng ký gì rồi", "forget_me", form="running")
    Ran(ValidateRegistrationForm(services(desk=desk)), given)
    assert desk.calls == [("reply", "web:1", "quên tôi đã đăng ký gì rồi", "vi", "forget_me")]
