"""The journey as tables of situations: a draft, a message, the events and the draft that follow.

Every draft passes through JSON before and after each message.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.draft import Draft, fitting_answers, next_field
from actions.registration.form import Form, form_of
from actions.registration.journey import EVENTS, Event, Step, advance, ask_again
from actions.registration.values import Value, fits
from knowledge.corpus import load_plans

PLANS = load_plans()
FORM = form_of(PLANS["yenbai-duk-2023"])
FULL: Mapping[str, Value] = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 1,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-11",
}


def draft(*, asking: str | None = None, **changes: Any) -> Draft:
    """Return a draft with everything answered before the field `asking`, or everything."""
    names = list(FULL)
    done = names[: names.index(asking)] if asking else names
    answers = {name: FULL[name] for name in done}
    state = "asking" if asking else "reviewing"
    return Draft("d1", "web:1", "yenbai-duk-2023", **{"state": state, "answers": answers, **changes})


def through_json(value: Draft) -> Draft:
    return Draft.from_dict(json.loads(json.dumps(value.to_dict())))


def say(before: Draft, message: str, form: Form = FORM, **hints: bool) -> Step:
    step = advance(form, through_json(before), message, **hints)
    assert through_json(step.draft) == step.draft
    assert {event.key for event in step.events} <= set(EVENTS)
    return step


def keys(step: Step) -> list[str]:
    return [event.key for event in step.events]


def asked(step: Step) -> str | None:
    field = next_field(FORM, step.draft)
    return field.name if field else None


@pytest.mark.parametrize("name", FULL)
def test_each_field_is_asked_when_those_before_it_are_answered(name: str) -> None:
    step = ask_again(FORM, draft(asking=name))
    assert step.events == (Event("ask", name),)


def test_the_card_follows_the_last_answer() -> None:
    step = say(draft(asking="completion_period"), "tháng 11")
    assert keys(step) == ["noted", "review"]
    assert step.draft.state == "reviewing"
    assert step.draft.answers == FULL


@pytest.mark.parametrize(
    ("situation", "message", "events", "state", "slot"),
    [
        ("unit_name", "Chi bộ Văn phòng", ["noted", "ask"], "asking", "unit_type"),
        ("quantity", "hai", ["noted", "ask"], "asking", "start_period"),
        ("quantity", "nhiều", ["wrong", "ask"], "asking", "quantity"),
        ("quantity", "", ["wrong", "ask"], "asking", "quantity"),
        ("quantity", "đúng", ["not_an_answer", "ask"], "asking", "quantity"),
        ("quantity", "quay lại", ["ask"], "asking", "model_name"),
        ("unit_name", "quay lại", ["no_previous", "ask"], "asking", "unit_name"),
        ("quantity", "bỏ qua", ["skip_refused", "ask"], "asking", "quantity"),
        ("quantity", "tại sao?", ["why", "ask"], "asking", "quantity"),
        ("quantity", "giúp tôi", ["help", "ask"], "asking", "quantity"),
        ("quantity", "lưu lại", ["paused"], "paused", "quantity"),
        ("quantity", "lưu", ["paused"], "paused", "quantity"),
        ("quantity", "tiếp tục", ["ask"], "asking", "quantity"),
        ("quantity", "huỷ", ["confirm_cancel"], "asking", "quantity"),
        ("quantity", "sửa", ["edit_which"], "asking", "quantity"),
        ("quantity", "sửa 1", ["ask"], "asking", "unit_name"),
        ("quantity", "sửa tên mô hình", ["ask"], "asking", "model_name"),
        ("quantity", "sửa 15", ["no_such_field", "ask"], "asking", "quantity"),
        ("quantity", "sửa màu", ["no_such_field", "ask"], "asking", "quantity"),
        ("quantity", "sửa lĩnh vực thành vhxh", ["noted", "ask"], "asking", "quantity"),
        ("quantity", "sửa lĩnh vực thành xanh", ["wrong", "ask"], "asking", "field"),
        ("quantity", "bao nhiêu là đủ", ["question"], "asking", "quantity"),
        ("quantity", "hạn nộp là khi nào?", ["question"], "asking", "quantity"),
        ("quantity", "đăng ký mô hình", ["already_registering", "ask"], "asking", "quantity"),
        ("quantity", "đăng ký của tôi", ["mine", "ask"], "asking", "quantity"),
        ("quantity", "xin chào", ["courtesy", "ask"], "asking", "quantity"),
        ("model_name", "Sửa đường giao thông", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "Lưu giữ nghề dệt", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "“Huỷ”", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "Ai cũng là cán bộ dân vận", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "đơn vị nào theo dõi các mô hình", ["question"], "asking", "model_name"),
        ("model_name", "Ai khó có dân vận", ["which"], "asking", "model_name"),
        ("model_name", "không", ["not_an_answer", "ask"], "asking", "model_name"),
        ("model_name", "x" * 301, ["wrong", "ask"], "asking", "model_name"),
        ("model_name", "x" * 4999 + "?", ["wrong", "ask"], "asking", "model_name"),
        ("start_period", "5", ["wrong"], "asking", "start_period"),
        ("start_period", "đầu năm sau", ["wrong"], "asking", "start_period"),
        ("start_period", "lúc nào đó", ["question"], "asking", "start_period"),
        ("start_period", "sớm", ["wrong", "ask"], "asking", "start_period"),
        ("completion_period", "đầu năm", ["wrong", "ask"], "asking", "completion_period"),
        ("model_name", "Vì sao dân tin?", ["which"], "asking", "model_name"),
        ("model_name", "Không ai bị bỏ lại", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "Huỷ bỏ thủ tục rườm rà", ["noted", "ask"], "asking", "quantity"),
        ("model_name", "Tiếp tục đổi mới", ["noted", "ask"], "asking", "quantity"),
        ("quantity", "quya lại", ["ask"], "asking", "model_name"),
        ("quantity", "bo qua", ["skip_refused", "ask"], "asking", "quantity"),
        ("quantity", "lưu laij", ["paused"], "paused", "quantity"),
        ("quantity", "sủa 1", ["ask"], "asking", "unit_name"),
        ("model_name", "quya lại", ["ask"], "asking", "field"),
        ("model_name", "Quya Lại", ["noted", "ask"], "asking", "quantity"),
        ("unit_name", "Chi bộ Tài vụ, đăng ký 1 mô hình kinh tế", ["given", "ask"], "asking", "registration_type"),
        ("model_name", "Chi bộ Tài vụ, đăng ký 1 mô hình kinh tế", ["noted", "ask"], "asking", "quantity"),
        ("start_period", "tháng 5/2024", ["other_year"], "asking", "start_period"),
        ("completion_period", "quý I", ["wrong", "ask"], "asking", "completion_period"),
        (None, "đúng", ["submit"], "saved", None),
        (None, "lưu", ["submit"], "saved", None),
        (None, "gửi", ["submit"], "saved", None),
        (None, "ok", ["submit"], "saved", None),
        (None, "xac nhan", ["submit"], "saved", None),
        (None, "lưu lại", ["paused"], "paused", None),
        (None, "không", ["edit_which"], "reviewing", None),
        (None, "sửa", ["edit_which"], "reviewing", None),
        (None, "3", ["ask"], "asking", "registration_type"),
        (None, "số lượng", ["ask"], "asking", "quantity"),
        (None, "sửa 11", ["no_such_field"], "reviewing", None),
        (None, "11", ["no_such_field"], "reviewing", None),
        (None, "sửa số lượng thành 2", ["noted", "review"], "reviewing", None),
        (
            None,
            "sửa thời gian xây dựng thành tháng 12",
            ["noted", "dropped", "ask"],
            "asking",
            "completion_period",
        ),
        (None, "quay lại", ["ask"], "asking", "completion_period"),
        (None, "bỏ qua", ["review_unclear"], "reviewing", None),
        (None, "Chi bộ khác", ["review_unclear"], "reviewing", None),
        (None, "hạn nộp là khi nào?", ["question"], "reviewing", None),
        (None, "tại sao", ["why", "review"], "reviewing", None),
        (None, "hủy", ["confirm_cancel"], "reviewing", None),
    ],
)
def test_situations(situation: str | None, message: str, events: list[str], state: str, slot: str | None) -> None:
    before = draft(asking=situation)
    step = say(before, message)
    assert keys(step) == events
    assert (step.draft.state, asked(step)) == (state, slot)
    if events[0] not in ("noted", "given"):
        assert step.draft.answers == before.answers


@pytest.mark.parametrize(
    ("message", "events", "state"),
    [
        ("đồng ý", ["consented", "ask"], "asking"),
        ("yes", ["consented", "ask"], "asking"),
        ("không", ["consent_refused"], "cancelled"),
        ("khong dong y", ["consent_refused"], "cancelled"),
        ("hủy", ["consent_refused"], "cancelled"),
        ("tại sao", ["consent"], "consent"),
        ("hạn nộp là khi nào?", ["question"], "consent"),
        ("Chi bộ Văn phòng", ["consent_unclear"], "consent"),
        ("đăng ký của tôi", ["mine", "consent_short"], "consent"),
        ("", ["consent_unclear"], "consent"),
    ],
)
def test_nothing_is_taken_before_consent(message: str, events: list[str], state: str) -> None:
    step = say(draft(asking="unit_name", state="consent"), message)
    assert keys(step) == events
    assert step.draft.state == state
    assert step.draft.answers == {}


@pytest.mark.parametrize(
    ("message", "events", "state"),
    [
        ("có", ["cancelled"], "cancelled"),
        ("hủy", ["cancelled"], "cancelled"),
        ("không", ["not_cancelled", "ask"], "asking"),
        ("tiếp tục", ["not_cancelled", "ask"], "asking"),
        ("3", ["noted", "ask"], "asking"),
    ],
)
def test_cancelling_is_asked_once(message: str, events: list[str], state: str) -> None:
    step = say(say(draft(asking="quantity"), "hủy").draft, message)
    assert keys(step) == events
    assert step.draft.state == state
    assert step.draft.pending is None


@pytest.mark.parametrize(
    ("message", "events", "name"),
    [
        ("ghi vào mục này", ["noted", "ask"], "Ai khó có dân vận"),
        ("đúng", ["noted", "ask"], "Ai khó có dân vận"),
        ("tôi đang hỏi", ["question"], None),
        ("Một cửa", ["noted", "ask"], "Một cửa"),
    ],
)
def test_an_unclear_text_is_asked_about_once(message: str, events: list[str], name: str | None) -> None:
    step = say(say(draft(asking="model_name"), "Ai khó có dân vận").draft, message)
    assert keys(step) == events
    assert step.draft.answers.get("model_name") == name
    if events == ["question"]:
        assert step.events[0].text == "Ai khó có dân vận"


@pytest.mark.parametrize(
    ("message", "code"),
    [("đúng", "2024-01"), ("không", None), ("tháng 12", "2023-12"), ("quý IV", "2023-Q4")],
)
def test_another_year_is_questioned_once_and_not_refused(message: str, code: str | None) -> None:
    step = say(say(draft(asking="completion_period"), "tháng 1/2024").draft, message)
    assert step.draft.answers.get("completion_period") == code


def test_back_goes_on_step_by_step_and_the_answer_leads_forward_again() -> None:
    twice = say(say(draft(asking="quantity"), "quay lại").draft, "quay lại")
    assert asked(twice) == "field"
    assert asked(say(twice.draft, "vhxh")) == "quantity"


def test_a_field_under_correction_keeps_its_value_on_confirm_or_skip() -> None:
    for word in ("đúng", "bỏ qua"):
        step = say(say(draft(), "sửa 5").draft, word)
        assert keys(step) == ["kept", "review"]
        assert step.draft.answers == FULL


def test_a_way_out_is_offered_after_three_misses_and_forgotten_after_an_answer() -> None:
    step = say(draft(asking="quantity"), "nhiều")
    step = say(step.draft, "rất nhiều")
    assert "way_out" not in keys(step)
    step = say(step.draft, "vô số")
    assert keys(step) == ["wrong", "way_out", "ask"]
    assert say(step.draft, "2").draft.misses == 0


def test_a_closed_field_gets_an_example_after_two_misses() -> None:
    step = say(say(draft(asking="field"), "du lịch").draft, "thể thao")
    assert keys(step) == ["wrong", "example", "ask"]
    assert keys(say(step.draft, "y học")) == ["wrong", "example", "way_out", "ask"]


def test_an_unclear_time_offers_what_it_may_mean_and_is_no_miss() -> None:
    step = say(draft(asking="completion_period"), "cuối năm")
    assert step.events == (
        Event("wrong", "completion_period", "period_vague", offers=("2023-10", "2023-11", "2023-12")),
    )
    assert step.draft.misses == 0
    assert say(draft(asking="completion_period"), "tháng 3 đến tháng 6").events[0].offers == ("2023-06",)


def test_what_was_said_first_is_taken_after_the_consent() -> None:
    before = draft(asking="unit_name", state="consent", pending_text="chi bộ Tài vụ đăng ký 2 mô hình kinh tế")
    step = say(before, "đồng ý")
    assert keys(step) == ["consented", "given", "ask"]
    assert step.events[1].names == ("unit_name", "unit_type", "field", "quantity")
    assert step.draft.answers["unit_name"] == "Chi bộ Tài vụ"
    assert step.draft.pending_text == ""


def test_what_was_answered_before_wins_over_a_sentence() -> None:
    before = draft(asking="unit_type", state="consent", pending_text="chi bộ Tài vụ đăng ký 2 mô hình")
    assert say(before, "đồng ý").draft.answers["unit_name"] == FULL["unit_name"]


def test_a_correction_to_another_year_is_questioned_too() -> None:
    step = say(draft(), "sửa thời gian hoàn thành thành tháng 1/2024")
    assert keys(step) == ["other_year"]
    assert say(step.draft, "đúng").draft.answers["completion_period"] == "2024-01"
    assert say(step.draft, "không").draft.answers["completion_period"] == FULL["completion_period"]


@pytest.mark.parametrize(
    ("message", "events", "state", "slot"),
    [
        ("vẫn đăng ký", ["ask"], "asking", "scale"),
        ("ok", ["ask"], "asking", "scale"),
        ("đổi tên", ["ask"], "asking", "model_name"),
        ("dừng", ["confirm_cancel"], "asking", "scale"),
        ("không", ["confirm_cancel"], "asking", "scale"),
        ("tập thể", ["noted", "ask"], "asking", "completion_period"),
    ],
)
def test_a_warning_of_a_duplicate_leaves_the_choice(message: str, events: list[str], state: str, slot: str) -> None:
    step = say(draft(asking="scale", pending="duplicate"), message)
    assert (keys(step), step.draft.state, asked(step)) == (events, state, slot)


def test_an_optional_field_can_be_skipped_and_answered_later() -> None:
    form = form_of(PLANS["caobang-2023"])
    optional = {**PLANS["caobang-2023"].registration, "optional": ["scale"]}
    form = form_of(_Plan("caobang-2023", 2023, optional))
    answers = {name: FULL[name] for name in list(FULL)[:8]} | {"unit_type": "state_body"}
    step = say(draft(asking="scale", answers=answers), "bỏ qua", form)
    assert keys(step) == ["skipped", "ask"]
    step = say(step.draft, "tháng 11", form)
    assert step.draft.state == "reviewing"
    step = say(step.draft, "sửa quy mô thành tập thể", form)
    assert step.draft.answers["scale"] == "collective" and step.draft.skipped == ()


class _Plan:
    def __init__(self, id: str, year: int, registration: Mapping[str, Any]) -> None:
        self.id, self.year, self.registration = id, year, registration


def test_a_paused_draft_is_taken_up_at_the_next_field() -> None:
    step = say(draft(asking="location", state="paused"), "tiếp tục")
    assert keys(step) == ["resumed", "ask"]
    assert asked(step) == "location"


def test_a_stored_answer_that_no_longer_fits_is_asked_again() -> None:
    old = draft(answers={**FULL, "unit_type": "army", "quantity": "2"})
    assert fitting_answers(FORM, old).keys() == FULL.keys() - {"unit_type", "quantity"}
    assert ask_again(FORM, old).events == (Event("ask", "unit_type"),)


def test_a_hint_makes_a_question_only_of_what_is_no_answer() -> None:
    assert keys(say(draft(asking="quantity"), "cho biết nơi nhận báo cáo", meant_as_question=True)) == ["question"]
    assert keys(say(draft(asking="quantity"), "2", meant_as_question=True)) == ["noted", "ask"]
    assert keys(say(draft(asking="quantity"), "nhiều", meant_as_question=True)) == ["wrong", "ask"]
    assert keys(say(draft(asking="start_period"), "end of the year", meant_as_question=True)) == ["wrong"]
    assert keys(say(draft(asking="location"), "Phòng theo dõi báo cáo", meant_as_question=True)) == [
        "noted",
        "ask",
    ]
    assert keys(say(draft(), "cho biết nơi nhận báo cáo", meant_as_question=True)) == ["question"]


SAID = """
đúng gửi lưu|lưu lại|hủy|không|quay lại|bỏ qua|sửa 3|sửa 6 thành 2|tại sao|tiếp tục|hai|tháng 5|quý IV
tháng 1/2024|chi bộ|mới|kinh tế|tập thể|Một cửa|hạn là khi nào?|1|ai|đúng|gửi|cuối năm|quya lại|sủa 2|đổi tên
Chi bộ Tài vụ, đăng ký 1 mô hình kinh tế từ tháng 5/2024|vẫn đăng ký
""".replace("\n", "|")
messages = st.one_of(st.sampled_from([word for word in SAID.split("|") if word]), st.text(max_size=20))


@settings(deadline=None)
@given(st.lists(messages, max_size=30))
def test_no_sequence_of_messages_leads_astray(said: list[str]) -> None:
    """Whatever is said, answers that stand fit, and only a complete card can be submitted."""
    now = draft(asking="unit_name", state="consent")
    for message in said:
        if now.state in ("saved", "cancelled"):
            break
        before, step = now, say(now, message)
        now = step.draft
        assert all(fits(FORM.field(name), value, now.answers) for name, value in now.answers.items())
        assert step.events
        if now.state == "saved":
            assert before.state == "reviewing"
            assert now.answers.keys() == FULL.keys()
