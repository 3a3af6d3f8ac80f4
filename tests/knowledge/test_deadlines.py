from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from knowledge.corpus import Plan
from knowledge.deadlines import ZONE, Due, last_day, register, upcoming
from knowledge.facts import draw_facts
from knowledge.reading import fold

DATED = [
    ("yenbai-duk-2023", "registration", None, date(2023, 4, 24)),
    ("honglinh-2023", "report", "half_year", date(2023, 6, 9)),
    ("caobang-2023", "report", "half_year", date(2023, 6, 14)),
    ("honglinh-2023", "report", "year", date(2023, 11, 24)),
    ("caobang-2023", "report", "year", date(2023, 12, 14)),
]


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZONE)


def left(plans: Mapping[str, Plan], plan_id: str, moment: datetime) -> list[int | None]:
    return [due.days_left for due in register([plans[plan_id]], moment) if due.last_day]


def test_the_last_day_is_the_one_before_the_date_that_the_plan_names(plans: Mapping[str, Plan]) -> None:
    found = register(plans.values(), at("2023-01-01T00:00:00+07:00"))
    assert [(d.plan_id, d.subject, d.period, d.last_day) for d in found if d.last_day] == DATED


def test_both_sides_of_midnight(plans: Mapping[str, Plan]) -> None:
    """Trước ngày 25/4/2023: in time until the end of the 24th, in Vietnam's zone wherever the clock is."""
    assert left(plans, "yenbai-duk-2023", at("2023-04-24T00:00:00+07:00")) == [0]
    assert left(plans, "yenbai-duk-2023", at("2023-04-24T23:59:59+07:00")) == [0]
    assert left(plans, "yenbai-duk-2023", at("2023-04-25T00:00:00+07:00")) == [-1]
    assert left(plans, "yenbai-duk-2023", datetime(2023, 4, 24, 16, 59, 59, tzinfo=UTC)) == [0]
    assert left(plans, "yenbai-duk-2023", datetime(2023, 4, 24, 17, 0, tzinfo=UTC)) == [-1]


def test_half_yearly_and_yearly_stand_beside_each_other(plans: Mapping[str, Plan]) -> None:
    assert left(plans, "honglinh-2023", at("2023-06-09T12:00:00+07:00")) == [0, 168]
    assert left(plans, "honglinh-2023", at("2023-06-10T12:00:00+07:00")) == [-1, 167]


def test_who_is_bound_to_whom_and_through_whom(plans: Mapping[str, Plan]) -> None:
    found = {(d.plan_id, d.period): d for d in register(plans.values(), at("2023-01-01T00:00:00+07:00")) if d.last_day}
    year = found["honglinh-2023", "year"]
    assert (year.recipient, year.through) == ("Ủy ban nhân dân thị xã", "phòng Nội vụ")
    assert year.bound is not None and year.bound.endswith("Ủy ban nhân dân các phường, xã")
    assert found["caobang-2023", "year"].through == "Sở Nội vụ"
    assert found["yenbai-duk-2023", None].recipient == "Đảng ủy Khối"


def test_what_has_no_date_is_listed_with_what_the_plan_says(plans: Mapping[str, Plan]) -> None:
    undated = [due for due in register(plans.values(), at("2023-01-01T00:00:00+07:00")) if due.last_day is None]
    assert all(due.days_left is None and not due.passed for due in undated)
    noted = [due for due in undated if due.note]
    assert [(due.plan_id, due.citation.path) for due in noted] == [("caobang-2023", "III › 3 › ¶[3]")]
    assert noted[0].note is not None and noted[0].note.path == "Chú thích 7" and "364/SNV" in noted[0].note.quote
    (yenbai,) = (due for due in undated if due.plan_id == "yenbai-duk-2023")
    assert yenbai.words.endswith("theo quy định") and yenbai.bound == "Ban Tuyên giáo Đảng ủy Khối"
    assert not any(due.citation.path.startswith("Chú thích") for due in undated)


def test_quotes_are_found_in_the_source(plans: Mapping[str, Plan]) -> None:
    found = register(plans.values(), at("2023-01-01T00:00:00+07:00"))
    assert len(found) >= 9
    for due in found:
        source = plans[due.plan_id].text[due.citation.start : due.citation.end]
        assert fold(source) == due.citation.quote and due.words in due.citation.quote


def test_upcoming_leaves_out_what_has_passed(plans: Mapping[str, Plan]) -> None:
    facts = {plan.id: draw_facts(plan) for plan in plans.values()}

    def ahead(moment: str) -> list[tuple[str, int | None]]:
        return [(due.plan_id, due.days_left) for due in upcoming(plans.values(), facts, at(moment))]

    assert ahead("2023-11-24T09:00:00+07:00") == [("honglinh-2023", 0), ("caobang-2023", 20)]
    assert ahead("2023-11-25T00:00:00+07:00") == [("caobang-2023", 19)]
    assert ahead("2026-01-01T00:00:00+07:00") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("trước ngày 01/3", date(2024, 2, 29)),
        ("trước ngày 01/01/2025", date(2024, 12, 31)),
        ("chậm nhất ngày 25/11", date(2024, 11, 25)),
        ("hạn cuối ngày 25/11", date(2024, 11, 25)),
        ("trước ngày 31/11", None),
    ],
)
def test_the_year_is_the_one_stated_or_the_plans(words: str, expected: date | None) -> None:
    text = f"KẾ HOẠCH\nI. NHIỆM VỤ\n1. Văn phòng gửi báo cáo năm {words}.\n"
    plan = Plan(id="x", title="x", issuer="x", place="x", year=2024, label="x", text=text)
    (deadline,) = draw_facts(plan).deadlines
    assert last_day(deadline, plan.year) == expected
    (due,) = register([plan], at("2024-01-01T00:00:00+07:00"))
    assert isinstance(due, Due) and due.as_record()["last_day"] == (expected.isoformat() if expected else None)
