from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.facts import draw_facts

DATED = {
    "backan-vp-2023": [],
    "backan-vp-2024": [],
    "caobang-2023": [
        ("III › 2 › ¶[1]", 15, 6, "half_year", "report"),
        ("III › 2 › ¶[1]", 15, 12, "year", "report"),
    ],
    "honglinh-2023": [("IV › 4", 10, 6, "half_year", "report"), ("IV › 4", 25, 11, "year", "report")],
    "yenbai-duk-2023": [("III[2] › 2 › -[2]", 25, 4, None, "registration")],
}


@pytest.mark.parametrize("plan_id", sorted(DATED))
def test_dated_deadlines(plan_id: str, plans: Mapping[str, Plan]) -> None:
    found = [
        (d.passage.path, d.day, d.month, d.period, d.subject) for d in draw_facts(plans[plan_id]).deadlines if d.day
    ]
    assert found == DATED[plan_id]


def test_who_is_bound_and_what_a_footnote_decides(plans: Mapping[str, Plan]) -> None:
    facts = draw_facts(plans["caobang-2023"])
    dated = [d for d in facts.deadlines if d.day]
    assert all(d.unit and d.unit.startswith("Sở Thông tin và Truyền thông, Báo Cao Bằng") for d in dated)
    left = [d for d in facts.deadlines if d.footnote]
    assert [(d.passage.path, d.footnote) for d in left] == [("III › 3 › ¶[3]", "Chú thích 7")]


def test_duties_name_the_unit_in_the_plans_words(plans: Mapping[str, Plan]) -> None:
    assert draw_facts(plans["backan-vp-2024"]).unit_at("III › 2") == "Phòng Hành chính tổ chức - Quản trị tài vụ"
    assert draw_facts(plans["honglinh-2023"]).unit_at("IV › 1") == "Phòng Nội vụ"
    assert draw_facts(plans["yenbai-duk-2023"]).unit_at("III[2] › 1 › ¶[1]") == "Ban Tuyên giáo Đảng ủy Khối"
    assert draw_facts(plans["honglinh-2023"]).unit_at("II › 4") is None


def test_words_of_facts_stand_in_their_passages(plans: Mapping[str, Plan]) -> None:
    count = 0
    for plan in plans.values():
        for deadline in draw_facts(plan).deadlines:
            count += 1
            assert deadline.words in deadline.passage.text
    assert count >= 8
