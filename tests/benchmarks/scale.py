"""Searching among very many passages: `python -m tests.benchmarks.scale [--sizes N ...] [--write]`.

Plans are recombined from the passages of the real ones, which stand among them with their banks; vectors are real ones
with noise, so that the encoder is not what is measured. Building and searching are each done by a process of its own.
"""

import argparse
import hashlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bot.settings import ROOT
from knowledge.bank import Banked
from knowledge.corpus import load_plans
from knowledge.embedding import Encoder, Vectors, encoder_name, open_encoder
from knowledge.evidence import Searcher
from knowledge.facts import Facts, draw_facts
from knowledge.index import SHIPPED_INDEX, Index, OfPlans, open_rows, rows_of, store
from knowledge.index_files import known_texts, known_vectors
from knowledge.near import EXACT_UP_TO
from knowledge.question_reader import QuestionReader
from knowledge.shortlist import nearest_passages
from knowledge.snippets import Snippet
from knowledge.weighing import shipped_weights, weigh
from tests.benchmarks.figures import between
from tests.benchmarks.machine import Others, describe
from tests.benchmarks.timing import interleave, p50, timed
from tests.benchmarks.turns import load_talk

SIZES = (10_000, 100_000, 1_000_000)
A_PLAN = 60
"""Passages of a recombined plan; the real ones have 32 to 76."""

NOISE = 0.35
"""Length of the noise added to a vector of length 1: its cosine with the real one is then about 0.94."""

ASKED = 200
"""Questions of the banks by whose vectors recall is measured."""

TOP, SAME = 10, 1e-6
ROUNDS = 5
START, END = "<!-- scale:start -->", "<!-- scale:end -->"


class Named(Encoder):
    """Stands for the shipped encoder where nothing is embedded."""

    def __init__(self) -> None:
        self.name, self.dimension = encoder_name(), 384

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Nothing is embedded here."""
        raise NotImplementedError

    passages = queries


def recombined(size: int) -> tuple[dict[str, dict[str, Snippet | Banked]], dict[str, Facts]]:
    """Return the rows of plans with about `size` passages in all, the real plans first, and what passages hold."""
    real = load_plans()
    rows: dict[str, dict[str, Snippet | Banked]] = {plan.id: rows_of(plan) for plan in real.values()}
    facts = {plan.id: draw_facts(plan) for plan in real.values()}
    told = [row for of_plan in rows.values() for row in of_plan.values() if isinstance(row, Snippet)]
    kinds = [each for of_plan in facts.values() for each in of_plan.kinds.values()]
    random = np.random.default_rng(size)
    for number in range((size - len(told)) // A_PLAN):
        plan_id = f"plan-{number:05}"
        rows[plan_id] = plan_rows(plan_id, told, random)
        held = {(row.path, row.start): kinds[row.start % len(kinds)] for row in rows[plan_id].values()}
        facts[plan_id] = Facts((), (), held)
    return rows, facts


def plan_rows(plan_id: str, told: Sequence[Snippet], random: np.random.Generator) -> dict[str, Any]:
    """Return the rows of a plan put together from halves of passages, each under the headings of its first half."""
    rows, start = {}, 0
    for number, (first, second) in enumerate(random.integers(0, len(told), (A_PLAN, 2))):
        one, other = told[first].text.split(" "), told[second].text.split(" ")
        text = " ".join([*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]])
        digest = hashlib.blake2b(f"{plan_id} {number}".encode(), digest_size=16).hexdigest()
        path = f"{told[first].path} ({number})"
        context = "".join([*told[first].context])  # an own copy, as every plan has
        place = {"plan_id": plan_id, "path": path, "start": start, "end": start + len(text)}
        rows[digest] = replace(told[first], text=text, context=context, **place)
        start += len(text) + 1
    return rows


def noisy(rows: OfPlans, known: dict[str, Vectors]) -> dict[str, Vectors]:
    """Return a vector for each row: its own where there is one, else that of a real passage with noise."""
    real = [known[d] for of_plan in rows.values() for d, row in of_plan.items() if d in known and _is_told(row)]
    missing = [digest for of_plan in rows.values() for digest in of_plan if digest not in known]
    random = np.random.default_rng(0)
    made = np.stack(real)[random.integers(0, len(real), len(missing))]
    for block in np.array_split(made, max(1, len(made) // 10_000)):
        noise = random.standard_normal(block.shape, dtype=np.float32)
        block += NOISE / np.sqrt(block.shape[1]) * noise
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return {**known, **dict(zip(missing, made, strict=True))}


def _is_told(row: Snippet | Banked) -> bool:
    return isinstance(row, Snippet)


def build(size: int, folder: Path) -> dict[str, float]:
    """Build an index, then add one plan to it beside itself; return the figures of that."""
    encoder = Named()
    rows, _ = recombined(size)
    known = known_vectors(SHIPPED_INDEX, encoder.name, encoder.dimension)
    vectors, texts = noisy(rows, known), known_texts(SHIPPED_INDEX)
    seconds, _ = timed(partial(store, folder, rows, vectors, texts, encoder, EXACT_UP_TO))
    told = [row for plan_id in list(rows)[:5] for row in rows[plan_id].values() if isinstance(row, Snippet)]
    more = {**rows, "plan-new": plan_rows("plan-new", told, np.random.default_rng(1))}
    new = noisy({**{key: rows[key] for key in list(rows)[:5]}, "plan-new": more["plan-new"]}, known)
    del vectors
    following = folder.with_name(f"{folder.name}.next")

    def add() -> None:
        shutil.copytree(folder, following)
        before = known_vectors(following, encoder.name, encoder.dimension)
        store(following, more, {**before, **new}, texts, encoder, EXACT_UP_TO)

    added, _ = timed(add)
    shutil.rmtree(following)
    passages = sum(isinstance(row, Snippet) for of_plan in rows.values() for row in of_plan.values())
    disk = sum(file.stat().st_size for file in folder.iterdir())
    return {"passages": passages, "build rate": passages / seconds, "disk": disk / 1e6, "add": added}


def search(size: int, folder: Path) -> dict[str, float]:
    """Open the index that `build` left and search in it; return the figures of that."""
    rows, facts = recombined(size)
    encoder = open_encoder()
    opening, index = timed(partial(open_rows, rows, encoder, folder))
    del rows
    searcher = Searcher(index, encoder, facts)
    reader, weights = QuestionReader(load_plans()), shipped_weights()
    plan_ids = list(facts)

    def whole(question: str) -> None:
        reading = reader.rewrite(question)
        asked = reader.ask(reading)
        for evidence in searcher.search([reading], asked, plan_ids).values():
            weigh(evidence, index, asked, weights)

    spent: dict[str, list[float]] = {"search": [], "encoding": []}
    for question in load_talk()["questions"]:
        text = [reader.rewrite(question).to_embed]
        works: dict[str, Callable[[], object]] = {
            "search": partial(whole, question),
            "encoding": partial(encoder.queries, text),
        }
        for name, seconds in interleave(works, ROUNDS).items():
            spent[name] += seconds
    memory = resident()
    return {
        "search": 1000 * p50(spent["search"]),
        "search over encoding": p50(spent["search"]) / p50(spent["encoding"]),
        "memory": memory,
        "open": opening,
        "recall": recall(index),
    }


def recall(index: Index) -> float:
    """Return the share of the `TOP` nearest passages that are found; one as near as the last of them counts as it."""
    drawn = np.random.default_rng(2).permutation(len(index.questions))[:ASKED]
    asked = index.question_vectors[drawn]
    best = np.full((len(asked), TOP), -1.0, dtype=np.float32)
    for block in np.array_split(np.arange(len(index.snippets)), max(1, len(index.snippets) // 20_000)):
        cosines = asked @ index.vectors[block].T
        best = np.sort(np.concatenate([best, cosines], axis=1), axis=1)[:, -TOP:]
    found = 0
    for vector, last in zip(asked, best[:, 0], strict=True):
        if index.near is None:
            return 1.0
        rows = nearest_passages(index, index.near, vector[None], TOP)
        found += int((index.vectors[rows] @ vector >= last - SAME).sum())
    return found / (len(asked) * TOP)


def resident() -> float:
    """Return the memory of this process in MB, pages of mapped files among it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1000


