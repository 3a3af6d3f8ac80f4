"""An index with inverted lists beside the same index without: few plans are looked into, the answers stay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge import shortlist
from knowledge.answering import Answerer
from knowledge.corpus import Plan
from knowledge.embedding import HashEncoder
from knowledge.evidence import Searcher
from knowledge.facts import draw_facts
from knowledge.index import open_index
from knowledge.index_building import build_index, is_current
from knowledge.index_files import IndexProblem, read_near
from knowledge.near import held_keys
from knowledge.question_reader import QuestionReader
from knowledge.shortlist import worth_looking_into

BANK = """
- answers:
    - path: "IV › 1"
      quote: "Phòng Nội vụ"
      asked: {formal: ["Ai đứng mũi chịu sào?", "Nhà nào gánh?"]}
  silent:
    - {about: budget, asked: {formal: ["Tiền đâu ra?"]}}
"""
QUESTIONS = ("Đơn vị nào theo dõi các mô hình?", "Ai ký kế hoạch của Hồng Lĩnh?", "Hạn báo cáo năm là khi nào?")


@pytest.fixture(scope="module")
def few(plans: Mapping[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Plan]:
    file = tmp_path_factory.mktemp("bank") / "honglinh-2023.questions.yml"
    file.write_text(BANK, encoding="utf-8")
    return {key: replace(plan, bank_file=file if key == "honglinh-2023" else None) for key, plan in plans.items()}


@pytest.fixture(scope="module")
def folder(few: Mapping[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with inverted lists, and beside it one without."""
    folder = tmp_path_factory.mktemp("large")
    build_index(few, HashEncoder(256), folder / "large", exact_up_to=0)
    build_index(few, HashEncoder(256), folder / "small")
    return folder


def test_the_kind_of_index_follows_the_size(few: Mapping[str, Plan], folder: Path) -> None:
    encoder = HashEncoder(256)
    assert open_index(few, encoder, folder / "small").near is None
    assert open_index(few, encoder, folder / "large").near is not None
    assert is_current(few, encoder.name, folder / "large", 0) and not is_current(few, encoder.name, folder / "large")
    assert not is_current(few, encoder.name, folder / "small", 0)


def test_both_kinds_hold_the_same(few: Mapping[str, Plan], folder: Path) -> None:
    small, large = (open_index(few, HashEncoder(256), folder / name) for name in ("small", "large"))
    rows = np.arange(len(small.snippets))
    assert tuple(large.snippets) == small.snippets and np.array_equal(large.vectors[rows], small.vectors[rows])
    assert np.array_equal(large.question_vectors, small.question_vectors)
    assert {key: list(value) for key, value in large.rows_of.items()} == {
        key: [n for n, snippet in enumerate(small.snippets) if snippet.plan_id == key] for key in few
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_where_all_plans_are_looked_into_the_evidence_is_the_same(
    question: str, few: Mapping[str, Plan], folder: Path
) -> None:
    encoder, facts = HashEncoder(256), {key: draw_facts(plan) for key, plan in few.items()}
    small, large = (Searcher(open_index(few, encoder, folder / name), encoder, facts) for name in ("small", "large"))
    reader = QuestionReader(few)
    reading = reader.read(question)
    found = [each.search([reading], list(few)) for each in (small, large)]
    assert list(found[0]) == list(found[1]) == list(few)
    for plan_id in few:
        assert np.allclose(found[0][plan_id][0].raw, found[1][plan_id][0].raw, atol=1e-4)
    assert small.known_share([reading]) == large.known_share([reading]) > 0


def test_few_plans_are_looked_into(few: Mapping[str, Plan], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortlist, "LOOKED_INTO", 2)
    encoder = HashEncoder(256)
    index = open_index(few, encoder, folder / "large")
    snippet = index.snippets[int(index.rows_of["caobang-2023"][30])]
    vectors = encoder.passages([f"{snippet.context}. {snippet.text}"])
    chosen = worth_looking_into(index, vectors, list(few))
    assert len(chosen) == 2 and "caobang-2023" in chosen
    asked = encoder.queries([index.questions[0].text])
    assert "honglinh-2023" in worth_looking_into(index, asked, list(few))
    assert worth_looking_into(index, vectors, ["honglinh-2023", "backan-vp-2023", "backan-vp-2024"]) != chosen
    assert worth_looking_into(index, vectors, ["honglinh-2023"]) == ["honglinh-2023"]
    assert len(worth_looking_into(open_index(few, encoder, folder / "small"), vectors, list(few))) == 5


def test_an_answer_speaks_only_of_plans_looked_into(
    few: Mapping[str, Plan], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "LOOKED_INTO", 2)
    encoder = HashEncoder(256)
    answerer = Answerer(few, open_index(few, encoder, folder / "large"), encoder)
    answer = answerer.answer("Kinh phí thực hiện phong trào là bao nhiêu tỷ đồng?")
    assert 1 <= len(answer.choices or answer.plan_ids) <= 2
    chosen = answerer.answer("Ai ký?", "caobang-2023")
    assert chosen.plan_ids == ("caobang-2023",)


def test_lists_follow_a_change_and_damage_is_told(few: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = HashEncoder(256)
    build_index(few, encoder, tmp_path, exact_up_to=0)
    before = set(held_keys(read_near(tmp_path)))
    plan = few["honglinh-2023"]
    longer = {**few, plan.id: replace(plan, text=plan.text + "\n\nMột câu hoàn toàn mới ở cuối.")}
    build_index(longer, encoder, tmp_path, exact_up_to=0)
    assert len(set(held_keys(read_near(tmp_path))) ^ before) == 2
    assert open_index(longer, encoder, tmp_path).near is not None
    (tmp_path / "near.faiss").write_bytes(b"damaged")
    assert not is_current(longer, encoder.name, tmp_path, 0)
    with pytest.raises(IndexProblem, match=r"near\.faiss"):
        open_index(longer, encoder, tmp_path)
    build_index(longer, encoder, tmp_path)
    assert open_index(longer, encoder, tmp_path).near is None
