import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.splitting import only_greets, split


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "ai ký kế hoạch và hạn nộp báo cáo năm là khi nào?",
            ("ai ký kế hoạch", "hạn nộp báo cáo năm là khi nào?"),
        ),
        ("Hạn báo cáo năm là ngày nào? Gửi cho ai?", ("Hạn báo cáo năm là ngày nào?", "Gửi cho ai?")),
        ("Hạn báo cáo năm là ngày nào và gửi cho ai?", ("Hạn báo cáo năm là ngày nào", "gửi cho ai?")),
        ("1. Ai ký?\n2. Hạn báo cáo năm?\n3. Nơi nhận?", ("Ai ký?", "Hạn báo cáo năm?", "Nơi nhận?")),
        ("Ai ký; nơi nhận gồm những ai", ("Ai ký", "nơi nhận gồm những ai")),
        (
            "Who signs the plan and when is the annual report due?",
            ("Who signs the plan", "when is the annual report due?"),
        ),
        ("Tôi ở Hồng Lĩnh. Hạn báo cáo năm? Ai ký? Cảm ơn!", ("Tôi ở Hồng Lĩnh. Hạn báo cáo năm?", "Ai ký?")),
        ("Ai ký? Hạn báo cáo năm? Tôi ở Hồng Lĩnh.", ("Ai ký?", "Hạn báo cáo năm? Tôi ở Hồng Lĩnh.")),
        ("a?b?c?d?e?f?g?", ("a?", "b?", "c?", "d?", "e?")),
    ],
)
def test_several_questions(message: str, parts: tuple[str, ...]) -> None:
    assert split(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "Phòng nào theo dõi và tổng hợp?",
        "Phòng nào theo dõi\ncác mô hình?",
        "By when do party cells have to send it, and through which body?",
        "Báo cáo 6 tháng và năm nộp khi nào?",
        "Kế hoạch số 168-KH/ĐUK ban hành ngày nào và lãnh đạo nội dung gì?",
        "What is Resolution 25 about and when was it adopted?",
        "Chuyện củng cố bộ máy và hội nhóm nằm ở hướng nào?",
        "Nghị quyết 25 ban hành ngày nào và do cơ quan nào ban hành?",
        "P. Nội vụ làm gì?",
        "Mục II.3 nói gì?",
        "Em ở phường X. Hạn báo cáo năm là ngày nào?",
        "Xin chào!",
        "số 01-KL/TW ngày nào? 15.741.808",
        "",
        "???",
        "\n;\n",
    ],
)
def test_one_question_stays_as_it_is(message: str) -> None:
    assert split(message) == (message,)


def test_a_greeting_before_a_question_is_left_out() -> None:
    assert split("Xin chào! Hạn báo cáo năm là ngày nào?") == ("Hạn báo cáo năm là ngày nào?",)
    assert split("Em chào anh. Em ở phường X. Hạn báo cáo năm?") == ("Em ở phường X. Hạn báo cáo năm?",)


@pytest.mark.parametrize(
    ("message", "greets"),
    [
        ("Xin chào? Bạn khỏe không?", True),
        ("cảm ơn em nhiều nhé!", True),
        ("ok", True),
        ("hello there", True),
        ("chào anh, hạn báo cáo năm?", False),
        ("ok hạn báo cáo năm?", False),
        ("Hạn báo cáo năm?", False),
        ("", False),
    ],
)
def test_only_greets(message: str, greets: bool) -> None:
    assert only_greets(message) is greets


@given(st.text(max_size=300))
def test_any_text_is_split_into_at_most_five(message: str) -> None:
    assert 1 <= len(split(message)) <= 5
