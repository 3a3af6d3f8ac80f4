from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import outline, parse, passages_of

OUTLINES = sorted(Path(__file__).with_name("outlines").glob("*.txt"))


def test_every_plan_has_a_reviewed_outline(plans: Mapping[str, Plan]) -> None:
    assert {file.stem for file in OUTLINES} == set(plans)
    assert len(plans) == 5


@pytest.mark.parametrize("file", OUTLINES, ids=lambda file: file.stem)
def test_outline_is_the_reviewed_one(file: Path, plans: Mapping[str, Plan]) -> None:
    plan = plans[file.stem]
    assert outline(plan.text, plan.root) == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("plan_id", [file.stem for file in OUTLINES])
def test_paths_are_unique_and_quotes_stand_at_their_offsets(plan_id: str, plans: Mapping[str, Plan]) -> None:
    plan = plans[plan_id]
    paths = [clause.path for clause in plan.root.walk()]
    assert len(paths) == len(set(paths)) > 20
    for passage in plan.passages:
        assert fold(plan.text[passage.start : passage.end]) == passage.text != ""
        assert not plan.text[passage.start].isspace() and not plan.text[passage.end - 1].isspace()


@pytest.mark.parametrize("plan_id", [file.stem for file in OUTLINES])
def test_every_word_of_a_plan_stands_in_a_passage_or_in_an_empty_table_row(
    plan_id: str, plans: Mapping[str, Plan]
) -> None:
    plan = plans[plan_id]
    covered = bytearray(len(plan.text))
    for passage in plan.passages:
        covered[passage.start : passage.end] = b"\x01" * (passage.end - passage.start)
    form = plan.clause("Biểu mẫu")
    end = form.start if form else len(plan.text)
    left = "".join(c for c, seen in zip(plan.text[:end], covered, strict=False) if not seen)
    rest = fold(left).replace("#", "")
    assert not any(letter.isalpha() for letter in rest), rest


def test_no_passage_crosses_a_footnote(plans: Mapping[str, Plan]) -> None:
    plan = plans["caobang-2023"]
    notes = [p for p in plan.passages if p.path.startswith("Chú thích")]
    assert len(notes) == 7
    for passage in plan.passages:
        assert not any(passage.start < note.start < passage.end for note in notes if note is not passage)
    assert [p.path for p in plan.passages].count("II › 3") == 2


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("I. MỘT\n1. Việc một.\n- Gạch một;\n- Gạch hai.", ["I", "I › 1", "I › 1 › -[1]", "I › 1 › -[2]"]),
        (
            "III. A\n1. Việc.\nIII. B\n2. Việc.\n2. Việc.",
            ["III", "III › 1", "III[2]", "III[2] › 2", "III[2] › 2[2]"],
        ),
        ("II. A\n6. Gồm:\n(1) Một.\n(2) Hai.", ["II", "II › 6", "II › 6 › (1)", "II › 6 › (2)"]),
        ("III. A\n1.1.Về kinh tế\nĐoạn văn.", ["III", "III › 1.1", "III › 1.1 › ¶[1]"]),
        ("Không có mục nào.\nChỉ có đoạn văn.", ["Mở đầu", "Mở đầu › ¶[1]", "Mở đầu › ¶[2]"]),
        (
            "I. A\nViệc.\nNơi nhận:\n- Sở Nội vụ;\nCHỦ TỊCH\nNguyễn A",
            ["I", "I › ¶[1]", "Nơi nhận", "Nơi nhận › -[1]", "Người ký"],
        ),
    ],
)
def test_path_grammar(text: str, paths: list[str]) -> None:
    long_lines = text + "\n" + " ".join(["dài"] * 80)
    found = [clause.path for clause in parse(text if "Nơi nhận" in text else long_lines).walk() if clause.path]
    assert found[: len(paths)] == paths


def test_text_without_anything_to_parse_gives_no_passages() -> None:
    root = parse(" \n\n ")
    assert passages_of("x", " \n\n ", root) == []
