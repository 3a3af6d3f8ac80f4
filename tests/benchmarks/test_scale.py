from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from knowledge.embedding import HashEncoder
from knowledge.index import SHIPPED_INDEX, Index, open_rows
from knowledge.index_building import Source, bring_up_to_date
from knowledge.index_files import read_manifest
from knowledge.snippets import Snippet
from tests.benchmarks import scale
from tests.benchmarks.figures import between
from tests.benchmarks.generality import clauses_found, shares, table
from tests.benchmarks.scale import A_PLAN, NEW, Noisy, Recombined, add, plan_rows, recall, search

TOLD = {
    f"{n:015x}{'a' * 17}": Snippet("real", f"I › {n}", n, n + 1, f"một hai ba bốn {n}", "I", False) for n in range(40)
}
"""The passages of a plan."""


@pytest.fixture
def rows() -> dict[str, dict[str, Snippet]]:
    """A plan of 40 passages, and 30 recombined from them."""
    random = np.random.default_rng(3)
    return {"real": TOLD, **{f"plan-{n}": plan_rows(f"plan-{n}", list(TOLD.values()), random) for n in range(30)}}


def test_plans_are_recombined_from_halves_of_passages(rows: dict[str, dict[str, Snippet]]) -> None:
    made = list(rows["plan-0"].values())
    assert len(made) == A_PLAN and len({digest for of_plan in rows.values() for digest in of_plan}) == 40 + 30 * A_PLAN
    assert all(row.text.startswith("một hai ba bốn ") or row.text.startswith("một hai ba ") for row in made)
    assert all(row.plan_id == "plan-0" and row.end - row.start == len(row.text) for row in made)
    assert len({row.path for row in made}) == A_PLAN


def test_the_real_plans_stand_among_the_recombined_and_each_is_made_the_same_again() -> None:
    told = Recombined(600)
    sources = told.sources([NEW])
    assert list(sources)[:5] == list(told.plans) and list(sources)[-1] == NEW and len(sources) == 5 + 5 + 1
    assert sources["plan-00001"].rows() == told.rows("plan-00001") != told.rows("plan-00002")
    assert told.rows(NEW).keys().isdisjoint(told.rows("plan-00004"))
    assert any(told.facts(NEW).kinds.values()) and told.spent > 0


def test_vectors_are_real_ones_with_noise() -> None:
    real = np.eye(40, 384, dtype=np.float32)
    encoder = Noisy(real)
    vectors = encoder.passages(["text"] * 60)
    assert encoder.name == read_manifest(SHIPPED_INDEX).encoder and encoder.spent > 0
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert float((vectors @ real.T).max(axis=1).mean()) == pytest.approx(1 / np.sqrt(1 + scale.NOISE**2), abs=0.02)


def test_recall_counts_what_is_as_near_as_the_tenth(
    rows: dict[str, dict[str, Snippet]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = HashEncoder(384)
    sources = {plan_id: Source(plan_id, lambda of_plan=of_plan: of_plan) for plan_id, of_plan in rows.items()}
    bring_up_to_date(sources, lambda rows, known: {}, encoder, tmp_path, exact_up_to=100)
    index = open_rows({plan_id: source.rows for plan_id, source in sources.items()}, encoder, tmp_path)
    told = encoder.passages([f"{n} ba" for n in range(20)])
    asked = Index(index.snippets, index.vectors, range(20), told, {}, index.near)  # type: ignore[arg-type]
    assert recall(asked) > 0.9
    monkeypatch.setattr(scale, "nearest_passages", lambda index, near, vector, top: np.arange(1200, 1210))
    assert recall(asked) < 0.5


@pytest.mark.slow
def test_every_figure_of_a_small_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = scale.build(2_500, tmp_path / "index")
    figures |= add(2_500, tmp_path / "index")
    figures |= search(2_500, tmp_path / "index")
    assert figures.keys() == {name for _, _, name in scale.LINES}
    assert figures["passages"] > 2_500 and figures["recall"] > 0.9 and all(figure > 0 for figure in figures.values())


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
