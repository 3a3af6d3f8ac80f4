"""Whatever is sent ends in an outcome, with quotations that stand in their source."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.answering import Answerer
from knowledge.answers import Answer, outcomes
from knowledge.reading import fold

WORDS = [
    *(
        "hạn báo cáo năm",
        "ai ký",
        "cột 6",
        "mục III",
        "chỉ thị 33",
        "Hồng Lĩnh",
        "2025",
        "Lào Cai",
        "còn",
        "thì sao",
        "và",
        "?",
    ),
    *(
        "who signs",
        "nó",
        "đó",
        "CT 33",
        "01-KL/TW",
        "\n",
        ";",
        "(1)",
        "II.3",
        "6 tháng",
        "duwowjc",
        "<b>",
        "{x}",
        "%s",
        "मेरा",
    ),
]
MESSAGES = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
ODD = [
    "25",
    "01-KL/TW",
    "số 364",
    "(3)",
    "<b>hạn</b>",
    "मेरा नाम",
    "計画は何ですか",
    "İİİ ai ký?",
    "?" * 900,
    "x" * 2000,
    "\x00",
    "năm 2099",
]


def assert_ended(answer: Answer, answerer: Answerer) -> None:
    assert answer.outcome in outcomes() and answer.outcome != "error"
    assert answer.text
    for citation in answer.citations:
        source = answerer.plans[citation.plan_id].text[citation.start : citation.end]
        assert fold(source) == citation.quote != "" and len(citation.quote) <= 600


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, st.sampled_from([None, "honglinh-2023", "yenbai-duk-2023", "gone"]), st.lists(MESSAGES, max_size=2))
def test_any_message_ends_in_an_outcome(
    answerer: Answerer, message: str, plan_id: str | None, history: list[str]
) -> None:
    assert_ended(answerer.answer(message, plan_id, history), answerer)


@pytest.mark.parametrize("message", ODD)
def test_odd_messages_end_in_an_outcome(message: str, answerer: Answerer) -> None:
    for plan_id in (None, *answerer.plans):
        assert_ended(answerer.answer(message, plan_id), answerer)


def test_each_question_of_a_message_is_answered(answerer: Answerer) -> None:
    answer = answerer.answer("Ai ký kế hoạch và hạn nộp báo cáo năm là khi nào?", "honglinh-2023")
    assert answer.outcome == "answered"
    assert [citation.path for citation in answer.citations] == ["Người ký", "IV › 4"]
    assert "Ý thứ hai:" in answer.text


def test_a_plan_named_in_one_question_holds_for_the_next(answerer: Answerer) -> None:
    answer = answerer.answer("Tôi ở Hồng Lĩnh. Hạn báo cáo năm là ngày nào? Ai ký kế hoạch?")
    assert answer.plan_ids == ("honglinh-2023",)


def test_a_follow_up_keeps_the_plan_that_was_named(answerer: Answerer) -> None:
    answer = answerer.answer("còn 6 tháng?", None, ["Hạn báo cáo năm ở Hồng Lĩnh là khi nào?"])
    assert answer.plan_ids == ("honglinh-2023",)
    assert "trước ngày 10/6" in answer.text.split("\n")[0]


@pytest.mark.parametrize(
    ("question", "plan_id", "says"),
    [
        ("năm 2024 Hồng Lĩnh ai ký?", None, "Hồng Lĩnh 2023"),
        ("Lào Cai ai ký kế hoạch?", "caobang-2023", "Cao Bằng 2023"),
        ("Mục III nói gì?", "honglinh-2023", "IV. TỔ CHỨC THỰC HIỆN"),
        ("cột (8) ghi gì?", "yenbai-duk-2023", "Thời gian hoàn thành"),
        ("trang 3 nói gì?", None, "không có số trang"),
        ("Nghị quyết 18 nói gì?", "caobang-2023", "không nhắc đến văn bản"),
        ("Nghị quyết 18 nói gì?", None, "không nhắc đến văn bản"),
        ("Giám đốc Sở Nội vụ là ai?", "caobang-2023", "tên người giữ chức vụ"),
        ("Kinh phí lấy từ nguồn nào?", "backan-vp-2023", "kinh phí"),
        ("ai ký quyết định số 2314/QĐ-UBND?", "backan-vp-2024", "người ký văn bản"),
    ],
)
def test_what_no_plan_says_is_refused_by_its_name(
    question: str, plan_id: str | None, says: str, answerer: Answerer
) -> None:
    answer = answerer.answer(question, plan_id)
    assert answer.outcome == "not_in_plan"
    assert says in answer.text


@pytest.mark.parametrize(
    ("question", "plan_id", "path"),
    [
        ("cột 6 ghi gì?", "yenbai-duk-2023", "Biểu mẫu › Ghi chú (6)"),
        ("Mục II.3 yêu cầu những gì?", "caobang-2023", "II › 3"),
        ("chú thích 4?", "caobang-2023", "Chú thích 4"),
        ("Nội dung thứ ba để các chi bộ lựa chọn là gì?", "backan-vp-2024", "II › 6 › (3)"),
        ("Chánh Văn phòng là ai?", "backan-vp-2023", "Người ký"),
        ("Mục III nói gì?", "caobang-2023", "III"),
    ],
)
def test_a_named_place_answers(question: str, plan_id: str, path: str, answerer: Answerer) -> None:
    answer = answerer.answer(question, plan_id)
    assert (answer.outcome, answer.citations[0].path) == ("answered", path)


def test_a_presumed_document_is_not_refused(answerer: Answerer) -> None:
    answer = answerer.answer("Văn phòng thực hiện Kế hoạch 89 của tỉnh phải không?", "backan-vp-2023")
    assert "không nhắc đến văn bản" not in answer.text


def test_a_plan_without_the_named_place_is_said_to_be_silent(answerer: Answerer) -> None:
    answer = answerer.answer("Mục III nói gì?")
    assert answer.outcome == "answered_per_plan"
    assert "honglinh-2023" not in answer.plan_ids and "Hồng Lĩnh 2023" in answer.text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7 * 7 }} ${HOME} %s", "abc xyz", '/get_time{"x": 1}', "asdf qwer zxcv"]
)
def test_what_holds_no_known_words_is_not_answered(text: str, answerer: Answerer) -> None:
    for plan_id in (None, "yenbai-duk-2023"):
        answer = answerer.answer(text, plan_id)
        assert answer.outcome in ("off_topic", "small_talk") and not answer.citations
