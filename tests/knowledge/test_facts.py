import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.corpus import Plan
from knowledge.facts import draw_facts
from knowledge.reading import fold

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


# --- every fact, against the reviewed lists --------------------

EXPECTED = Path(__file__).with_name("facts")
DOCUMENT_NUMBER = re.compile(r"(?<![\d/])\d+(?:/\d{4})?\s?[-–/]\s?[A-ZĐ][A-Za-zĐ]+")


def rows(plan: Plan, kind: str) -> list[dict[str, Any]]:
    """The drawn facts of a kind, without what is None, their path beside their fields."""
    facts = draw_facts(plan)
    if kind == "deadlines":
        notes = {deadline.footnote for deadline in facts.deadlines}
        found = [
            {
                "path": d.passage.path,
                **{name: getattr(d, name) for name in ("words", "day", "month", "year", "period", "subject")},
                **{name: getattr(d, name) for name in ("bound", "recipient", "through", "footnote")},
            }
            for d in facts.deadlines
            if d.passage.path not in notes
        ]
    else:
        found = [{"path": f.place.passage.path, "words": f.place.words, **asdict(f)} for f in getattr(facts, kind)]
    plain = [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items() if k != "place"} for row in found]
    return [{key: value for key, value in row.items() if value is not None} for row in plain]


@pytest.mark.parametrize("kind", ["deadlines", "targets", "recipients", "signers", "legal_bases"])
@pytest.mark.parametrize("plan_id", sorted(DATED))
def test_facts_are_those_of_the_reviewed_list(plan_id: str, kind: str, plans: Mapping[str, Plan]) -> None:
    expected = yaml.safe_load((EXPECTED / f"{plan_id}.yml").read_text(encoding="utf-8"))[kind]
    drawn = rows(plans[plan_id], kind)
    assert len(drawn) == len(expected)
    for found, wanted in zip(drawn, expected, strict=True):
        left_out = {"words", "archived"} - set(wanted)
        assert {key: value for key, value in found.items() if key not in left_out} == wanted


def test_every_fact_stands_in_its_passage_at_its_offsets(plans: Mapping[str, Plan]) -> None:
    count = 0
    for plan in plans.values():
        facts = draw_facts(plan)
        places = [f.place for each in (facts.targets, facts.recipients, facts.signers, facts.legal_bases) for f in each]
        spans = [(p.passage, p.words, p.start, p.end) for p in places]
        spans += [(d.passage, d.words, d.start, d.end) for d in facts.deadlines]
        for passage, words, start, end in spans:
            count += 1
            assert passage.start <= start < end <= passage.end
            assert fold(plan.text[start:end]) == words and words in passage.text
    assert count > 110


def test_the_fields_of_a_fact_stand_in_the_words_of_its_passage(plans: Mapping[str, Plan]) -> None:
    for plan in plans.values():
        facts = draw_facts(plan)
        headings = " ".join(passage.text for passage in plan.passages)
        for d in facts.deadlines:
            assert all(said in d.passage.text for said in (d.recipient, d.through) if said)
            assert d.bound is None or d.bound in headings
        for t in facts.targets:
            assert all(said in t.place.passage.text for said in (t.whom, t.level) if said)
        for s in facts.signers:
            assert all(said in s.place.passage.text for said in (s.name, s.role, s.on_behalf_of) if said)
        for b in facts.legal_bases:
            assert all(said in b.place.words for said in (b.type, b.number, b.issuer, b.about) if said)


def test_no_document_number_of_a_passage_is_missed(plans: Mapping[str, Plan]) -> None:
    count = 0
    for plan in plans.values():
        drawn = [(basis.place.passage.path, basis.number or "") for basis in draw_facts(plan).legal_bases]
        for passage in plan.passages:
            for match in DOCUMENT_NUMBER.finditer(passage.text):
                count += 1
                assert any(path == passage.path and number.startswith(match.group()) for path, number in drawn)
    assert count >= 60


@pytest.mark.parametrize(
    ("sentence", "words", "late_on_the_day"),
    [
        ("gửi báo cáo năm trước ngày 25/11.", "trước ngày 25/11", True),
        ("gửi báo cáo năm chậm nhất là ngày 25/11.", "chậm nhất là ngày 25/11", False),
        ("báo cáo hằng năm, hạn cuối ngày 25 tháng 11 năm 2025.", "hạn cuối ngày 25 tháng 11 năm 2025", False),
    ],
)
def test_whether_the_day_named_still_counts(sentence: str, words: str, late_on_the_day: bool) -> None:
    text = f"KẾ HOẠCH\nI. NHIỆM VỤ\n1. Văn phòng {sentence}\n"
    plan = Plan(id="x", title="x", issuer="x", place="x", year=2025, label="x", text=text)
    (deadline,) = draw_facts(plan).deadlines
    assert (deadline.words, deadline.until_end_of_day) == (words, not late_on_the_day)


def test_a_day_that_does_not_exist_is_no_date_of_a_document() -> None:
    text = "KẾ HOẠCH\nI. CĂN CỨ\n1. Quyết định số 12/QĐ-UBND ngày 31/02/2025 của UBND xã về dân vận.\n"
    plan = Plan(id="x", title="x", issuer="x", place="x", year=2025, label="x", text=text)
    (basis,) = draw_facts(plan).legal_bases
    assert (basis.number, basis.date, basis.issuer, basis.about) == ("12/QĐ-UBND", None, "UBND xã", "dân vận")
