"""The desk where things go wrong: a store that fails, two messages at once, a plan that has gone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.registration.database import StoreUnavailable
from actions.registration.desk import LONGEST_MESSAGE, Desk
from actions.registration.draft import Draft
from actions.registration.form import VIETNAM, BadForm
from actions.registration.store import Store, open_store
from actions.registration.turns import NOTICE, Turn
from knowledge.corpus import load_plans

NOW = datetime(2023, 4, 20, 8, 0, tzinfo=VIETNAM)
PLANS = load_plans()
FILLING = (
    "Chi bộ Văn phòng", "chi bộ", "mới", "kinh tế", "Một cửa", "1", "tháng 5", "Phòng Hành chính", "tập thể",
    "tháng 9",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.consent("web:1", NOTICE, NOW)
    yield opened
    opened.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, PLANS, lambda: NOW)


def fail(*_: Any, **__: Any) -> Any:
    raise StoreUnavailable("disk full")


def fill(desk: Desk) -> None:
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    for message in FILLING:
        desk.reply("web:1", message, "vi")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_answer_that_cannot_be_stored_is_said_to_be_lost_and_nothing_moves(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    before = store.open_draft("web:1")
    with monkeypatch.context() as broken:
        broken.setattr(Store, "save_draft", fail)
        turn = desk.reply("web:1", "Chi bộ Văn phòng", language)
    assert {"vi": "chưa được ghi", "en": "not kept"}[language] in turn.lines[0].text
    assert (turn.open, turn.form.state, turn.form.reference) == (True, "asking", None)
    assert store.open_draft("web:1") == before
    assert desk.reply("web:1", "Chi bộ Văn phòng", "vi").form.slot == "unit_type"


def test_a_submission_that_cannot_be_stored_is_not_confirmed(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "submit", fail)
        turn = desk.reply("web:1", "gửi", "vi")
    assert "Đã lưu" not in turn.lines[0].text
    assert (turn.form.state, turn.form.reference, turn.open) == ("asking", None, True)
    assert store.last_registration("web:1") is None
    assert desk.reply("web:1", "gửi", "vi").form.reference == "DVK-2023-0001"


@pytest.mark.parametrize("method", ["start", "reply", "ask_again", "resume", "mine", "is_open"])
def test_no_method_raises_when_nothing_can_be_read(desk: Desk, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    for name in ("open_draft", "registrations", "drop_old_drafts"):
        monkeypatch.setattr(Store, name, fail)
    arguments = {
        "start": ("web:1", None, "đăng ký", "vi"),
        "reply": ("web:1", "chào", "vi"),
        "is_open": ("web:1",),
    }.get(method, ("web:1", "vi"))
    answer = getattr(desk, method)(*arguments)
    if method == "is_open":
        assert answer is False
    else:
        lines = answer if method == "mine" else answer.lines
        assert "không lưu được" in lines[0].text


def test_a_message_that_came_between_is_taken_into_account(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    real, raced = Store.save_draft, []

    def with_another_before(self: Store, draft: Draft, now: datetime, action: str) -> Draft:
        if not raced:
            raced.append(True)
            other = self.open_draft("web:1")
            assert other is not None
            real(self, other.but(answers={"unit_name": "Chi bộ Tài vụ"}), now, "noted")
        return real(self, draft, now, action)

    monkeypatch.setattr(Store, "save_draft", with_another_before)
    turn = desk.reply("web:1", "chi bộ", "vi")
    assert turn.answers == {"unit_name": "Chi bộ Tài vụ", "unit_type": "grassroots_party_cell"}


def test_cancelling_what_has_just_been_submitted_says_that_it_is_saved(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk)
    draft = store.open_draft("web:1")
    assert draft is not None
    desk.reply("web:1", "hủy", "vi")
    pending = store.open_draft("web:1")
    assert pending is not None
    real = Store.open_draft
    store.submit(pending, 2023, {}, NOW, late=False)
    answers = iter([pending])
    monkeypatch.setattr(Store, "open_draft", lambda self, person: next(answers, None) or real(self, person))
    turn = desk.reply("web:1", "có", "vi")
    assert (turn.form.state, turn.form.reference) == ("saved", "DVK-2023-0001")


def test_a_draft_under_a_plan_that_has_gone_waits_for_a_plan_and_keeps_its_answers(desk: Desk, store: Store) -> None:
    fill(desk)
    fewer = Desk(store, {key: plan for key, plan in PLANS.items() if key != "yenbai-duk-2023"}, lambda: NOW)
    turn = fewer.reply("web:1", "gửi", "vi")
    assert (turn.form.state, turn.form.slot) == ("asking", None)
    turn = fewer.reply("web:1", "Bắc Kạn 2023", "vi")
    assert (turn.form.state, turn.form.plan_id) == ("reviewing", "backan-vp-2023")


def test_a_question_changes_nothing(desk: Desk, store: Store) -> None:
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    before = store.open_draft("web:1")
    turn = desk.reply("web:1", "hạn nộp báo cáo là khi nào?", "vi")
    assert turn.question == "hạn nộp báo cáo là khi nào?"
    assert store.open_draft("web:1") == before


def test_is_open_follows_the_registration(desk: Desk) -> None:
    assert not desk.is_open("web:1")
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    assert desk.is_open("web:1")
    assert not desk.is_open("web:2")
    desk.reply("web:1", "lưu lại", "vi")
    assert not desk.is_open("web:1")


def test_drafts_unused_for_long_are_gone_once_the_plan_has_closed(store: Store) -> None:
    Desk(store, PLANS, lambda: NOW, retention_days=30).start("web:1", None, "đăng ký mô hình", "vi")
    while_open = Desk(store, PLANS, lambda: NOW + timedelta(days=31), retention_days=30)
    while_open.start("web:2", None, "đăng ký mô hình", "vi")
    assert store.open_draft("web:1") is not None
    closed = Desk(store, PLANS, lambda: datetime(2024, 1, 2, tzinfo=VIETNAM), retention_days=30)
    closed.start("web:2", None, "đăng ký mô hình", "vi")
    assert store.open_draft("web:1") is None


def test_the_notice_tells_the_days_that_are_set(store: Store) -> None:
    turn = Desk(store, PLANS, lambda: NOW, retention_days=45).start("web:9", None, "đăng ký", "vi")
    assert "45 ngày" in "\n".join(line.text for line in turn.lines)


def test_a_bad_plan_is_refused_when_the_desk_opens(store: Store) -> None:
    class Bad:
        id, year, registration = "bad-2023", 2023, {"accepts": "yes"}

    with pytest.raises(BadForm, match="bad-2023"):
        Desk(store, {"bad-2023": Bad()}, lambda: NOW)  # type: ignore[dict-item]


def test_the_envelope_is_the_contract(desk: Desk) -> None:
    turn = desk.start("web:1", None, "đăng ký mô hình", "vi")
    assert turn.form.as_custom() == {
        "kind": "form",
        "state": "asking",
        "slot": "unit_name",
        "reference": None,
        "plan_id": "yenbai-duk-2023",
    }


def test_a_message_of_any_length_is_answered(desk: Desk) -> None:
    desk.start("web:1", None, "x" * 100_000, "vi")
    for message in ("sửa " * 50_000, "ai nào " * 50_000, "1, " * 50_000):
        turn = desk.reply("web:1", message, "vi")
        assert (turn.form.state, turn.form.slot) == ("asking", "unit_name")
        assert turn.question is None or len(turn.question) == LONGEST_MESSAGE


SAME = "đăng ký 1 mô hình tên “Một cửa”, kinh tế, tại phòng Hành chính"


def same_texts(texts: Sequence[str]) -> NDArray[np.float32]:
    """A similarity that knows only what is the same."""
    return np.asarray([[float(a == b) for b in texts] for a in texts], dtype=np.float32)


def said(turn: Turn) -> str:
    return "\n".join(line.text for line in turn.lines)


def test_a_near_duplicate_is_announced_by_its_unit_once(store: Store) -> None:
    desk = Desk(store, PLANS, lambda: NOW, similarity=same_texts)
    fill(desk)
    desk.reply("web:1", "gửi", "vi")
    store.consent("web:2", NOTICE, NOW)
    turn = desk.start("web:2", None, SAME, "vi")
    assert "Chi bộ Văn phòng đã đăng ký" in said(turn)
    assert (
        "DVK" not in said(turn) and "web:1" not in said(turn) and "Một cửa" not in turn.lines[-1].text.splitlines()[-1]
    )
    assert [choice.text for choice in turn.lines[-1].buttons] == ["vẫn đăng ký", "đổi tên", "dừng"]
    assert desk.reply("web:2", "vẫn đăng ký", "vi").form.slot == "unit_name"
    assert "gần giống" not in said(desk.reply("web:2", "Chi bộ Tài vụ", "vi"))
    assert "gần giống" not in said(desk.reply("web:2", "sửa 5 thành Chợ xanh", "vi"))
    assert "gần giống" in said(desk.reply("web:2", "sửa 5 thành một cửa", "vi"))


def test_a_near_duplicate_of_ones_own_is_announced_by_its_reference(store: Store) -> None:
    desk = Desk(store, PLANS, lambda: NOW, similarity=same_texts)
    fill(desk)
    desk.reply("web:1", "gửi", "vi")
    assert "DVK-2023-0001" in said(desk.start("web:1", None, SAME.replace("đăng ký", "đăng ký thêm"), "vi"))


def test_what_is_withdrawn_or_of_another_plan_is_no_duplicate(store: Store) -> None:
    desk = Desk(store, PLANS, lambda: NOW, similarity=same_texts)
    fill(desk)
    desk.reply("web:1", "gửi", "vi")
    store.consent("web:2", NOTICE, NOW)
    assert "gần giống" not in said(desk.start("web:2", "caobang-2023", SAME, "vi"))
    store.withdraw("DVK-2023-0001", "web:1", NOW)
    store.consent("web:3", NOTICE, NOW)
    assert "gần giống" not in said(desk.start("web:3", "yenbai-duk-2023", SAME, "vi"))


def test_an_encoder_that_fails_costs_the_warning_and_nothing_else(store: Store) -> None:
    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        raise RuntimeError("no encoder")

    desk = Desk(store, PLANS, lambda: NOW, similarity=broken)
    fill(desk)
    desk.reply("web:1", "gửi", "vi")
    assert desk.start("web:1", None, SAME, "vi").form.state == "asking"


def test_what_is_said_before_the_consent_is_kept_apart_and_goes_with_a_refusal(store: Store) -> None:
    desk = Desk(store, PLANS, lambda: NOW)
    turn = desk.start("web:7", None, SAME, "vi")
    assert (turn.form.state, turn.answers) == ("consent", {})
    desk.reply("web:7", "không", "vi")
    desk.start("web:7", None, "đăng ký mô hình", "vi")
    assert desk.reply("web:7", "đồng ý", "vi").answers == {}


def test_a_first_message_that_contradicts_a_paused_draft_begins_anew(desk: Desk, store: Store) -> None:
    desk.start("web:1", None, "tôi là chi bộ Văn phòng, đăng ký 1 mô hình", "vi")
    desk.reply("web:1", "lưu lại", "vi")
    turn = desk.start("web:1", None, "tôi là chi bộ Tài vụ, đăng ký 1 mô hình", "vi")
    assert turn.answers["unit_name"] == "Chi bộ Tài vụ"
    paused = store.paused_draft("web:1")
    assert paused is not None and paused.answers["unit_name"] == "Chi bộ Văn phòng"


def test_one_more_says_what_it_keeps(desk: Desk) -> None:
    fill(desk)
    desk.reply("web:1", "gửi", "vi")
    assert "đơn vị Chi bộ Văn phòng" in said(desk.start("web:1", None, "đăng ký thêm", "vi"))


def test_what_is_missing_is_told_with_the_card(store: Store) -> None:
    desk = Desk(store, PLANS, lambda: NOW)
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    for message in ("Công đoàn Khối", "đoàn thể", *FILLING[2:]):
        turn = desk.reply("web:1", message, "vi")
    assert "ít nhất 02" in said(turn) and "còn thiếu 1" in said(turn)
    assert "còn thiếu" not in said(desk.reply("web:1", "sửa 6 thành 2", "vi"))


@pytest.mark.parametrize(
    ("said", "noted"),
    [("Mot cua than thien", "mục 5 ghi không dấu"), ("Một cửa thân thiện", ""), ("Sao Mai", ""), ("Mo hinh điện", "")],
)
def test_a_text_without_marks_is_pointed_out_with_the_card(desk: Desk, said: str, noted: str) -> None:
    desk.start("web:1", None, "đăng ký mô hình", "vi")
    for message in FILLING:
        turn = desk.reply("web:1", said if message == "Một cửa" else message, "vi")
    text = turn.lines[-1].text
    assert noted in text and ("ghi không dấu" in text) == bool(noted)
