"""Plans without a bank of questions: `python -m tests.benchmarks.generality [--write]`.

The invented papers of the tests, and each real plan taken in by `add` alone, what a person described of it and its bank
left out.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from knowledge.answering import Answerer
from knowledge.corpus import PLANS_FOLDER, STORED, Plan, load_plans
from knowledge.embedding import Encoder, open_encoder
from knowledge.evaluation import Gold, evaluate, read_questions
from knowledge.index import open_index
from knowledge.index_building import build_index
from knowledge.registers import fact_records
from knowledge.taking_in import TakenIn, understand
from tests.benchmarks.figures import between
from tests.benchmarks.machine import describe
from tests.knowledge.intake.papers import build, gold_of, papers

QUESTIONS = ROOT / "tests" / "knowledge" / "questions" / "tune.yml"
START, END = "<!-- generality:start -->", "<!-- generality:end -->"


def of_papers(encoder: Encoder, folder: Path) -> list[list[str]]:
    """Return a line for each invented paper: its file, then what was found of outline and facts, and right answers."""
    written = papers()
    taken = {paper["id"]: understand(build(paper, folder), paper["id"], folder, {}) for paper in written}
    answerer = opened({**load_plans(), **{key: each.plan for key, each in taken.items()}}, encoder, folder / "index")
    lines, sums = [], [0] * 6
    for paper in written:
        right = [judged.right for judged in evaluate(gold_of(paper), answerer).judged]
        counts = [*clauses_found(paper, taken[paper["id"]]), *facts_found(paper, taken[paper["id"]])]
        counts += [sum(right), len(right)]
        sums = [one + other for one, other in zip(sums, counts, strict=True)]
        lines.append([paper["id"], f".{paper['format']}", *shares(counts)])
    return [*lines, ["all", "", *shares(sums)]]


def shares(counts: Sequence[int]) -> list[str]:
    """Return pairs of counts in words."""
    return [f"{part} of {whole}" for part, whole in zip(counts[::2], counts[1::2], strict=True)]


def clauses_found(paper: Mapping[str, Any], taken: TakenIn) -> tuple[int, int]:
    """Return how many clauses of the reviewed outline were found, and how many it has."""
    paths = {clause.path for clause in taken.plan.root.walk()}
    return sum(path in paths for path in paper["outline"]), len(paper["outline"])


def facts_found(paper: Mapping[str, Any], taken: TakenIn) -> tuple[int, int]:
    """Return how many of the reviewed facts were found at their place, and how many there are."""
    said = [
        (record["kind"], record["path"], f"{record['words']} {record.get('unit', '')} {record.get('name', '')}")
        for record in fact_records(taken.plan, taken.facts)
    ]
    wanted = [(kind, path, words) for kind, rows in paper["facts"].items() for path, words in rows]
    found = [any(kind == k and at == path and words in s for k, at, s in said) for kind, path, words in wanted]
    return sum(found), len(found)


def of_plans(encoder: Encoder, folder: Path) -> list[list[str]]:
    """Return a line for each real plan: right answers and refusals with its bank, then taken in by `add` alone."""
    plans = load_plans()
    questions = read_questions(QUESTIONS, plans)
    full = opened(plans, encoder, folder / "full")
    lines = []
    for plan_id, plan in plans.items():
        own = [gold for gold in questions if plan_id in (gold.plan, gold.gold_plan)]
        source = next(PLANS_FOLDER / f"{plan_id}{suffix}" for suffix in STORED if _exists(plan_id, suffix))
        bare = replace(understand(source, plan_id, folder, {}).plan, bank_file=None)
        assert bare.text == plan.text
        alone = opened({**plans, plan_id: bare}, encoder, folder / plan_id)
        lines.append([plan_id, *counted(own, full), *counted(own, alone)])
        print(" | ".join(lines[-1]), flush=True)
    return lines


def _exists(plan_id: str, suffix: str) -> bool:
    return (PLANS_FOLDER / f"{plan_id}{suffix}").exists()


def counted(questions: Sequence[Gold], answerer: Answerer) -> list[str]:
    """Return how many of the answerable questions are answered rightly, and how many of the others are refused."""
    judged = evaluate(questions, answerer).judged
    kinds = ([j.right for j in judged if j.gold.quote], [j.right for j in judged if not j.gold.quote])
    return [f"{sum(right)} of {len(right)}" for right in kinds]


def opened(plans: Mapping[str, Plan], encoder: Encoder, folder: Path) -> Answerer:
    """Return what answers from these plans."""
    build_index(plans, encoder, folder)
    return Answerer(plans, open_index(plans, encoder, folder), encoder)


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.generality", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/plans.md")
    options = parser.parse_args(arguments)
    encoder = open_encoder()
    with tempfile.TemporaryDirectory() as home:
        of_invented = table(
            ("paper", "file", "clauses of the outline", "facts", "questions right"), of_papers(encoder, Path(home))
        )
        print(of_invented, flush=True)
        head = ("plan", "with its bank: answered", "refused", "by `add` alone: answered", "refused")
        of_real = table(head, of_plans(encoder, Path(home)))
    how = f"Measured on {date.today():%Y-%m-%d} with `python -m tests.benchmarks.generality --write` ({describe()})."
    text = f"{how}\n\n{of_invented}\n\n{of_real}"
    print(f"\n{text}")
    if options.write:
        print(between(ROOT / "docs" / "plans.md", text, START, END))
    return 0


if __name__ == "__main__":
    sys.exit(main())
