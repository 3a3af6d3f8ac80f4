"""The way of a question, on the five real plans with the shipped encoder."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.answering import Answerer
from knowledge.answers import Answer, outcomes
from knowledge.finding import shipped_thresholds
from knowledge.reading import fold

ACCEPTANCE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("acceptance.yml").read_text(encoding="utf-8"))
CASES = [
    (question, plan_id, right)
    for name, questions in ACCEPTANCE["questions"].items()
    for question in questions
    for plan_id, right in ACCEPTANCE["answers"][name].items()
]
OPEN = [
    (question, ACCEPTANCE["none_chosen"][name])
    for name, questions in ACCEPTANCE["questions"].items()
    for question in questions
]

pytestmark = pytest.mark.slow


def assert_faithful(answer: Answer, answerer: Answerer) -> None:
    for citation in answer.citations:
        source = answerer.plans[citation.plan_id].text[citation.start : citation.end]
        assert fold(source) == citation.quote != ""
        assert len(citation.quote) <= 600


def test_the_acceptance_table_is_whole() -> None:
    assert len(CASES) == 60
    assert len(OPEN) == 12


@pytest.mark.parametrize(("question", "plan_id", "right"), CASES)
def test_the_two_questions_for_a_chosen_plan(
    question: str, plan_id: str, right: dict[str, Any], answerer: Answerer
) -> None:
    answer = answerer.answer(question, plan_id)
    assert answer.outcome == right["outcome"]
    assert answer.plan_ids == (plan_id,)
    assert_faithful(answer, answerer)
    if "path" in right:
        assert answer.citations[0].path == right["path"]
    assert right.get("says", "") in answer.text
    assert "never" not in right or right["never"] not in answer.text
    if "also" in right:
        assert right["also"] in [citation.path for citation in answer.citations]
    if right.get("general"):
        assert "không nhắc riêng" in answer.text or "does not name the models" in answer.text


@pytest.mark.parametrize(("question", "right"), OPEN)
def test_the_two_questions_with_no_plan_chosen(question: str, right: dict[str, Any], answerer: Answerer) -> None:
    answer = answerer.answer(question)
    assert answer.outcome == "answered_per_plan"
    assert sorted(answer.plan_ids) == right["answer"]
    assert_faithful(answer, answerer)
    for label in right["silent"]:
        assert label in answer.text.split("\n")[-2]


def test_a_plan_named_in_the_question_is_its_scope(answerer: Answerer) -> None:
    assert answerer.answer("Hạn báo cáo năm của thị xã Hồng Lĩnh là khi nào?").plan_ids == ("honglinh-2023",)
    assert answerer.answer("han bao cao nam cua hong linh?", "caobang-2023").plan_ids == ("honglinh-2023",)


def test_a_follow_up_takes_up_the_question_before(answerer: Answerer) -> None:
    answer = answerer.answer("còn Cao Bằng thì sao?", history=["Đơn vị nào theo dõi các mô hình ở Hồng Lĩnh?"])
    assert answer.plan_ids == ("caobang-2023",)
    assert answer.citations[0].path == "III › 1 › ¶[1]"
    half_year = answerer.answer("thế còn 6 tháng thì sao?", "honglinh-2023", ["Hạn báo cáo năm là khi nào?"])
    assert "trước ngày 10/6" in half_year.text.split("\n")[0]


def test_the_registration_deadline_is_not_the_report_deadline(answerer: Answerer) -> None:
    answer = answerer.answer("Hạn đăng ký mô hình là khi nào?", "yenbai-duk-2023")
    assert (answer.outcome, answer.citations[0].path) == ("answered", "III[2] › 2 › -[2]")
    assert "trước ngày 25/4/2023" in answer.text
    report = answerer.answer("Hạn báo cáo năm?", "yenbai-duk-2023")
    assert report.outcome == "not_in_plan" and "25/4" not in report.text


def test_another_year_is_not_answered_from_this_one(answerer: Answerer) -> None:
    answer = answerer.answer("Hạn báo cáo của kế hoạch năm 2031?", "honglinh-2023")
    assert (answer.outcome, answer.citations) == ("not_in_plan", ())


def test_old_contact_details_stand_only_in_the_quote_and_are_said_to_be_old(answerer: Answerer) -> None:
    answer = answerer.answer("Gửi đăng ký mô hình qua Zalo nào, trước ngày nào?", "yenbai-duk-2023")
    assert answer.text.count("0915.741.808") == 1 and "0915.741.808" in answer.citations[0].quote
    assert "kiểm tra lại trước khi dùng" in answer.text


def test_signer_and_recipients(answerer: Answerer) -> None:
    assert answerer.answer("Ai ký kế hoạch này?", "yenbai-duk-2023").text.startswith("Người ký: Cao Xuân Chiểu.")
    recipients = answerer.answer("Nơi nhận gồm những ai?", "backan-vp-2023")
    assert recipients.citations[0].path == "Nơi nhận"
    assert "Sở Nội vụ" in recipients.citations[0].quote


def test_no_plan_states_its_own_number(answerer: Answerer) -> None:
    for plan_id in answerer.plans:
        answer = answerer.answer("Số kế hoạch này là bao nhiêu?", plan_id)
        assert answer.outcome == "not_in_plan"
        for number in ("85/KH-UBND", "89/KH-UBND", "114-KH/BDVTU"):
            assert number not in answer.text


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("", "small_talk"),
        ("😀😀", "small_talk"),
        ("\x00\x01", "small_talk"),
        ("xin chào", "small_talk"),
        ("giá vàng hôm nay bao nhiêu", "off_topic"),
        ("x" * 1001, "too_long"),
        ("a b", "small_talk"),
        ("còn Cao Bằng?", "clarify"),
        ("मेरा नाम क्या है", "small_talk"),
    ],
)
def test_what_is_no_question_about_a_plan(question: str, outcome: str, answerer: Answerer) -> None:
    answer = answerer.answer(question)
    assert answer.outcome == outcome
    assert answer.text and not answer.citations


@pytest.mark.parametrize("question", ["{quote}", "%s <b>x</b>", "01-KL/TW", "?" * 900, "a\u0301" * 400, "năm 2099"])
def test_odd_questions_end_in_an_outcome(question: str, answerer: Answerer) -> None:
    for plan_id in (None, *answerer.plans):
        answer = answerer.answer(question, plan_id)
        assert answer.outcome in outcomes() and answer.outcome != "error"


def test_an_unknown_plan_is_named_and_the_plans_are_offered(answerer: Answerer) -> None:
    answer = answerer.answer("hạn báo cáo năm?", "no-such-plan")
    assert answer.outcome == "clarify"
    assert "no-such-plan" in answer.text
    assert answer.choices == tuple(answerer.plans)


def test_a_follow_up_that_asks_for_something_else_does_not_get_the_date_first(answerer: Answerer) -> None:
    history = ("chi bộ phải đăng ký mấy mô hình?", "còn đảng bộ cơ sở?", "hạn đăng ký?")
    when = answerer.answer(history[-1], "yenbai-duk-2023", history[:-1])
    assert when.text.startswith("Thời hạn: trước ngày 25/4/2023.")
    where = answerer.answer("gửi về đâu?", "yenbai-duk-2023", history)
    assert where.outcome == "answered" and not where.text.startswith("Thời hạn")
    assert "gửi về Đảng ủy Khối (Qua Ban Tuyên giáo)" in where.citations[0].quote


def test_a_plan_that_does_not_say_names_its_nearest_passage_where_one_is_near(answerer: Answerer) -> None:
    near = answerer.answer("Ai theo mảng này thì hưởng ưu ái gì chăng?", "honglinh-2023")
    assert near.outcome == "not_in_plan" and near.citations[0].path == "II › 5 › -[2]"
    assert "Đoạn gần với câu hỏi nhất là mục II › 5, gạch đầu dòng 2: “có chế độ đãi ngộ thích hợp" in near.text
    for question in ("Hạn báo cáo năm là khi nào?", "Trưởng đoàn kiểm tra là ai?"):  # a date; nothing near
        far = answerer.answer(question, "backan-vp-2023")
        assert far.outcome == "not_in_plan" and "gần với câu hỏi" not in far.text


def test_an_unfaithful_answer_is_held_back(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("knowledge.answering.one_plan", lambda finding, language: "Trước ngày 31/12/1999.")
    answer = answerer.answer("Hạn báo cáo năm?", "honglinh-2023")
    assert answer.outcome == "error"
    assert "1999" in caplog.text


@pytest.mark.parametrize("name", sorted(shipped_thresholds()))
def test_every_threshold_changes_an_outcome_or_an_order(name: str, answerer: Answerer) -> None:
    """Turned far up or down, each weight changes some answer: none is read and ignored."""
    probes = [
        ("đơn vị nào theo dõi các mô hình?", None),
        ("tuyên truyền trên báo, đài thì bên nào làm?", None),
        ("Kinh phí thực hiện lấy từ đâu?", "yenbai-duk-2023"),
        ("lĩnh vực kinh tế cần làm gì?", "yenbai-duk-2023"),
        ("Hạn báo cáo năm?", "honglinh-2023"),
        ("<script>alert(1)</script>", "honglinh-2023"),
        ("Mảng nào lo củng cố guồng máy lãnh đạo cùng giới quần chúng?", "backan-vp-2024"),
        ("bao nhiêu đồng chí phụ trách công tác dân vận?", "honglinh-2023"),
        ("Ban Dân vận Tỉnh ủy", "caobang-2023"),
        ("cách trồng rau sạch ở ban công", None),
        ("Ai lái xe cho đoàn đi tỉnh?", "honglinh-2023"),
        ("Đơn vị nào theo dõi các mô hình “Dân vận khéo”?", "caobang-2023"),
        ("Làm sao để người nghèo bớt nghèo?", "yenbai-duk-2023"),
        ("ai phải thường xuyên bổ sung quy chế phối hợp?", "honglinh-2023"),
        ("bao giờ phải nộp BC năm", "caobang-2023"),
        ("Đơn vị nào theo dõi các mô hình “Dân vận khéo”?", "backan-vp-2024"),
        ("P.HCTC-QTTV tổng hợp xong gửi BC cho ai?", "backan-vp-2023"),
        ("kiem tra tap trung vao ai", "caobang-2023"),
    ]
    usual = _answers(answerer, dict(shipped_thresholds()), probes)
    turned = [_answers(answerer, {**shipped_thresholds(), name: value}, probes) for value in (-50.0, 0.0, 0.99, 50.0)]
    assert any(answers != usual for answers in turned)


def test_a_plan_left_out_as_less_certain_is_not_called_silent(answerer: Answerer) -> None:
    question = [("Đơn vị nào phải tuyên truyền về dân vận?", None)]
    (wide,) = _answers(answerer, {**shipped_thresholds(), "margin_of_plans": 0.0}, question)
    (narrow,) = _answers(answerer, {**shipped_thresholds(), "margin_of_plans": 0.999}, question)
    left_out = set(wide.plan_ids) - set(narrow.plan_ids)
    assert left_out
    called_silent = [line for line in narrow.text.splitlines() if line.startswith("Không nêu")]
    assert not any(answerer.plans[plan_id].label in line for plan_id in left_out for line in called_silent)


def _answers(answerer: Answerer, thresholds: dict[str, float], probes: list[tuple[str, str | None]]) -> list[Answer]:
    other = Answerer(answerer.plans, answerer.searcher.index, answerer.searcher.encoder, thresholds)
    return [other.answer(question, plan_id) for question, plan_id in probes]


def test_a_question_that_finds_its_answer_is_not_mixed_with_the_one_before(answerer: Answerer) -> None:
    for question in ("which unit tracks the models?", "Ai ký kế hoạch này?"):
        alone = answerer.answer(question, "backan-vp-2023")
        after = answerer.answer(question, "backan-vp-2023", ["Hạn báo cáo năm là khi nào?"])
        assert (after.outcome, after.citations) == (alone.outcome, alone.citations) and alone.outcome == "answered"


@pytest.mark.parametrize("plan_id", ["honglinh-2023", "caobang-2023", "yenbai-duk-2023"])
def test_the_unit_asked_for_is_told_after_a_question_for_a_date(answerer: Answerer, plan_id: str) -> None:
    alone = answerer.answer("Which unit tracks the models?", plan_id)
    after = answerer.answer("Which unit tracks the models?", plan_id, ["han bao cao nam la khi nao"])
    assert (after.outcome, after.citations) == (alone.outcome, alone.citations) and alone.outcome == "answered"


def test_a_message_too_short_to_find_anything_is_read_with_the_one_before(answerer: Answerer) -> None:
    before = ["Is the plan copied to the web portal?"]
    assert answerer.answer("archived where?", "honglinh-2023").outcome == "small_talk"
    answer = answerer.answer("archived where?", "honglinh-2023", before)
    assert (answer.outcome, answer.citations[0].path) == ("answered", "Nơi nhận › -[11]")


def test_a_report_of_a_period_that_is_not_dated_gets_no_date_of_another(answerer: Answerer) -> None:
    others = ("What is the cut-off for quarterly reports?", "báo cáo 9 tháng nộp khi nào?", "báo cáo tuần hạn nào")
    for question in others:
        assert answerer.answer(question, "honglinh-2023").outcome == "not_in_plan", question
    assert answerer.answer("hạn báo cáo năm?", "honglinh-2023").outcome == "answered"


def test_what_a_document_is_about_is_read_in_its_footnote(answerer: Answerer) -> None:
    answer = answerer.answer("Nghị quyết 24 của Quốc hội phê duyệt cái gì?", "caobang-2023")
    assert (answer.outcome, answer.citations[0].path) == ("answered", "Chú thích 2")


@pytest.mark.parametrize(
    ("question", "plan_id", "says"),
    [
        ("CT 18 của TTg ngày mấy v?", "honglinh-2023", "không nêu ngày của văn bản"),
        ("NQ 25-NQ/TW đề ra mấy quan điểm?", "caobang-2023", "không nêu nội dung chi tiết của văn bản"),
        ("Có được gia hạn báo cáo 6 tháng không?", "caobang-2023", "không nêu việc gia hạn"),
        ("khi nào kiểm tra các chi bộ?", "yenbai-duk-2023", "không nêu ngày tổ chức"),
    ],
)
def test_what_is_like_an_answer_and_is_none(answerer: Answerer, question: str, plan_id: str, says: str) -> None:
    answer = answerer.answer(question, plan_id)
    assert answer.outcome == "not_in_plan" and says in answer.text


def test_a_document_with_a_date_keeps_it(answerer: Answerer) -> None:
    answer = answerer.answer("Chỉ thị 03 ban hành ngày nào?", "honglinh-2023")
    assert answer.outcome == "answered" and "24/01/2022" in answer.text


def test_a_question_for_the_recipients_is_never_about_something_else(answerer: Answerer) -> None:
    answer = answerer.answer("bản này phát cho những ai đấy ạ", "backan-vp-2024")
    assert answer.outcome == "answered" and "LĐVP" in answer.text
