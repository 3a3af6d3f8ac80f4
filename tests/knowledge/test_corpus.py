from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.corpus import Plan, find_plans, load_plans
from knowledge.reading import UnreadablePlan

GOOD = "id: a\ntitle: T\nissuer: I\nplace: P\nyear: 2025\nlabel: L\n"


def test_the_five_plans(plans: Mapping[str, Plan]) -> None:
    assert list(plans) == [
        "backan-vp-2023",
        "backan-vp-2024",
        "caobang-2023",
        "honglinh-2023",
        "yenbai-duk-2023",
    ]
    assert all(plan.number is None and plan.date is None for plan in plans.values())


def test_every_clause_named_in_a_description_is_in_the_plan(plans: Mapping[str, Plan]) -> None:
    named = [
        (plan, path)
        for plan in plans.values()
        for path in [
            *(plan.registration.get(key) for key in ("asked_in", "nearest")),
            *plan.registration.get("clauses", {}).values(),
            *(target["clause"] for target in plan.registration.get("targets", {}).values()),
            *((plan.registration.get(key) or {}).get("clause") for key in ("deadline", "recipient")),
        ]
        if path
    ]
    assert len(named) > 20
    for plan, path in named:
        assert plan.clause(path) is not None, (plan.id, path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kế hoạch Hồng Lĩnh", ["honglinh-2023"]),
        ("han bao cao cua yen bai", ["yenbai-duk-2023"]),
        ("Bắc Kạn năm 2024", ["backan-vp-2024"]),
        ("Bắc Kạn", ["backan-vp-2023", "backan-vp-2024"]),
        ("kế hoạch năm 2024", ["backan-vp-2024"]),
        ("Chỉ thị số 33 năm 2021", []),
        ("ngày 15/12/2023", []),
        ("caobang-2023", ["caobang-2023"]),
        ("", []),
    ],
)
def test_find_plans(text: str, found: list[str], plans: Mapping[str, Plan]) -> None:
    assert find_plans(text, plans) == found


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ("- a list", "mapping"),
        ("id: [", "YAML"),
        (GOOD.replace("issuer: I\n", ""), "issuer"),
        (GOOD.replace("year: 2025", "year: soon"), "year"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD.replace("id: a", "id: b"), "file's name"),
    ],
)
def test_a_bad_description_says_what_to_change(description: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(description, encoding="utf-8")
    (tmp_path / "a.txt").write_text("KẾ HOẠCH", encoding="utf-8")
    with pytest.raises(UnreadablePlan, match=says):
        load_plans(tmp_path)


def test_a_description_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match=r"a\.txt"):
        load_plans(tmp_path)


def test_added_plans_come_after_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a.txt").write_text("KẾ HOẠCH", encoding="utf-8")
    assert list(load_plans(added=tmp_path))[-1] == "a"
    assert len(load_plans(added=tmp_path / "none")) == 5
