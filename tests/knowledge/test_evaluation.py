from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.answering import Answerer
from knowledge.answers import Answer, Citation, cite
from knowledge.corpus import Plan
from knowledge.evaluation import BadQuestionFile, Gold, Report, evaluate, interval, is_right, read_questions
from knowledge.snippets import covers

QUOTE = "Định kỳ 6 tháng (trước ngày 10/6), hàng năm (trước ngày 25/11)"


def _answer(plan: Plan, path: str, outcome: str = "answered", text: str = "") -> Answer:
    clause = plan.clause(path)
    assert clause is not None
    return Answer(outcome, text, (plan.id,), (cite(plan, path, *clause.spans[0]),))


def test_right_means_half_of_the_gold_or_inside_it(plans: Mapping[str, Plan]) -> None:
    plan = plans["honglinh-2023"]
    gold = Gold("1", "hạn?", plan.id, quote=QUOTE)
    assert is_right(gold, _answer(plan, "IV › 4"), plans)
    assert is_right(gold, _answer(plan, "IV › 4"), plans)
    assert not is_right(gold, _answer(plan, "IV › 1"), plans)
    assert not is_right(gold, Answer("answered", ""), plans)


def test_words_that_must_and_must_not_be_said(plans: Mapping[str, Plan]) -> None:
    plan = plans["honglinh-2023"]
    gold = Gold("1", "hạn?", plan.id, quote=QUOTE, says=("25/11",), never_says=("15/12",))
    assert not is_right(gold, _answer(plan, "IV › 4"), plans)
    assert is_right(gold, _answer(plan, "IV › 4", text="trước ngày 25/11"), plans)
    assert not is_right(gold, _answer(plan, "IV › 4", text="25/11 và 15/12"), plans)
    assert is_right(gold, _answer(plan, "IV › 4", text="25/11, mục 115/12"), plans)


@pytest.mark.parametrize(
    ("outcome", "right"),
    [("not_in_plan", True), ("off_topic", True), ("small_talk", True), ("answered", False), ("error", False)],
)
def test_what_the_plans_do_not_answer_must_be_refused(outcome: str, right: bool, plans: Mapping[str, Plan]) -> None:
    assert is_right(Gold("1", "thưởng bao nhiêu?"), Answer(outcome, ""), plans) is right


def test_the_first_citation_counts(plans: Mapping[str, Plan]) -> None:
    plan = plans["honglinh-2023"]
    wrong = Citation(plan.id, "I", "I. MỤC ĐÍCH, YÊU CẦU", 0, 1)
    answer = Answer("answered", "", (plan.id,), (wrong, *_answer(plan, "IV › 4").citations))
    assert not is_right(Gold("1", "?", plan.id, quote=QUOTE), answer, plans)


def test_another_clause_may_answer_just_as_fully(plans: Mapping[str, Plan]) -> None:
    plan = plans["honglinh-2023"]
    clause = plan.clause("IV › 1")
    assert clause is not None
    words = plan.text[slice(*clause.spans[0])].strip()[:120]
    gold = Gold("1", "hạn?", plan.id, quote=QUOTE, also=(words,))
    assert is_right(gold, _answer(plan, "IV › 1"), plans) and is_right(gold, _answer(plan, "IV › 4"), plans)
    assert not is_right(gold, _answer(plan, "II › 3"), plans)


def test_covers() -> None:
    assert covers("abcdefgh", "cdefghij")
    assert not covers("abcdxxxx", "cdefghij")


def test_evaluate_reports_rows_by_style(answerer: Answerer) -> None:
    questions = [
        Gold("1", "Hạn báo cáo năm là khi nào?", "honglinh-2023", "formal", quote=QUOTE),
        Gold("2", "han bao cao nam", "honglinh-2023", "unmarked", quote=QUOTE),
        Gold("3", "Hạn báo cáo năm?", "backan-vp-2023"),
    ]
    rows = {row["row"].strip(): row for row in evaluate(questions, answerer).rows()}
    told = {"row": "answerable, right", "questions": 2, "right": 2, "share": 1.0, "interval": (1.0, 1.0)}
    assert rows["answerable, right"] == told
    assert rows["unanswerable, refused"]["right"] == 1
    assert rows["refusals, sound"]["share"] == 1.0
    assert {"formal, right", "unmarked, right", "formal, refused"} < set(rows)
    assert Report().rows() == []


def test_an_interval_holds_its_share_and_narrows() -> None:
    few, many = interval([True] * 8 + [False] * 2), interval([True] * 800 + [False] * 200)
    assert few[0] < many[0] < 0.8 < many[1] < few[1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "no questions"),
        ("- {id: a, question: q}\n- {id: a, question: q}", "twice"),
        ("- {id: a, question: q, colour: red}", "colour"),
        ("- {id: a, question: q, plan: honglinh-2023, quote: không có câu này}", "does not stand"),
        ("- {id: a, question: q, quote: x}", "does not stand"),
        ("a: [", "yml"),
    ],
)
def test_a_bad_question_file_is_named(content: str, says: str, tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "questions.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadQuestionFile, match=says):
        read_questions(file, plans)