def measured_at(size: int) -> dict[str, float]:
    """Return the figures of an index of about `size` passages."""
    near = ROOT / "var"
    near.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scale-", dir=near) as home:
        figures: dict[str, float] = {}
        for work in (build, search):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                figures |= pool.submit(work, size, Path(home) / "index").result()
    return figures


LINES = (
    ("passages", "{:,.0f}", "passages"),
    ("built, passages a second beside their embedding", "{:,.0f}", "build rate"),
    ("size on disk, MB", "{:,.0f}", "disk"),
    ("memory of the searching process, encoder included, MB (≤ 2,500)", "{:,.0f}", "memory"),
    ("opening the index, s", "{:.1f}", "open"),
    ("search, p50, ms", "{:.1f}", "search"),
    ("search over encoding (≤ 2 at 100,000, ≤ 3 at 1,000,000)", "{:.2f}", "search over encoding"),
    ("recall at 10 against exact, ties by score (≥ 0.98)", "{:.3f}", "recall"),
    ("one plan more: the index beside its embedding, s (≤ 10)", "{:.1f}", "add"),
)
"""The lines of the table: what is said, how it is written, the figure."""


def table(figures: Sequence[dict[str, float]]) -> str:
    """Return the figures as a Markdown table, a column for each size."""
    lines = [[said, *(form.format(each[name]) for each in figures)] for said, form, name in LINES]
    rule = ["---", *("---:" for _ in figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in ([*lines[:1], rule, *lines[1:]]))


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="how many passages")
    parser.add_argument("--write", action="store_true", help="write the table into docs/plans.md")
    options = parser.parse_args(arguments)
    others, figures = Others(), []
    for size in options.sizes:
        print(f"Measuring: {size:,} passages ...", flush=True)
        figures.append(measured_at(size))
        print(table(figures[-1:]), flush=True)
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    where = f"{describe()}, OMP_NUM_THREADS={threads}; other programs used {others.share():.0%} of it meanwhile"
    text = f"Measured on {date.today():%Y-%m-%d} with `make bench-scale`: {where}.\n\n{table(figures)}"
    print(f"\n{text}")
    if options.write:
        print(between(ROOT / "docs" / "plans.md", text, START, END))
    return 0


if __name__ == "__main__":
    sys.exit(main())
