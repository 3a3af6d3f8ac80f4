from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.scope import Scopes, own_years
from knowledge.territories import Gazetteer, provinces

BACKAN = ["backan-vp-2023", "backan-vp-2024"]


def ids(found: tuple[Plan, ...]) -> list[str]:
    return [plan.id for plan in found]


@pytest.mark.parametrize(
    ("question", "chosen", "wanted"),
    [
        ("thị xã Hồng Lĩnh, tỉnh Hà Tĩnh: hạn báo cáo", None, ["honglinh-2023"]),
        ("huyện Trùng Khánh nộp báo cáo khi nào?", "caobang-2023", ["caobang-2023"]),
        ("phường Nam Hồng nộp báo cáo năm khi nào", "honglinh-2023", ["honglinh-2023"]),
        ("giai đoạn 2021-2025 làm gì", "caobang-2023", ["caobang-2023"]),
        ("Kế hoạch 85/KH-UBND ngày 15/02/2023", "backan-vp-2023", ["backan-vp-2023"]),
        ("so với năm 2022 thì sao", "honglinh-2023", ["honglinh-2023"]),
        ("Mục tiêu cụ thể năm 2022 là gì?", "yenbai-duk-2023", ["yenbai-duk-2023"]),
        ("Mục tiêu cụ thể năm 2022 là gì?", None, ["caobang-2023", "honglinh-2023", "yenbai-duk-2023"]),
        ("Chỉ thị 33 năm 2021 nói gì", "honglinh-2023", ["honglinh-2023"]),
        ("Kế hoạch năm 2024 hạn báo cáo?", None, ["backan-vp-2024"]),
        ("Kế hoạch năm 2024 hạn báo cáo?", "backan-vp-2023", ["backan-vp-2024"]),
        ("bản năm 2024 thì sao", "backan-vp-2023", ["backan-vp-2024"]),
        ("Bắc Kạn ai ký", "backan-vp-2024", ["backan-vp-2024"]),
        ("Bắc Kạn ai ký", None, BACKAN),
        ("ai ký kế hoạch Cao Bằng", "backan-vp-2024", ["caobang-2023"]),
        ("Văn bản cấp quốc gia cuối năm 2021 nào phải theo?", "honglinh-2023", ["honglinh-2023"]),
        ("kế hoạch này là của năm 2024 à?", "honglinh-2023", ["honglinh-2023"]),
        ("Which town Party resolution is it tied to?", "honglinh-2023", ["honglinh-2023"]),
        ("CQ QLNN phối hợp vs ai?", "honglinh-2023", ["honglinh-2023"]),
        ("năm nay hạn báo cáo là ngày nào?", "honglinh-2023", ["honglinh-2023"]),
        ("năm ngoái ai ký", "honglinh-2023", ["honglinh-2023"]),
        ("học tập tư tưởng Hồ Chí Minh thế nào", "honglinh-2023", ["honglinh-2023"]),
        ("giữ gìn hòa bình", "honglinh-2023", ["honglinh-2023"]),
    ],
)
def test_the_plans_to_look_in(question: str, chosen: str | None, wanted: list[str], plans: Mapping[str, Plan]) -> None:
    scope = Scopes(plans).read(question, plans[chosen] if chosen else None)
    assert (scope.problem, ids(scope.plans)) == ("", wanted)


@pytest.mark.parametrize(
    ("question", "chosen", "problem", "offered"),
    [
        ("năm 2024 Hồng Lĩnh hạn báo cáo?", None, "no_such_year", ["honglinh-2023"]),
        ("Kế hoạch 2025 của Văn phòng UBND tỉnh Bắc Kạn", None, "no_such_year", BACKAN),
        ("Yên Bái 2022", None, "no_such_year", ["yenbai-duk-2023"]),
        ("Kế hoạch năm 2022 của Yên Bái", "yenbai-duk-2023", "no_such_year", ["yenbai-duk-2023"]),
        ("Kế hoạch năm 2024 hạn báo cáo?", "honglinh-2023", "no_such_year", ["honglinh-2023"]),
        ("What is the deadline in 2025?", "honglinh-2023", "no_such_year", ["honglinh-2023"]),
        ("the 2025 plan", "caobang-2023", "no_such_year", ["caobang-2023"]),
    ],
)
def test_a_year_without_a_plan(
    question: str, chosen: str | None, problem: str, offered: list[str], plans: Mapping[str, Plan]
) -> None:
    scope = Scopes(plans).read(question, plans[chosen] if chosen else None)
    assert (scope.problem, ids(scope.others), scope.plans) == (problem, offered, ())


@pytest.mark.parametrize(
    "question",
    [
        "Lào Cai hạn báo cáo năm?",
        "lao cai nop bao cao khi nao",
        "kế hoạch của Nghệ An",
        "thị xã Kỳ Anh nộp báo cáo khi nào?",
        "thi xa ky anh nop bao cao khi nao",
        "tỉnh Hòa Bình có kế hoạch không",
        "thành phố Vinh có kế hoạch không",
        "What is the deadline in Ha Giang?",
    ],
)
@pytest.mark.parametrize("chosen", [None, "caobang-2023"])
def test_a_place_without_a_plan(question: str, chosen: str | None, plans: Mapping[str, Plan]) -> None:
    scope = Scopes(plans).read(question, plans[chosen] if chosen else None)
    assert (scope.problem, len(scope.others)) == ("no_such_place", 5)


def test_earlier_words_name_the_plan_where_the_question_does_not(plans: Mapping[str, Plan]) -> None:
    scopes = Scopes(plans)
    assert ids(scopes.read("Ai ký?", None, "Tôi ở Hồng Lĩnh").plans) == ["honglinh-2023"]
    assert ids(scopes.read("Cao Bằng ai ký?", None, "Tôi ở Hồng Lĩnh").plans) == ["caobang-2023"]
    assert ids(scopes.read("Ai ký?", plans["caobang-2023"], "Tôi ở Hồng Lĩnh").plans) == ["caobang-2023"]


def test_no_clause_of_a_plan_trips_over_its_own_places(plans: Mapping[str, Plan]) -> None:
    gazetteer = Gazetteer(plans)
    tripped = [p.text for plan in plans.values() for p in plan.passages if gazetteer.foreign_places(p.text)]
    assert tripped == []


def test_years_of_papers_periods_and_dates_are_not_the_plans() -> None:
    assert own_years("Nghị quyết năm 2013, giai đoạn 2021 - 2025, ngày 15/02/2023, tháng 2 năm 2024") == frozenset()
    assert own_years("hạn báo cáo năm 2025") == {2025}


def test_all_provinces_are_known() -> None:
    assert {"Lào Cai", "Hà Giang", "Nghệ An", "Huế", "Thừa Thiên Huế", "Bắc Kạn"} <= provinces()
    assert len(provinces()) >= 64
