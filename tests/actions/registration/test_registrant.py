"""After submitting: one's own registrations shown, corrected, withdrawn, returned by the office; one's own data."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from actions.registration.desk import Desk, Turn
from actions.registration.requests import Request, request_in
from actions.registration.store import Store, open_store
from actions.registration.turns import NOTICE
from knowledge.corpus import load_plans
from tests.actions.registration.filled import NOW, saved, submit

PLANS = load_plans()
REF = "DVK-2023-0001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.consent("web:1", NOTICE, NOW)
    submit(opened, saved(opened))
    yield opened
    opened.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, PLANS, lambda: NOW + timedelta(days=1))


def ask(desk: Desk, message: str, person: str = "web:1", language: str = "vi") -> Turn:
    """Say a message as the form action hands it over."""
    assert desk.concerns(person, message)
    return desk.attend(person, message, language) or desk.reply(person, message, language)


def said(turn: Turn) -> str:
    return "\n".join(line.text for line in turn.lines)


@pytest.mark.parametrize("message", ["xem 1", f"xem {REF}", f"xem dang ky {REF.lower()}", REF, f"show {REF}"])
def test_one_is_shown(desk: Desk, message: str) -> None:
    turn = ask(desk, message)
    assert "Một cửa thân thiện" in said(turn) and "đã gửi" in said(turn)
    assert turn.form is not None and (turn.form.state, turn.form.reference, turn.open) == ("saved", REF, False)


def test_a_number_out_of_the_list_is_said(desk: Desk) -> None:
    assert "không có số 7" in said(ask(desk, "xem 7"))


@pytest.mark.parametrize("message", [f"xem {REF}", f"sửa {REF}", f"rút {REF}", f"in {REF}"])
def test_anothers_is_as_one_that_does_not_exist(desk: Desk, store: Store, message: str) -> None:
    other = said(ask(desk, message, "web:2"))
    assert other.replace(REF, "X") == said(ask(desk, message.replace(REF, "DVK-2023-0999"), "web:2")).replace(
        "DVK-2023-0999", "X"
    )
    assert store.open_draft("web:2") is None


def test_an_edit_makes_one_more_version_of_the_same_reference(desk: Desk, store: Store) -> None:
    turn = ask(desk, f"sửa {REF}")
    assert turn.form is not None and turn.form.state == "reviewing" and "2. " in said(turn)
    ask(desk, "sửa số lượng thành 3")
    turn = ask(desk, "gửi")
    assert turn.form is not None and (turn.form.state, turn.form.reference) == ("saved", REF)
    assert "bản thứ 2" in said(turn) and turn.paper is not None
    again = desk.reply("web:1", "gửi", "vi")
    assert again.form is not None and again.form.reference == REF
    kept = store.history(REF, "web:1")
    assert [each.answers["quantity"] for each in kept] == [2, 3]
    assert store.open_draft("web:1") is None


def test_a_change_can_stand_beside_the_reference(desk: Desk, store: Store) -> None:
    turn = ask(desk, f"sua so luong cua {REF} thanh 4")
    assert turn.answers["quantity"] == 4
    assert ask(desk, f"sửa {REF} số lượng thành 5").answers["quantity"] == 5


def test_an_edit_that_is_dropped_changes_nothing(desk: Desk, store: Store) -> None:
    ask(desk, f"sửa {REF} số lượng thành 3")
    assert "giữ nguyên" in said(ask(desk, "hủy"))
    assert f"{REF} giữ nguyên" in said(ask(desk, "có"))
    found = store.registration(REF)
    assert found is not None and (found.version, found.answers["quantity"]) == (1, 2)


def test_an_edit_can_wait_and_a_new_registration_does_not_take_it_up(desk: Desk, store: Store) -> None:
    ask(desk, f"sửa {REF} số lượng thành 3")
    assert "chưa thay đổi" in said(ask(desk, "lưu lại"))
    assert "Bản đang sửa" in "\n".join(line.text for line in desk.mine("web:1", "vi"))
    turn = desk.start("web:1", "yenbai-duk-2023", "đăng ký mô hình", "vi")
    assert turn.form is not None and turn.form.slot == "unit_name"
    assert ask(desk, f"sửa {REF}").answers["quantity"] == 3


def test_an_edit_stays_under_its_plan(desk: Desk, store: Store) -> None:
    ask(desk, f"sửa {REF}")
    turn = ask(desk, "đổi sang kế hoạch Cao Bằng")
    assert "không chuyển" in said(turn) and turn.form is not None and turn.form.plan_id == "yenbai-duk-2023"


def test_what_the_office_decided_meanwhile_counts(desk: Desk, store: Store) -> None:
    ask(desk, f"sửa {REF} số lượng thành 3")
    store.accept(REF, "staff", NOW)
    assert "đã được tiếp nhận" in said(ask(desk, "gửi"))
    assert store.open_draft("web:1") is None
    assert "đã được tiếp nhận" in said(ask(desk, f"rút {REF}"))


def test_withdrawing_is_asked_once(desk: Desk, store: Store) -> None:
    assert "muốn rút" in said(ask(desk, f"rút {REF}"))
    assert "Không rút" in said(ask(desk, "không"))
    ask(desk, f"rút {REF}")
    assert "Đã rút" in said(ask(desk, "có"))
    found = store.registration(REF)
    assert found is not None and found.status == "withdrawn"
    assert "đã rút" in said(ask(desk, f"sửa {REF}"))
    assert store.open_draft("web:1") is None


def test_a_returned_one_is_told_once_and_asks_what_is_named(desk: Desk, store: Store) -> None:
    store.return_for(REF, "staff", {"quantity": "ghi lại số lượng"}, NOW)
    turn = ask(desk, "xin chào")
    assert "ghi lại số lượng" in said(turn) and "Hiện ghi: 2" in said(turn)
    assert turn.form is not None and (turn.form.state, turn.form.slot) == ("asking", "quantity")
    turn = ask(desk, "1")
    assert "ghi lại" not in said(turn) and turn.form is not None and turn.form.state == "reviewing"
    ask(desk, "gửi")
    found = store.registration(REF)
    assert found is not None and (found.status, found.version, found.answers["quantity"]) == ("submitted", 3, 1)


def test_a_returned_one_waits_while_another_is_filled(desk: Desk, store: Store) -> None:
    desk.start("web:1", "yenbai-duk-2023", "đăng ký thêm", "vi")
    store.return_for(REF, "staff", {"quantity": "ghi lại"}, NOW)
    turn = ask(desk, "mới")
    assert "ghi lại" in said(turn) and turn.form is not None and turn.form.slot == "field"
    assert "ghi lại" not in said(ask(desk, "kinh tế"))
    turn = ask(desk, f"sửa {REF}")
    assert turn.form is not None and turn.form.slot == "quantity" and "lưu nháp" in said(turn)


def test_a_question_is_answered_after_what_was_returned_is_told(desk: Desk, store: Store) -> None:
    store.return_for(REF, "staff", {"quantity": "ghi lại"}, NOW)
    turn = ask(desk, "hạn nộp báo cáo là khi nào?")
    assert turn.question == "hạn nộp báo cáo là khi nào?" and REF in said(turn)
    assert "ghi lại" in said(desk.ask_again("web:1", "vi"))


def test_models_are_counted(desk: Desk) -> None:
    text = said(ask(desk, "chi bộ tôi đã đăng ký mấy mô hình?"))
    assert "đã đăng ký 2 mô hình" in text and "còn thiếu 0" in text
    assert "chưa biết đơn vị" in said(ask(desk, "còn thiếu mấy?", "web:2"))


def test_the_paper_is_given_again(desk: Desk) -> None:
    paper = ask(desk, "in phiếu").paper
    assert paper is not None and paper[0] == f"dang-ky-{REF}.docx" and paper[1][:2] == b"PK"
    assert "chưa có phiếu" in said(ask(desk, "in phiếu", "web:2"))


def test_own_data_is_shown_and_erased_after_a_question(desk: Desk, store: Store) -> None:
    assert REF in said(ask(desk, "xem dữ liệu của tôi"))
    assert REF not in said(ask(desk, "xem dữ liệu của tôi", "web:2"))
    ask(desk, "xóa dữ liệu của tôi")
    assert "Không xóa" in said(ask(desk, "không"))
    ask(desk, "xóa dữ liệu của tôi")
    turn = ask(desk, "có")
    assert turn.erased and "1 đăng ký" in said(turn)
    assert store.registrations(person="web:1") == [] and store.registration(REF) is not None


def test_a_code_links_another_channel_and_goes_on_there(desk: Desk) -> None:
    desk.start("web:1", "yenbai-duk-2023", "đăng ký mô hình", "vi")
    text = said(ask(desk, "chuyển kênh"))
    code = text.split("“mã ")[1][:6]
    assert "không đúng" in said(ask(desk, "mã 222222", "telegram:5"))
    turn = ask(desk, f"mã {code.lower()}", "telegram:5")
    assert "Đã nối" in said(turn) and turn.form is not None and turn.form.slot == "unit_name"


@pytest.mark.parametrize(
    ("message", "code"), [("mã nhgchn", "nhgchn"), ("mã NHG CHN", "NHG CHN"), ("nhập mã: 2h3k4m", "2h3k4m")]
)
def test_a_code_is_recognised_however_it_is_typed(message: str, code: str) -> None:
    assert request_in(message) == Request("code", rest=code)


@pytest.mark.parametrize("message", ["mã phường", "mã nghanh", "mã hồ sơ", "mã xin giấy"])
def test_words_after_the_word_for_a_code_are_none(message: str) -> None:
    assert request_in(message) is None
