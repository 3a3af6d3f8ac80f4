from collections.abc import Mapping
from dataclasses import replace

import pytest

from knowledge.asking import holds, is_off_topic, is_small_talk, kinds, read_question
from knowledge.composing import wording
from knowledge.corpus import Plan
from knowledge.office_holders import asked_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Ai ký kế hoạch này?", "signer"),
        ("Ai ký quyết định số 2314?", "other_signer"),
        ("người ký kế hoạch này sinh năm nào?", "personal"),
        ("kế hoạch ký ngày nào", "own_number"),
        ("Kế hoạch được ban hành vào tháng nào?", "own_month"),
        ("số kế hoạch này là số mấy", "own_number"),
        ("kế hoạch này gửi cho những nơi nào", "recipients"),
        ("Bản này có gửi cho bên Sở Nội vụ không", "recipients"),
        ("Giám đốc Sở Nội vụ là ai thế?", "office_holder"),
        ("Phó chánh văn phòng nào phụ trách mảng dân vận vậy?", "office_holder"),
        ("Kinh phí được bố trí từ nguồn nào?", "money"),
        ("thưởng bao nhiêu tiền", "money"),
        ("tỷ lệ trễ hẹn giảm còn bao nhiêu phần trăm", "percent"),
        ("tiếp công dân định kỳ vào ngày nào trong tháng?", "day_of_month"),
        ("số điện thoại phòng Nội vụ", "contact"),
        ("trụ sở ở phố nào", "address"),
        ("nộp trễ thì bị xử lý sao", "penalty"),
        ("hạn báo cáo năm là khi nào", "deadline"),
        ("chi bộ đăng ký mấy mô hình", "amount"),
        ("giao phòng nào gom báo cáo mấy mô hình?", "unit"),
        ("đơn vị nào theo dõi", "unit"),
        ("số lượng có giới hạn không", "amount"),
        ("quyền hạn của chi bộ", None),
        ("Chỉ thị số 33 ban hành ngày nào", "document"),
        ("Mục đích của kế hoạch", None),
        ("Kế hoạch được gửi cho sở nào của tỉnh?", "recipients"),
        ("mẫu đăng ký tên gì", None),
        ("kiểm tra thường xuyên hay đột xuất", None),
        ("muc II.9 co noi nhan rong dien hinh khong", None),
        ("Theo dõi mấy cái mô hình là việc của Sở Nội vụ đúng không?", None),
        ("Ai ký văn bản này, giữ chức vụ gì?", "signer"),
        ("Nghị quyết 25-NQ/TW đề ra mấy quan điểm?", "document_content"),
        ("Chỉ thị 33 giao UBND tỉnh việc gì?", "document_content"),
        ("How many articles does Decision 217 have?", "document_content"),
        ("Chỉ tiêu về ký kết chương trình phối hợp là bao nhiêu phần trăm", "percent"),
        ("Có được gia hạn báo cáo 6 tháng sau ngày 15/6 không?", "extension"),
        ("nộp muộn thì sao?", "extension"),
        ("trễ thì sao", "extension"),
        ("Muốn biết vì sao làm thì xem phần nào?", None),
        ("hồ sơ trễ hẹn thì có phải xin lỗi không", None),
        ("khi nào kiểm tra", "occasion"),
        ("Kiểm tra các chi bộ vào tháng nào?", "occasion"),
        ("Báo cáo sơ kết 6 tháng trước ngày mấy?", "deadline"),
        ("Hạn báo cáo của năm sau là ngày nào?", "following_year"),
        ("bản này phát cho những ai", "recipients"),
        ("Bản 2023 thì gửi những ban, văn phòng nào?", "recipients"),
        ("báo cáo còn gửi cho ai", "unit"),
    ],
)
def test_the_kind_asked_for(question: str, kind: str | None) -> None:
    assert read_question(question).kind == kind


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("báo cáo 6 tháng đầu năm", "half_year"),
        ("báo cáo năm", "year"),
        ("báo cáo tháng nộp ngày nào", "month"),
        ("báo cáo quý", "quarter"),
        ("quy chế phối hợp", None),
        ("năm nào", None),
    ],
)
def test_the_period_asked_for(question: str, period: str | None) -> None:
    assert read_question(question).period == period


def test_what_a_passage_holds() -> None:
    assert holds("contact", "Zalo: 0915.741.808") and not holds("contact", "gửi về Phòng Nội vụ")
    assert holds("percent", "100% các huyện") and holds("other_signer", "bất kỳ") is False
    assert holds("deadline", "trước ngày 25/11") is None and holds(None, "") is None
    asked = read_question("bộ tiêu chí có mấy tiêu chí")
    assert asked.counted == "tieu chi"
    assert holds(asked.kind, "gồm 12 tiêu chí", asked.counted) and not holds("amount", "02 mô hình", asked.counted)


def test_an_office_holder_is_told_only_where_he_signed(plans: Mapping[str, Plan]) -> None:
    question = "Chánh văn phòng là ai?"
    asked = read_question(question)
    assert asked_of(plans["backan-vp-2024"], asked, question).kind == "signer"
    assert asked_of(plans["caobang-2023"], asked, question) == asked
    for other in ("Bí thư Đảng ủy Khối tên là gì", "còn phó bí thư thứ hai là ai"):
        assert asked_of(plans["yenbai-duk-2023"], read_question(other), other).kind == "office_holder"
    assert asked_of(plans["caobang-2023"], replace(asked, kind="unit"), question).kind == "unit"


@pytest.mark.parametrize(
    "text", ["giá vàng hôm nay", "mai Bắc Kạn có mưa không em ơi", "Nhờ viết giùm bài phát biểu khai mạc hội thi nhé"]
)
def test_off_topic(text: str) -> None:
    assert is_off_topic(text)


@pytest.mark.parametrize(
    "text",
    [
        "tỉnh yêu cầu làm mới",
        "thái độ phục vụ có nâng cao không",
        "kế hoạch có nói gì về giá vàng không",
        "hạn báo cáo năm",
        "viết báo cáo gửi ai",
    ],
)
def test_not_off_topic(text: str) -> None:
    assert not is_off_topic(text)


def test_small_talk_holds_no_question() -> None:
    assert is_small_talk("dạ em chào anh ạ") and is_small_talk("Thanks a lot") is False
    assert not is_small_talk("chào em, ai ký kế hoạch")


def test_every_strict_kind_of_ours_is_named_when_a_plan_is_silent() -> None:
    ours = [name for name, rule in kinds().items() if isinstance(rule, dict) and "held_by" in rule]
    assert len(ours) >= 8
    assert all(f"asked_{name}" in wording() for name in ours)
