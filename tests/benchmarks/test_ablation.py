from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from knowledge.corpus import load_plans
from knowledge.embedding import HashEncoder, Vectors
from knowledge.search import Mix
from tests.benchmarks import ablation

TASK = ablation.Task(
    [{"id": "1", "text": "hạn báo cáo năm"}, {"id": "2", "text": "đơn vị theo dõi"}],
    {"a": "báo cáo năm", "b": "theo dõi"},
    {"a": {"1"}, "b": {"2"}},
)


class Counting(HashEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.made.extend(texts)
        return super().queries(texts)


def test_the_last_step_is_what_is_shipped_and_every_step_differs() -> None:
    mixes = [*ablation.STEPS.values(), *ablation.TURNED.values()]
    assert list(ablation.STEPS.values())[-1] == Mix()
    assert len(set(mixes)) == len(mixes)


def test_the_table_has_a_line_a_mix() -> None:
    other = replace(TASK, relevant={"a": {"2"}, "b": {"1"}}, queries={"a": "báo cáo năm"})
    lines = list(ablation.table([TASK, other], HashEncoder(), {"x": Mix(), "y": Mix(dense=2)}))
    assert lines[1] == "| x | 0.6667 | 0.8333 | 0.6667 | 0.8333 |"
    assert lines[2].startswith("| y | ")


def test_vectors_are_made_once() -> None:
    encoder = Counting()
    remembering = ablation.Remembering(encoder)
    first = remembering.queries(["một", "hai", "một"])
    assert encoder.made == ["một", "hai"]
    assert (remembering.queries(["hai"])[0] == first[1]).all()
    assert encoder.made == ["một", "hai"]


def test_the_bank_of_a_plan_becomes_a_task(tmp_path: Path) -> None:
    plan = load_plans()["yenbai-duk-2023"]
    passage = max(plan.passages, key=lambda each: len(each.text))
    asked = {"formal": ["Hỏi gì?"], "unmarked": ["hoi gi"]}
    answered = {"path": passage.path, "quote": passage.text, "asked": asked}
    silent = {"about": "kinh phí", "asked": {"colloquial": ["Hỏi khác?"]}}
    bank = tmp_path / "bank.yml"
    bank.write_text(yaml.safe_dump([{"answers": [answered], "silent": [silent]}]), encoding="utf-8")
    task = ablation.of_plan(replace(plan, bank_file=bank))
    assert list(task.queries.values()) == ["Hỏi gì?"]
    texts = {str(document["id"]): str(document["text"]) for document in task.documents}
    (found,) = task.relevant["0"]
    assert texts[found][:80] == passage.text[:80]
    assert ablation.of_plan(replace(plan, bank_file=None)).queries == {}


def test_a_sample_is_spread_evenly() -> None:
    assert ablation.spread(3, 5) == [0, 1, 2]
    assert ablation.spread(10, 5) == [0, 2, 4, 6, 8]
    assert ablation.spread(0, 5) == []
    assert len(set(ablation.spread(301, 200))) == 200
