from collections.abc import Mapping
from dataclasses import replace

import pytest

from knowledge.corpus import Plan, load_plans
from knowledge.documents import (
    Document,
    asks_date,
    documents_in,
    documents_noted,
    documents_of,
    is_presumed,
    lacks,
    undated_documents,
)
from knowledge.rewriting import Rewriter, load_vocabulary


@pytest.fixture(scope="module")
def rewriter(plans: Mapping[str, Plan]) -> Rewriter:
    return Rewriter([plan.text for plan in plans.values()], load_vocabulary())


@pytest.mark.parametrize(
    ("typed", "plans_that_name_it"),
    [
        ("CT 33", {"backan-vp-2023", "backan-vp-2024", "caobang-2023", "honglinh-2023"}),
        ("KL 03 của BTVTU", {"backan-vp-2023", "backan-vp-2024"}),
        ("NQ 01", {"honglinh-2023"}),
        ("QĐ 2314", {"backan-vp-2024"}),
        ("KH 85", {"backan-vp-2023"}),
        ("số 364", {"caobang-2023"}),
        ("VB 364 của SNV", {"caobang-2023"}),
        ("QĐ 124", {"caobang-2023"}),
        ("CTr hành động 163", {"yenbai-duk-2023"}),
        ("HD 05", set()),
        ("Nghị quyết 18 nói gì", set()),
        ("Chỉ thị 25", set()),
        (
            "chi thi 05 ngay may",
            {"backan-vp-2023", "backan-vp-2024", "caobang-2023", "honglinh-2023", "yenbai-duk-2023"},
        ),
        ("CTr HĐ 163", {"yenbai-duk-2023"}),
    ],
)
def test_a_document_is_known_by_kind_and_number(
    typed: str, plans_that_name_it: set[str], plans: Mapping[str, Plan], rewriter: Rewriter
) -> None:
    asked = documents_in(rewriter.expand(typed))
    assert asked
    assert {plan.id for plan in plans.values() if not lacks(documents_of(plan), asked)} == plans_that_name_it


@pytest.mark.parametrize(
    "text",
    [
        "kế hoạch 2023",
        "kế hoạch 6 tháng",
        "báo cáo năm",
        "Quyết định 13/8/2019",
        "directive of 19 May",
        "15/12",
        "hai mô hình",
        "",
    ],
)
def test_what_is_no_document(text: str) -> None:
    assert documents_in(text) == frozenset()


def test_a_symbol_tells_the_kind() -> None:
    assert documents_in("01-KL/TW") == {Document(1, frozenset(["kl"]))}
    assert not Document(1, frozenset(["kl"])).is_like(Document(1, frozenset(["hd"])))
    assert Document(1, frozenset(["kl"])).is_like(Document(1, frozenset()))


def test_nothing_asked_is_lacking_nowhere() -> None:
    assert not lacks(frozenset(), frozenset())


def test_a_document_put_up_for_a_yes_is_only_presumed() -> None:
    assert is_presumed("Văn phòng làm theo Kế hoạch 89 phải không ạ?")
    assert is_presumed("Đề án 08 của Tỉnh ủy hả anh?") and is_presumed("Chỉ thị 05 năm 2021 hay 2016")
    assert not is_presumed("Kế hoạch 89 ban hành ngày nào?") and not is_presumed("Kế hoạch 89 nói gì ạ?")


def test_a_footnote_is_about_the_document_before_its_mark() -> None:
    noted = documents_noted(load_plans()["caobang-2023"])
    assert noted["Chú thích 2"] == documents_in("Nghị quyết số 24/2021/QH15")
    assert noted["Chú thích 3"] == documents_in("Quyết định số 1705/QĐ-UBND")
    assert noted["Chú thích 4"] >= documents_in("Quyết định số 2305-QĐ/TU")


def test_documents_that_a_plan_names_without_a_date(plans: Mapping[str, Plan]) -> None:
    numbers = {plan.id: {document.number for document in undated_documents(plan)} for plan in plans.values()}
    assert {18, 29} <= numbers["honglinh-2023"] and not {3, 269} & numbers["honglinh-2023"]
    assert not {33, 85, 89} & numbers["backan-vp-2023"]
    assert undated_documents(replace(plans["caobang-2023"], text="KẾ HOẠCH")) == frozenset()
    assert numbers["caobang-2023"] == set()  # where the sentence gives no date, the footnote does


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("CT 18 của TTg ngày mấy v?", True),
        ("Chỉ thị 29 ban hành khi nào", True),
        ("nghị quyết 25 năm nào", True),
        ("When was Directive 18 issued?", True),
        ("Chỉ thị 18 về việc gì?", False),
    ],
)
def test_a_date_is_asked_for(question: str, asks: bool) -> None:
    assert asks_date(question) is asks
