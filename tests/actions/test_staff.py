from datetime import datetime, timedelta

import pytest

from actions.staff import NOBODY, StaffDesk
from actions.wording import wording
from knowledge.corpus import load_plans
from knowledge.unanswered import Unanswered

NOW = datetime.fromisoformat("2023-06-01T08:00:00+07:00")
STAFF = "telegram:1"


def item(number: int) -> Unanswered:
    plan_id = "honglinh-2023" if number % 2 else None
    times = 40 - number
    return Unanswered(
        f"câu {number}?", "not_in_plan", plan_id, "all", (), "vi", (), NOW, NOW + timedelta(hours=1), times
    )


def desk(count: int) -> StaffDesk:
    return StaffDesk(frozenset({STAFF}), lambda now: [item(n) for n in range(count)], load_plans(), lambda: NOW)


@pytest.mark.parametrize("text", wording()["words"]["unanswered"])
def test_every_way_of_asking_shows_the_first_page_to_staff_only(text: str) -> None:
    for said in (text, f"cho tôi xem {text} nhé", text.upper(), f"{text}?"):
        assert desk(1).page_wanted(STAFF, said, None) == 1
        assert desk(1).page_wanted("telegram:2", said, None) is None
        assert NOBODY.page_wanted(STAFF, said, None) is None


@pytest.mark.parametrize(
    "text", ["cau hoi chua tra loi", "danh sach cau hoi chua tra loi duoc", "show unanswered questions"]
)
def test_asking_without_marks_and_in_english(text: str) -> None:
    assert desk(1).page_wanted(STAFF, text, None) == 1


@pytest.mark.parametrize(
    "text", ["", "  ", "hạn báo cáo năm?", "Tổ tiếp nhận câu hỏi", "câu hỏi " * 9 + "chưa trả lời"]
)
def test_other_messages_ask_for_nothing(text: str) -> None:
    assert desk(1).page_wanted(STAFF, text, 1) is None


def test_more_goes_on_only_where_a_page_was_just_shown() -> None:
    for text in ("xem thêm", "Xem thêm nhé", "xem them", "show more"):
        assert desk(30).page_wanted(STAFF, text, 1) == 2
        assert desk(30).page_wanted(STAFF, text, None) is None
        assert desk(30).page_wanted("telegram:2", text, 1) is None
    assert desk(30).page_wanted(STAFF, "tôi muốn xem thêm về báo cáo năm", 1) is None


def test_a_page_holds_ten_with_count_plan_and_last_time() -> None:
    (line,), more = desk(13).unanswered(1, "vi")
    assert more and [choice.text for choice in line.buttons] == ["Xem thêm"]
    assert line.text.startswith("13 câu hỏi") and "10. câu 9?" in line.text and "11." not in line.text
    assert "(Kế hoạch không nêu; 39 lần; Hồng Lĩnh 2023; gần nhất 01/06/2023 09:00)" in line.text
    (last,), more = desk(13).unanswered(2, "vi")
    assert not more and not last.buttons and "13. câu 12?" in last.text and "10. " not in last.text


def test_an_empty_list_says_so() -> None:
    assert desk(0).unanswered(1, "en")[0][0].text == "There are no questions without an answer."


def test_english() -> None:
    (line,), _ = desk(1).unanswered(1, "en")
    assert "not in plan; asked 40 times; no plan chosen" in line.text
