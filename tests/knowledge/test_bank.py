from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.bank import STYLES, BadBank, read_bank
from knowledge.corpus import Plan
from knowledge.evaluation import read_questions
from knowledge.facts import draw_facts
from knowledge.training.near_copies import near_copies

QUESTIONS = Path(__file__).with_name("questions")
ENTRY = """
- answers:
    - path: "{path}"
      quote: "{quote}"
      asked:
        {style}: ["Ai theo dõi?"]
  silent: []
"""


def test_every_plan_has_a_bank_by_several_hands(plans: Mapping[str, Plan]) -> None:
    assert len(plans) == 5
    for plan in plans.values():
        assert len({question.hand for question in plan.bank}) >= 2, plan.id
        assert {question.style for question in plan.bank} == set(STYLES), plan.id
        assert sum(question.quote is None for question in plan.bank) >= 100, plan.id


def test_every_passage_has_its_questions(plans: Mapping[str, Plan]) -> None:
    told = 0
    for plan in plans.values():
        facts = draw_facts(plan)
        asked = Counter(question.path for question in plan.bank if question.path)
        for passage in plan.passages:
            telling = bool(facts.kinds_at(passage.path, passage.start, passage.end) - {"recipients"})
            told += telling
            assert asked[passage.path] >= (12 if telling and not passage.is_heading else 3), (plan.id, passage.path)
    assert told >= 20


def test_no_near_copies_within_a_bank_or_of_the_evaluation(plans: Mapping[str, Plan]) -> None:
    files = [QUESTIONS / "tune.yml", QUESTIONS / "report.yml", QUESTIONS / "second_report.yml"]
    held_out = [" ".join([*gold.history, gold.question]) for file in files for gold in read_questions(file, plans)]
    assert len(held_out) >= 1300
    for plan in plans.values():
        asked = [question.text for question in plan.bank if not question.history]
        assert [(asked[a], asked[b]) for a, b in near_copies(asked)] == [], plan.id
        assert [asked[a] for a, _ in near_copies(asked, held_out)] == [], plan.id


def test_a_near_copy_is_found() -> None:
    asked = ["Báo cáo năm nộp trước ngày nào vậy anh?", "bao cao nam nop truoc ngay nao vay anh", "Ai ký kế hoạch?"]
    assert list(near_copies(asked)) == [(0, 1)]
    assert list(near_copies(asked[2:], ["ai ky ke hoach"])) == [(0, 0)]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (ENTRY.format(path="III › 2", quote="không có chỗ nào", style="formal"), "does not stand in the clause"),
        (ENTRY.format(path="IX › 9", quote="Phòng", style="formal"), "does not stand in the clause"),
        (ENTRY.format(path="III › 2", quote="Giao Phòng Hành chính", style="slang"), "slang is no style"),
        ("- {answers: [{path: I}]}", "KeyError"),
        ("a: [", "docs/answering.md"),
    ],
)
def test_a_bad_bank_is_named(entry: str, problem: str, plans: Mapping[str, Plan], tmp_path: Path) -> None:
    file = tmp_path / "backan-vp-2023.questions.yml"
    file.write_text(entry, encoding="utf-8")
    with pytest.raises(BadBank, match=problem):
        read_bank("backan-vp-2023", file, plans["backan-vp-2023"].passages)


def test_a_plan_without_a_bank(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    plan = replace(plans["backan-vp-2023"], bank_file=tmp_path / "none.questions.yml")
    assert plan.bank == ()
