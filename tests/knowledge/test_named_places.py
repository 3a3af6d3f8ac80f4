from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.named_places import is_absent, lies_at, read_places, resolve, siblings


def paths(question: str, plan: Plan) -> list[str]:
    return [path for mention in read_places(question).mentions for path in resolve(plan, mention)]


@pytest.mark.parametrize(
    ("question", "plan", "wanted"),
    [
        ("cột 6", "yenbai-duk-2023", ["Biểu mẫu › Ghi chú (6)", "Biểu mẫu › Cột (6)"]),
        ("cột (1)", "yenbai-duk-2023", ["Biểu mẫu › Cột (1)"]),
        ("column 6", "yenbai-duk-2023", ["Biểu mẫu › Ghi chú (6)", "Biểu mẫu › Cột (6)"]),
        ("ghi chú 3", "yenbai-duk-2023", ["Biểu mẫu › Ghi chú (3)"]),
        ("ghi chú 3", "caobang-2023", ["Chú thích 3"]),
        ("chú thích 4", "caobang-2023", ["Chú thích 4"]),
        ("What is footnote 4 about?", "caobang-2023", ["Chú thích 4"]),
        ("mục III", "yenbai-duk-2023", ["III", "III[2]"]),
        ("muc iii noi gi", "caobang-2023", ["III"]),
        ("mục II.3", "caobang-2023", ["II › 3"]),
        ("II.4?", "honglinh-2023", ["II › 4"]),
        ("phần IV", "honglinh-2023", ["IV"]),
        ("section II, item 3", "caobang-2023", ["II › 3"]),
        ("điểm 2 mục III", "yenbai-duk-2023", ["III › 2", "III[2] › 2"]),
        ("khoản 3", "caobang-2023", ["I › 3", "II › 3", "III › 3"]),
        ("mục 1.2", "yenbai-duk-2023", ["III › 1.2"]),
        ("ý (1)", "backan-vp-2024", ["II › 6 › (1)"]),
        ("nội dung thứ ba", "backan-vp-2024", ["II › 6 › (3)"]),
        ("dòng IV trong biểu mẫu", "yenbai-duk-2023", ["Biểu mẫu › IV"]),
        ("phần 3 tên gì", "caobang-2023", ["III"]),
        ("Mục II trong biểu mẫu?", "yenbai-duk-2023", ["Biểu mẫu › II"]),
        ("mục IV của mẫu", "yenbai-duk-2023", ["Biểu mẫu › IV"]),
    ],
)
def test_a_named_place_is_found(question: str, plan: str, wanted: list[str], plans: Mapping[str, Plan]) -> None:
    assert paths(question, plans[plan]) == wanted


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("mục III", "honglinh-2023"),
        ("mục III.2", "honglinh-2023"),
        ("mục II.9", "yenbai-duk-2023"),
        ("cột 8", "yenbai-duk-2023"),
        ("cột 2", "caobang-2023"),
        ("chú thích 8", "caobang-2023"),
        ("phụ lục 2", "yenbai-duk-2023"),
        ("trang 3", "honglinh-2023"),
    ],
)
def test_an_absent_place_is_known_to_be_absent(question: str, plan: str, plans: Mapping[str, Plan]) -> None:
    (mention,) = read_places(question).mentions
    assert is_absent(plans[plan], mention)


@pytest.mark.parametrize(
    "question",
    [
        "Chỉ thị số 33",
        "Điều 5 Luật",
        "khoản 2 Điều 5 Luật Thực hiện dân chủ",
        "Nghị quyết số 25 mục tiêu",
        "mục đích là gì",
        "mục tiêu năm 2023",
        "trang thông tin điện tử",
        "báo cáo 6 tháng",
        "hai phần",
        "bộ phận 1 cửa",
        "",
    ],
)
def test_what_is_no_place(question: str) -> None:
    assert read_places(question).mentions == ()


@pytest.mark.parametrize(
    ("question", "only"),
    [
        ("Mục III nói gì?", True),
        ("Mục III của kế hoạch quy định nội dung gì?", True),
        ("cột số 6 trong mẫu thì điền gì vô đây", True),
        ("What does section II say?", True),
        ("ai phụ trách ở mục III.2", False),
        ("Nội dung thứ ba để các chi bộ lựa chọn là gì?", False),
    ],
)
def test_a_question_for_nothing_but_the_place(question: str, only: bool) -> None:
    assert read_places(question).only is only


def test_what_there_is_instead(plans: Mapping[str, Plan]) -> None:
    (mention,) = read_places("mục III").mentions
    assert [clause.path for clause in siblings(plans["honglinh-2023"], mention)] == ["I", "II", "IV"]
    (mention,) = read_places("cột 9").mentions
    assert len(siblings(plans["yenbai-duk-2023"], mention)) == 7


def test_lies_at() -> None:
    assert lies_at("III › 2 › ¶[1]", ("III › 2",)) and lies_at("III › 2", ("III › 2",))
    assert not lies_at("III › 21", ("III › 2",))
