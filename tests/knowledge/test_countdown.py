import re
from collections.abc import Mapping
from datetime import datetime

import pytest

from knowledge.answers import outcomes, verify
from knowledge.corpus import Plan
from knowledge.countdown import count_down, read_wish, rules

NOW = datetime.fromisoformat("2023-06-09T23:59:00+07:00")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("còn bao nhiêu ngày nữa đến hạn báo cáo năm?", "left"),
        ("con may ngay nua toi han dang ky", "left"),
        ("Còn bao lâu nữa thì hết hạn nộp báo cáo 6 tháng", "left"),
        ("đã quá hạn đăng ký chưa, trễ hạn chưa", "left"),
        ("còn bn ngày nữa tới hạn bc", "left"),
        ("sắp tới có hạn nào", "upcoming"),
        ("hạn nào sắp đến", "upcoming"),
        ("sap den han nop bao cao gi", "upcoming"),
        ("những báo cáo nào sắp tới hạn?", "upcoming"),
        ("How many days are left until the annual report?", "left"),
        ("what are the upcoming deadlines", "upcoming"),
        ("next deadline?", "upcoming"),
    ],
)
def test_questions_for_the_days_left(question: str, kind: str) -> None:
    wish = read_wish(question)
    assert wish is not None and wish.kind == kind


@pytest.mark.parametrize(
    "question",
    [
        "hạn báo cáo năm là khi nào?",
        "báo cáo trước ngày bao nhiêu",
        "còn bao nhiêu ngày nữa đến Tết",
        "còn Cao Bằng thì sao?",
        "còn báo cáo 6 tháng thì sao",
        "đăng ký mô hình",
        "what is the deadline of the annual report?",
        "",
        "còn bao nhiêu ngày nữa đến hạn " * 20,
    ],
)
def test_other_questions_are_left_alone(question: str, plans: Mapping[str, Plan]) -> None:
    assert read_wish(question) is None
    assert count_down(question, None, plans, NOW) is None


def test_one_plan_with_the_days_left_and_its_citation(plans: Mapping[str, Plan]) -> None:
    answer = count_down("còn bao nhiêu ngày nữa đến hạn báo cáo 6 tháng và năm?", "honglinh-2023", plans, NOW)
    assert answer is not None and answer.outcome == "answered" and answer.plan_ids == ("honglinh-2023",)
    assert "hôm nay là ngày cuối" in answer.text and "còn 168 ngày" in answer.text
    assert "09/06/2023" in answer.text and "24/11/2023" in answer.text
    assert [citation.path for citation in answer.citations] == ["IV › 4"]
    assert "trước ngày 25/11" in answer.citations[0].quote


def test_a_period_and_a_plan_named_in_the_question_narrow(plans: Mapping[str, Plan]) -> None:
    asked = "còn bao lâu nữa đến hạn báo cáo 6 tháng đầu năm của Cao Bằng"
    answer = count_down(asked, "honglinh-2023", plans, NOW)
    assert answer is not None and answer.plan_ids == ("caobang-2023",)
    assert "còn 5 ngày" in answer.text and "15/12" not in answer.text
    assert "Sở Thông tin và Truyền thông" in answer.text


def test_all_plans_say_which_state_no_date_and_offer_a_choice(plans: Mapping[str, Plan]) -> None:
    answer = count_down("còn bao nhiêu ngày nữa đến hạn báo cáo năm?", None, plans, NOW)
    assert answer is not None and answer.outcome == "answered_per_plan"
    assert set(answer.plan_ids) == set(answer.choices) == {"honglinh-2023", "caobang-2023", "yenbai-duk-2023"}
    assert "Chú thích 7" in answer.text and "theo quy định" in answer.text
    assert "Bắc Kạn 2023, Bắc Kạn 2024" in answer.text.splitlines()[-1]


def test_what_has_passed_is_said(plans: Mapping[str, Plan]) -> None:
    passed = count_down("còn mấy ngày nữa hết hạn đăng ký?", "yenbai-duk-2023", plans, NOW)
    assert passed is not None and "đã qua 46 ngày" in passed.text
    late = datetime.fromisoformat("2026-01-01T00:00:00+07:00")
    nothing = count_down("sắp tới có hạn nào?", None, plans, late)
    assert nothing is not None and "không còn hạn nào sắp tới" in nothing.text
    ahead = count_down("sắp tới có hạn nào?", None, plans, NOW)
    assert ahead is not None and "đã qua" not in ahead.text


def test_without_a_date_the_plan_itself_is_asked(plans: Mapping[str, Plan]) -> None:
    assert count_down("còn bao nhiêu ngày đến hạn báo cáo?", "backan-vp-2023", plans, NOW) is None
    assert count_down("còn bao nhiêu ngày đến hạn báo cáo?", "yenbai-duk-2023", plans, NOW) is None


def test_english(plans: Mapping[str, Plan]) -> None:
    answer = count_down("how many days are left until the annual report is due?", "honglinh-2023", plans, NOW)
    assert answer is not None and "168 days left" in answer.text and "through phòng Nội vụ" in answer.text


def test_a_plan_that_is_gone_is_not_counted_for(plans: Mapping[str, Plan]) -> None:
    answer = count_down("sắp tới có hạn nào?", "gone", plans, NOW)
    assert answer is not None and len(answer.plan_ids) > 1


def test_answers_are_of_the_closed_list_and_their_quotes_verified(plans: Mapping[str, Plan]) -> None:
    answer = count_down("sắp tới có hạn nào?", None, plans, NOW)
    assert answer is not None and answer.outcome in outcomes()
    quotes_only = type(answer)(answer.outcome, "", answer.plan_ids, answer.citations)
    assert verify(quotes_only, plans) is quotes_only and len(answer.citations) >= 4


def test_wording_stands_in_both_languages_with_the_same_places() -> None:
    for key, line in {**rules()["wording"], **rules()["what"]}.items():
        assert set(line) == {"vi", "en"}, key
        assert len({frozenset(re.findall(r"{(\w+)}", said)) for said in line.values()}) == 1, key
