"""Papers of every usual layout, taken in as an office would: outline, facts, description, draft, answers."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from knowledge.answering import Answerer
from knowledge.corpus import Plan, load_plans
from knowledge.embedding import open_encoder
from knowledge.evaluation import evaluate
from knowledge.index import open_index
from knowledge.index_building import build_index
from knowledge.reading import fold
from knowledge.registers import fact_records
from knowledge.taking_in import TakenIn, understand
from tests.knowledge.intake.papers import build, gold_of, papers

PAPERS = papers()
IDS = [paper["id"] for paper in PAPERS]
RIGHT_AT_LEAST = 0.75
"""Share of the papers' questions that is answered rightly with no question bank; docs/taking-in.md has the figures."""


@pytest.fixture(scope="module", params=PAPERS, ids=IDS)
def paper(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(request.param)


@pytest.fixture(scope="module")
def taken(paper: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("papers")
    return understand(build(paper, folder), paper["id"], folder, {})


def test_there_are_papers_of_every_kind() -> None:
    assert len(PAPERS) >= 8
    assert {paper["format"] for paper in PAPERS} == {"docx", "pdf", "txt", "md"}
    assert {paper.get("letters") for paper in PAPERS} == {None, "tcvn3", "vni"}
    assert all(len(paper["questions"]) == 10 for paper in PAPERS)


def test_what_it_says_of_itself(paper: dict[str, Any], taken: TakenIn) -> None:
    plan = taken.plan
    assert {name: getattr(plan, name) for name in paper["describes"]} == paper["describes"]


def test_its_outline_is_the_reviewed_one(paper: dict[str, Any], taken: TakenIn) -> None:
    """The reviewed outline names the clauses in order; what it leaves out lies between them."""
    paths = [clause.path for clause in taken.plan.root.walk() if clause.path]
    assert [path for path in paths if path in paper["outline"]] == paper["outline"]
    numbered = [path for path in paths if path[0] in "IVX123456789"]
    assert [path for path in numbered if "¶" not in path] == [
        path for path in paper["outline"] if path in numbered and "¶" not in path
    ]
    assert len(paths) == len(set(paths))


def test_its_facts_are_the_reviewed_ones(paper: dict[str, Any], taken: TakenIn) -> None:
    records = list(fact_records(taken.plan, taken.facts))
    for kind, wanted in paper["facts"].items():
        found = [
            (r["path"], f"{r['words']} {r.get('unit', '')} {r.get('name', '')}") for r in records if r["kind"] == kind
        ]
        for path, words in wanted:
            assert any(at == path and words in said for at, said in found), (kind, path, words, found)
    deadlines = [(r["path"], r["words"]) for r in records if r["kind"] == "deadline"]
    assert deadlines == [tuple(row) for row in paper["facts"]["deadline"]]


def test_its_doubts_are_those_a_reader_would_have(paper: dict[str, Any], taken: TakenIn) -> None:
    for words in paper.get("doubts", ()):
        assert any(words in doubt for doubt in taken.doubts), taken.doubts
    expected = len(paper.get("doubts", ())) + (paper.get("letters") == "tcvn3") + (paper["outline"][1] == "1") + 1
    assert len(taken.doubts) <= expected


def test_a_form_is_proposed_where_the_paper_has_one(paper: dict[str, Any], taken: TakenIn) -> None:
    if "draft" not in paper:
        assert taken.draft is None
        return
    assert taken.draft is not None
    assert list(taken.draft["clauses"]) == paper["draft"] or set(taken.draft["clauses"]) == set(paper["draft"])
    assert all(taken.plan.clause(path) for path in taken.draft["clauses"].values())


def test_quotes_stand_at_their_offsets(taken: TakenIn) -> None:
    for passage in taken.plan.passages:
        assert fold(taken.plan.text[passage.start : passage.end]) == passage.text != ""


@pytest.mark.parametrize("kind", ["docx", "pdf", "txt"])
def test_every_kind_of_file_gives_the_same_clauses(paper: dict[str, Any], kind: str, tmp_path: Path) -> None:
    modern = {**paper, "letters": None}
    reference = understand(build(modern, tmp_path, "md"), paper["id"], tmp_path, {}).plan
    plan = understand(build(modern, tmp_path, kind), paper["id"], tmp_path, {}).plan

    def clauses(of: Plan) -> dict[str, str]:
        kept = [p for p in of.passages if not p.path.startswith(("Mở đầu", "Người ký", "Chú thích"))]
        return {passage.path: passage.text.lstrip("# ") for passage in kept}

    assert clauses(plan) == clauses(reference)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, shipped_index: Path) -> Mapping[str, list[bool]]:
    """Whether each question of each paper is answered rightly, all papers and the five plans being in the index."""
    folder, encoder = tmp_path_factory.mktemp("answers"), open_encoder()
    known = load_plans()
    new = {paper["id"]: understand(build(paper, folder), paper["id"], folder, {}).plan for paper in PAPERS}
    plans = {**known, **new}
    shutil.copytree(shipped_index, folder / "index")
    build_index(plans, encoder, folder / "index")
    answerer = Answerer(plans, open_index(plans, encoder, folder / "index"), encoder)
    return {p["id"]: [judged.right for judged in evaluate(gold_of(p), answerer).judged] for p in PAPERS}


@pytest.mark.slow
def test_its_questions_are_answered(answers: Mapping[str, list[bool]]) -> None:
    right = [each for of_paper in answers.values() for each in of_paper]
    assert sum(right) / len(right) >= RIGHT_AT_LEAST, {key: sum(value) for key, value in answers.items()}
