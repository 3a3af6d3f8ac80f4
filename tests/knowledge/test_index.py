import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.corpus import Plan
from knowledge.embedding import HashEncoder, Vectors
from knowledge.index import embedded_text, open_index
from knowledge.index_building import build_index, is_current
from knowledge.index_files import IndexProblem

BANK = """
- answers:
    - path: "IV › 1"
      quote: "Phòng Nội vụ"
      asked: {formal: ["Phòng nào theo dõi?"], english: ["Which division?"]}
  silent:
    - {about: budget, asked: {formal: ["Kinh phí bao nhiêu?"]}}
"""


class CountingEncoder(HashEncoder):
    """Counts the texts it is asked to embed."""

    embedded = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return super().passages(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return super().queries(texts)


@pytest.fixture
def plans(plans: Mapping[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Plan]:
    """The five plans, one of them with a bank of three questions, the others with none."""
    file = tmp_path_factory.mktemp("bank") / "honglinh-2023.questions.yml"
    file.write_text(BANK, encoding="utf-8")
    return {key: replace(plan, bank_file=file if key == "honglinh-2023" else None) for key, plan in plans.items()}


def vectors_in(folder: Path) -> Path:
    """Return the one file of vectors in `folder`."""
    [file] = folder.glob("vectors*.faiss")
    return file


def test_rows_belong_to_the_snippets(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = HashEncoder()
    build_index(plans, encoder, tmp_path)
    index = open_index(plans, encoder, tmp_path)
    assert index.vectors.shape == (len(index.snippets), encoder.dimension)
    assert np.allclose(np.linalg.norm(index.vectors, axis=1), 1.0)


def test_only_what_changed_is_embedded_again(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = build_index(plans, encoder, tmp_path)
    assert first.embedded == encoder.embedded > 200
    assert build_index(plans, encoder, tmp_path).embedded == 0
    assert encoder.embedded == first.embedded
    plan = plans["honglinh-2023"]
    changed = replace(plan, text=plan.text.replace("Phòng Nội vụ: Theo dõi", "Phòng Nội vụ: Thường xuyên theo dõi"))
    again = build_index({**plans, plan.id: changed}, encoder, tmp_path)
    assert (again.embedded, again.dropped) == (1, 1)


def test_what_moves_down_in_a_plan_is_not_embedded_again(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = CountingEncoder()
    build_index(plans, encoder, tmp_path)
    plan = plans["caobang-2023"]
    longer = replace(plan, text="Công văn gửi kèm kế hoạch.\n\n" + plan.text)
    assert build_index({**plans, plan.id: longer}, encoder, tmp_path).embedded <= 2


def test_a_word_list_that_changes_no_question_embeds_none_again(
    plans: Mapping[str, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = CountingEncoder()
    rows = build_index(plans, encoder, tmp_path)
    monkeypatch.setattr("knowledge.index.rewriting_digest", lambda: "other word lists")
    monkeypatch.setattr("knowledge.index_building.reading_digest", lambda: "other word lists")
    again = build_index(plans, encoder, tmp_path)
    assert (again.embedded, again.kept, again.dropped) == (0, rows.embedded, 3)
    assert encoder.embedded == rows.embedded
    assert len(open_index(plans, encoder, tmp_path).questions) == 3


def test_a_current_index_is_known_without_its_encoder(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    assert not is_current(plans, "hash-64", tmp_path)
    build_index(plans, HashEncoder(64), tmp_path)
    assert is_current(plans, "hash-64", tmp_path)
    assert not is_current(plans, "hash-32", tmp_path)
    assert not is_current({key: plans[key] for key in list(plans)[1:]}, "hash-64", tmp_path)
    vectors_in(tmp_path).write_bytes(b"damaged")
    assert not is_current(plans, "hash-64", tmp_path)


def test_questions_are_bound_to_what_answers_them(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = HashEncoder()
    build_index(plans, encoder, tmp_path)
    index = open_index(plans, encoder, tmp_path)
    assert [question.banked.text for question in index.questions] == [
        "Phòng nào theo dõi?",
        "Which division?",
        "Kinh phí bao nhiêu?",
    ]
    assert index.question_vectors.shape == (3, encoder.dimension)
    first, second, silent = (question.snippet for question in index.questions)
    assert first == second and first is not None and index.snippets[first].path == "IV › 1"
    assert silent is None


def test_vectors_of_a_seed_are_taken_over(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    build_index(plans, HashEncoder(), tmp_path / "seed", compact=True)
    encoder = CountingEncoder()
    changes = build_index(plans, encoder, tmp_path / "index", seed=tmp_path / "seed")
    assert (changes.embedded, encoder.embedded) == (0, 0)
    index = open_index(plans, encoder, tmp_path / "index")
    own = encoder.passages([embedded_text(snippet) for snippet in index.snippets])
    assert np.allclose(index.vectors, own, atol=0.01)
    other = CountingEncoder(32)
    assert build_index(plans, other, tmp_path / "other", seed=tmp_path / "seed").embedded == other.embedded > 200


def test_no_index(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match="python -m knowledge index"):
        open_index(plans, HashEncoder(), tmp_path)


def test_another_encoder(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    build_index(plans, HashEncoder(64), tmp_path)
    with pytest.raises(IndexProblem, match=r"hash-64.*hash-32.*python -m knowledge index"):
        open_index(plans, HashEncoder(32), tmp_path)


def test_a_changed_plan_is_named(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    build_index(plans, HashEncoder(), tmp_path)
    plan = plans["caobang-2023"]
    changed = {**plans, plan.id: replace(plan, text=plan.text + "\nThêm một đoạn.\n")}
    with pytest.raises(IndexProblem, match="caobang-2023"):
        open_index(changed, HashEncoder(), tmp_path)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("vectors-*.faiss", b""),
        ("vectors-*.faiss", b"not an index at all"),
        ("manifest.json", b"{"),
        ("manifest.json", b'{"format": 1}'),
        ("manifest.json", b'{"format": 99, "encoder": "x", "dimension": 1, "digests": {}}'),
    ],
)
def test_a_damaged_index_names_the_command(
    file: str, content: bytes, plans: Mapping[str, Plan], tmp_path: Path
) -> None:
    build_index(plans, HashEncoder(), tmp_path)
    [path] = tmp_path.glob(file)
    path.write_bytes(content)
    with pytest.raises(IndexProblem, match="python -m knowledge index"):
        open_index(plans, HashEncoder(), tmp_path)
    build_index(plans, HashEncoder(), tmp_path)
    assert open_index(plans, HashEncoder(), tmp_path).snippets


def test_rows_missing_from_the_vectors_are_noticed(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    few = {key: plans[key] for key in list(plans)[:1]}
    build_index(few, HashEncoder(), tmp_path)
    short = vectors_in(tmp_path).read_bytes()
    build_index(plans, HashEncoder(), tmp_path)
    vectors_in(tmp_path).write_bytes(short)
    with pytest.raises(IndexProblem, match="rows"):
        open_index(plans, HashEncoder(), tmp_path)


def test_nothing_is_pickled(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    build_index(plans, HashEncoder(), tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "learned.npz",
        "manifest.json",
        "questions.json",
        vectors_in(tmp_path).name,
    ]
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["encoder"] == "hash-64"


def test_what_was_learned_is_kept_while_the_banks_stay(
    plans: Mapping[str, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = HashEncoder()
    build_index(plans, encoder, tmp_path)
    learned = open_index(plans, encoder, tmp_path).learned
    assert set(learned) == {"honglinh-2023"} and learned["honglinh-2023"].shape[0] == 3
    monkeypatch.setattr("knowledge.index.learn", lambda *_: pytest.fail("learned again"))
    plan = plans["caobang-2023"]
    build_index({**plans, plan.id: replace(plan, text=plan.text + "\n\nMột câu nữa.")}, encoder, tmp_path)
    assert np.array_equal(np.load(tmp_path / "learned.npz")["honglinh-2023"], learned["honglinh-2023"])


def test_what_was_learned_must_fit_the_questions(plans: Mapping[str, Plan], tmp_path: Path) -> None:
    encoder = HashEncoder()
    build_index(plans, encoder, tmp_path)
    np.savez(tmp_path / "learned.npz", **{"honglinh-2023": np.zeros((2, 5), dtype=np.float16)})
    with pytest.raises(IndexProblem, match="honglinh-2023"):
        open_index(plans, encoder, tmp_path)
    (tmp_path / "learned.npz").write_bytes(b"no archive")
    assert not is_current(plans, encoder.name, tmp_path)
    with pytest.raises(IndexProblem, match="damaged"):
        open_index(plans, encoder, tmp_path)
