"""A reply is lost after its message was saved: what the person sends again counts once, for what they were asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.registration.desk import Desk, Turn
from actions.registration.store import Store, open_store
from actions.registration.turns import NOTICE
from knowledge.corpus import load_plans
from tests.actions.registration.filled import NOW

PLANS = load_plans()
WALK = (
    ("unit_name", "Chi bộ Văn phòng"),
    ("unit_type", "3"),
    ("registration_type", "1"),
    ("field", "1"),
    ("model_name", "Một cửa thân thiện"),
    ("quantity", "1"),
    ("start_period", "tháng 5"),
    ("location", "Phòng Hành chính"),
    ("scale", "2"),
    ("completion_period", "quý IV"),
)
ANSWERS = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 1,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-Q4",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, PLANS, lambda: NOW)


def begin(desk: Desk, answers: int = 0) -> Turn:
    """Begin a registration and give the first `answers` of the walk."""
    desk.start("web:1", "yenbai-duk-2023", "đăng ký mô hình", "vi")
    turn = desk.reply("web:1", "đồng ý", "vi", asked="consent")
    for asked, message in WALK[:answers]:
        assert turn.asked == asked
        turn = desk.reply("web:1", message, "vi", asked=asked)
    return turn


def test_every_answer_may_be_sent_twice(desk: Desk, store: Store) -> None:
    begin(desk)
    desk.reply("web:1", "đồng ý", "vi", asked="consent")
    for number, (asked, message) in enumerate(WALK):
        first = desk.reply("web:1", message, "vi", asked=asked)
        again = desk.reply("web:1", message, "vi", asked=asked)
        assert again.asked == first.asked == ([name for name, _ in WALK] + ["reviewing"])[number + 1]
        assert dict(again.answers) == {name: ANSWERS[name] for name, _ in WALK[: number + 1]}
    saved = [desk.attend("web:1", "gửi", "vi") or desk.reply("web:1", "gửi", "vi", asked="reviewing") for _ in range(2)]
    assert {turn.form.reference for turn in saved if turn.form} == {"DVK-2023-0001"}
    assert [dict(each.answers) for each in store.registrations()] == [ANSWERS]


def test_the_same_words_to_the_next_question_are_its_answer(desk: Desk) -> None:
    turn = begin(desk, 3)
    assert turn.asked == "field"
    turn = desk.reply("web:1", "1", "vi", asked="field")
    assert (turn.asked, turn.answers["registration_type"], turn.answers["field"]) == ("model_name", "new", "economy")


def test_another_answer_to_the_question_seen_takes_the_place_of_the_first(desk: Desk) -> None:
    begin(desk, 7)
    turn = desk.reply("web:1", "tháng 6", "vi", asked="start_period")
    assert (turn.asked, turn.answers["start_period"], "location" in turn.answers) == ("location", "2023-06", False)


@pytest.mark.parametrize("message", ["tiếp tục", "xin chào", "hạn báo cáo năm là khi nào?", "đăng ký của tôi"])
def test_asking_where_things_stand_opens_nothing(desk: Desk, store: Store, message: str) -> None:
    begin(desk, 6)
    desk.reply("web:1", message, "vi", asked="quantity")
    draft = store.open_draft("web:1")
    assert draft is not None and draft.answers["quantity"] == 1
    assert desk.ask_again("web:1", "vi").asked == "start_period"


def test_cancelling_is_asked_about_again_before_anything_goes(desk: Desk, store: Store) -> None:
    begin(desk, 4)
    for _ in range(2):
        turn = desk.reply("web:1", "hủy", "vi", asked="model_name")
        assert turn.open and turn.asked == "cancel" and turn.form is not None and turn.form.state == "asking"
    assert desk.reply("web:1", "hủy", "vi", asked="cancel").form.state == "cancelled"  # type: ignore[union-attr]
    assert store.registrations() == []


def test_going_back_twice_is_once(desk: Desk) -> None:
    begin(desk, 5)
    for _ in range(2):
        assert desk.reply("web:1", "quay lại", "vi", asked="quantity").asked == "model_name"


def test_a_correction_at_the_check_may_be_sent_twice(desk: Desk) -> None:
    begin(desk, 10)
    for _ in range(2):
        turn = desk.reply("web:1", "sửa 6", "vi", asked="reviewing")
        assert turn.asked == "quantity"
    for _ in range(2):
        turn = desk.reply("web:1", "3", "vi", asked="quantity")
        assert (turn.asked, turn.answers["quantity"]) == ("reviewing", 3)


def test_what_was_answered_on_another_channel_is_not_opened(desk: Desk, store: Store) -> None:
    begin(desk, 7)
    code = store.offer_code("web:1", NOW)
    store.redeem_code(code, "telegram:1", NOW)
    turn = desk.reply("telegram:1", "Nhà văn hóa", "vi", asked="start_period")  # what that chat was asked long ago
    assert (turn.answers["start_period"], turn.answers["location"]) == ("2023-05", "Nhà văn hóa")


def test_several_fields_in_one_sentence_may_be_sent_twice(desk: Desk) -> None:
    begin(desk)
    sentence = "Đơn vị: Chi bộ Văn phòng; lĩnh vực: kinh tế; số lượng: 2"
    first = desk.reply("web:1", sentence, "vi", asked="unit_name")
    again = desk.reply("web:1", sentence, "vi", asked="unit_name")
    assert dict(first.answers) == dict(again.answers) and len(first.answers) == 4


def test_submitting_again_tells_the_reference_or_goes_on_with_a_later_draft(desk: Desk, store: Store) -> None:
    assert not desk.concerns("web:1", "gửi") and desk.attend("web:1", "gửi", "vi") is None
    begin(desk, 4)
    desk.reply("web:1", "lưu lại", "vi")
    turn = desk.attend("web:1", "gửi đăng ký", "vi")
    assert turn is not None and turn.open and turn.asked == "model_name"
    for asked, message in WALK[4:]:
        desk.reply("web:1", message, "vi", asked=asked)
    desk.reply("web:1", "gửi", "vi", asked="reviewing")
    assert desk.concerns("web:1", "gửi")
    turn = desk.attend("web:1", "gui", "vi")
    assert turn is not None and turn.form is not None and turn.form.reference == "DVK-2023-0001" and not turn.open
    assert not desk.concerns("web:2", "gửi")


def test_a_returned_one_is_explained_at_every_asking(desk: Desk, store: Store) -> None:
    begin(desk, 10)
    desk.reply("web:1", "gửi", "vi", asked="reviewing")
    store.consent("web:1", NOTICE, NOW)
    store.return_for("DVK-2023-0001", "staff", {"quantity": "ghi lại số lượng", "location": "ghi rõ"}, NOW)
    for message in ("xin chào", "xin chào"):  # the first reply may never have arrived
        turn = desk.attend("web:1", message, "vi") or desk.reply("web:1", message, "vi")
        text = "\n".join(line.text for line in turn.lines)
        assert turn.asked == "quantity" and "DVK-2023-0001" in text and "ghi lại số lượng" in text
        assert "Hiện ghi: 1" in text
    assert desk.reply("web:1", "ok", "vi", asked="quantity").asked == "quantity"  # an agreement is no new number
    for _ in range(2):
        turn = desk.reply("web:1", "2", "vi", asked="quantity")
        assert turn.asked == "location"
    assert desk.reply("web:1", "Hội trường", "vi", asked="location").asked == "reviewing"
    assert desk.reply("web:1", "gửi", "vi", asked="reviewing").form.state == "saved"  # type: ignore[union-attr]
    assert [each.answers["quantity"] for each in store.registrations()] == [2]


def test_another_returned_one_is_remembered_when_the_first_is_done(desk: Desk, store: Store) -> None:
    begin(desk, 10)
    desk.reply("web:1", "gửi", "vi", asked="reviewing")
    desk.start("web:1", None, "đăng ký thêm", "vi")
    store.return_for("DVK-2023-0001", "staff", {"quantity": "ghi lại"}, NOW)
    desk.attend("web:1", "xin chào", "vi")  # told here, and lost
    for _, message in WALK[2:]:
        turn = desk.reply("web:1", message, "vi")
    turn = desk.reply("web:1", "gửi", "vi")
    assert turn.form is not None and turn.form.reference == "DVK-2023-0002"
    assert "DVK-2023-0001 còn chờ" in turn.lines[-1].text
