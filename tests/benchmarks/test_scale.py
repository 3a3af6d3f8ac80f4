from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from knowledge.embedding import HashEncoder
from knowledge.index import open_rows, store
from knowledge.snippets import Snippet
from tests.benchmarks import scale
from tests.benchmarks.figures import between
from tests.benchmarks.generality import clauses_found, shares, table
from tests.benchmarks.scale import A_PLAN, noisy, plan_rows, recall


@pytest.fixture
def rows() -> dict[str, dict[str, Snippet]]:
    """A real plan of 40 passages, and 30 recombined from them."""
    real = {
        f"{n:015x}{'a' * 17}": Snippet("real", f"I › {n}", n, n + 1, f"một hai ba bốn {n}", "I", False)
        for n in range(40)
    }
    random = np.random.default_rng(3)
    return {"real": real, **{f"plan-{n}": plan_rows(f"plan-{n}", list(real.values()), random) for n in range(30)}}


def test_plans_are_recombined_from_halves_of_passages(rows: dict[str, dict[str, Snippet]]) -> None:
    made = list(rows["plan-0"].values())
    assert len(made) == A_PLAN and len({digest for of_plan in rows.values() for digest in of_plan}) == 40 + 30 * A_PLAN
    assert all(row.text.startswith("một hai ba bốn ") or row.text.startswith("một hai ba ") for row in made)
    assert all(row.plan_id == "plan-0" and row.end - row.start == len(row.text) for row in made)
    assert len({row.path for row in made}) == A_PLAN


def test_vectors_are_real_ones_with_noise(rows: dict[str, dict[str, Snippet]]) -> None:
    known = dict(zip(rows["real"], np.eye(40, 384, dtype=np.float32), strict=True))
    vectors = noisy(rows, known)
    assert vectors.keys() == {digest for of_plan in rows.values() for digest in of_plan}
    assert all(vectors[digest] is known[digest] for digest in known)
    nearest = [float(vectors[digest][:40].max()) for digest in rows["plan-3"]]
    assert np.mean(nearest) == pytest.approx(1 / np.sqrt(1 + scale.NOISE**2), abs=0.02)


def test_recall_counts_what_is_as_near_as_the_tenth(
    rows: dict[str, dict[str, Snippet]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = HashEncoder(384)
    known = dict(zip(rows["real"], np.eye(40, 384, dtype=np.float32), strict=True))
    store(tmp_path, rows, noisy(rows, known), {}, encoder, 100)
    index = open_rows(rows, encoder, tmp_path)
    asked = SimpleNamespace(
        **{name: getattr(index, name) for name in ("snippets", "vectors", "near")},
        questions=range(20),
        question_vectors=np.eye(20, 384, dtype=np.float32),
    )
    assert recall(asked) == 1.0  # type: ignore[arg-type]
    monkeypatch.setattr(scale, "nearest_passages", lambda index, near, vector, top: np.arange(20, 30))
    assert recall(asked) == 0.0  # type: ignore[arg-type]


def test_the_table_has_a_column_for_each_size(tmp_path: Path) -> None:
    names = [name for _, _, name in scale.LINES]
    text = scale.table([dict.fromkeys(names, 1000.0), dict.fromkeys(names, 2.0)])
    assert text.splitlines()[0] == "| passages | 1,000 | 2 |"
    assert len(text.splitlines()) == len(names) + 1
    page = tmp_path / "plans.md"
    page.write_text(f"before\n{scale.START}\nold\n{scale.END}\nafter", encoding="utf-8")
    assert between(page, text, scale.START, scale.END).startswith("Written")
    assert page.read_text("utf-8") == f"before\n{scale.START}\n{text}\n{scale.END}\nafter"


def test_what_was_found_of_a_paper_is_counted() -> None:
    clauses = [SimpleNamespace(path=path) for path in ("", "I", "I › 1")]
    plan = SimpleNamespace(root=SimpleNamespace(walk=lambda: clauses))
    taken = SimpleNamespace(plan=plan)
    assert clauses_found({"outline": ["I", "I › 1", "II"]}, taken) == (2, 3)  # type: ignore[arg-type]
    assert shares([2, 3, 0, 1]) == ["2 of 3", "0 of 1"]
    assert table(("a", "b"), [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
