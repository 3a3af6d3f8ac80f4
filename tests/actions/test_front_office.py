import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from actions.front_office import FrontOffice
from knowledge.answers import Answer
from knowledge.corpus import load_plans
from knowledge.database import StoreUnavailable
from knowledge.unanswered import Unanswered

PLANS = load_plans()
NOW = datetime.fromisoformat("2023-06-01T08:00:00+07:00")


class Answerer:
    def __init__(self, answer: Any) -> None:
        self.given, self.asked = answer, []  # type: ignore[var-annotated]

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        self.asked.append((question, plan_id, tuple(history)))
        return self.given  # type: ignore[no-any-return]


class Kept(list[Unanswered]):
    def keep(self, item: Unanswered) -> None:
        self.append(item)


class Full:
    def keep(self, item: Unanswered) -> None:
        raise StoreUnavailable("disk full")


def office(answer: Any, store: Any) -> tuple[FrontOffice, Answerer]:
    answerer = Answerer(answer)
    return FrontOffice(answerer, store, PLANS, lambda: NOW), answerer


def test_an_answer_passes_through_and_nothing_is_kept() -> None:
    kept, answer = Kept(), Answer("answered", "x")
    front, answerer = office(answer, kept)
    assert front.answer("ai ký?", "caobang-2023", ("trước",)) is answer
    assert answerer.asked == [("ai ký?", "caobang-2023", ("trước",))] and not kept


@pytest.mark.parametrize("outcome", ["not_in_plan", "off_topic", "clarify", "too_long", "error"])
def test_a_question_without_an_answer_is_kept_with_what_was_weighed(outcome: str) -> None:
    kept = Kept()
    considered = (("caobang-2023", "II › 9", 0.4),)
    answer = Answer(outcome, "x", considered=considered)
    office(answer, kept)[0].answer("kinh phí? gọi 0915741808", "caobang-2023")
    (item,) = kept
    assert (item.outcome, item.plan_id, item.question) == (outcome, "caobang-2023", "kinh phí? gọi ***")
    assert item.last_at == NOW and [(c.path, c.kept) for c in item.candidates] == [("II › 9", False)]


def test_what_became_of_the_unit_stands_below_the_answer() -> None:
    answer = Answer("answered", "Đơn vị được giao: Phòng Nội vụ.", ("honglinh-2023",), unit="Phòng Nội vụ")
    told = office(answer, Kept())[0].answer("ai theo dõi?", "honglinh-2023").text
    assert told.startswith(answer.text + "\n\nNgoài kế hoạch") and "Hồng Lĩnh" in told
    assert office(replace(answer, unit=None), Kept())[0].answer("ai theo dõi?", "honglinh-2023").text == answer.text


def test_small_talk_is_not_kept() -> None:
    kept = Kept()
    office(Answer("small_talk", "x"), kept)[0].answer("xin chào")
    assert not kept


def test_a_store_that_fails_breaks_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    answer = Answer("not_in_plan", "x")
    with caplog.at_level(logging.ERROR):
        assert office(answer, Full())[0].answer("kinh phí?") is answer
    assert "disk full" in caplog.text


def test_the_days_left_are_counted_from_the_clock() -> None:
    front, answerer = office(Answer("error", "x"), Kept())
    answer = front.answer("còn bao nhiêu ngày nữa đến hạn báo cáo 6 tháng?", "honglinh-2023")
    assert answer.outcome == "answered" and "còn 8 ngày" in answer.text and answer.citations
    assert not answerer.asked


WEIGHED = (("caobang-2023", "II › 9", 0.92), ("caobang-2023", "I", 0.92))


@pytest.mark.parametrize(
    ("question", "certainty", "strange", "outcome"),
    [
        ("có nên sáp nhập tỉnh không?", 0.92, 0.7, "off_topic"),
        ("có nên sáp nhập tỉnh không?", 0.92, 0.0, "answered"),
        ("có nên sáp nhập tỉnh không?", 0.95, 0.7, "answered"),
        ("có nên sáp nhập tỉnh không?", 0.95, 0.99, "off_topic"),
        ("Cao Bằng có nên sáp nhập không?", 0.92, 0.99, "answered"),
    ],
)
def test_a_question_that_seems_to_be_about_something_else_is_answered_only_if_sure(
    question: str, certainty: float, strange: float, outcome: str
) -> None:
    kept, considered = Kept(), (("caobang-2023", "I", 0.1), ("caobang-2023", "II › 9", certainty))
    answer = Answer("answered", "x", ("caobang-2023",), considered=considered)
    told = office(answer, kept)[0].answer(question, strange=strange)
    assert told.outcome == outcome and [item.outcome for item in kept] == [outcome] * (outcome == "off_topic")
    assert (told is answer) == (outcome == "answered") and not (outcome == "off_topic" and told.citations)


def test_what_nothing_was_weighed_for_is_certain() -> None:
    assert office(Answer("answered", "còn 8 ngày"), Kept())[0].answer("còn mấy ngày?", strange=1.0).text == "còn 8 ngày"


def test_in_english_it_is_turned_down_in_english() -> None:
    answer = Answer("answered", "x", considered=WEIGHED)
    assert "outside" in office(answer, Kept())[0].answer("what do you think about taxes?", strange=1.0).text


def test_what_is_no_answer_stays_as_it_is() -> None:
    answer = Answer("not_in_plan", "x", considered=WEIGHED)
    assert office(answer, Kept())[0].answer("kinh phí?", strange=1.0) is answer
