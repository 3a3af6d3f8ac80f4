"""Searching among very many passages: `python -m tests.benchmarks.scale [--sizes N ...] [--write]`.

Plans are recombined from the passages of the real ones, which stand among them with their banks; vectors are real ones
with noise, so that the encoder is not what is measured. Building and searching are each done by a process of its own.
"""

import argparse
import hashlib
import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from bot.settings import ROOT
from knowledge.bank import Banked
from knowledge.corpus import Plan, load_plans
from knowledge.embedding import Encoder, Vectors, encoder_name, open_encoder
from knowledge.evidence import Searcher
from knowledge.facts import Facts, draw_facts
from knowledge.index import SHIPPED_INDEX, Index, OfPlan, open_rows, rows_of
from knowledge.index_building import Changes, Source, bring_up_to_date
from knowledge.index_files import read_manifest
from knowledge.index_staging import commit_with_index
from knowledge.question_reader import QuestionReader, as_embedded
from knowledge.shortlist import nearest_passages
from knowledge.snippets import Snippet
from knowledge.vector_files import open_vectors
from knowledge.weighing import shipped_weights, weigh
from tests.benchmarks.figures import between
from tests.benchmarks.machine import Others, describe
from tests.benchmarks.timing import interleave, p50, timed
from tests.benchmarks.turns import load_talk

SIZES = (10_000, 100_000, 1_000_000)
A_PLAN = 60
"""Passages of a recombined plan; the real ones have 32 to 76."""

NEW, A_BLOCK = "plan-new", 10_000

NOISE = 0.35
"""Length of the noise added to a vector of length 1: its cosine with the real one is then about 0.94."""

ASKED = 200
"""Questions of the banks by whose vectors recall is measured."""

TOP, SAME = 10, 1e-6
ROUNDS = 5
START, END = "<!-- scale:start -->", "<!-- scale:end -->"


class Noisy(Encoder):
    """Stands for the shipped encoder: gives each passage the vector of a real one with noise, and counts the time."""

    def __init__(self, real: Vectors) -> None:
        self.name, self.dimension, self.spent = encoder_name(), real.shape[1], 0.0
        self._real, self._random = real, np.random.default_rng(0)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length 1 for each passage."""
        seconds, made = timed(partial(self._drawn, len(texts)))
        self.spent += seconds
        return made

    queries = passages

    def _drawn(self, count: int) -> Vectors:
        made = self._real[self._random.integers(0, len(self._real), count)]
        for start in range(0, count, A_BLOCK):
            block = made[start : start + A_BLOCK]
            block += NOISE / np.sqrt(self.dimension) * self._random.standard_normal(block.shape, dtype=np.float32)
            block /= np.linalg.norm(block, axis=1, keepdims=True)
        return made


class Recombined:
    """The real plans with their banks, and plans put together from their passages, each made when it is asked for.

    `spent` counts the seconds of that, which stand for the reading of real texts.
    """

    def __init__(self, size: int) -> None:
        real = load_plans()
        self.plans, self.spent = real, 0.0
        self._real = {plan.id: rows_of(plan) for plan in real.values()}
        self._told = {d: row for of_plan in self._real.values() for d, row in of_plan.items() if _is_told(row)}
        self._facts = {plan.id: draw_facts(plan) for plan in real.values()}
        self._kinds = [each for of_plan in self._facts.values() for each in of_plan.kinds.values()]
        self._made = {f"plan-{number:05}": number for number in range((size - len(self._told)) // A_PLAN)}

    def sources(self, more: Sequence[str] = ()) -> dict[str, Source]:
        """Return the sources of all plans, and of `more` under other names."""
        plan_ids = [*self._real, *self._made, *more]
        return {plan_id: Source(plan_id, partial(self.rows, plan_id)) for plan_id in plan_ids}

    def rows(self, plan_id: str) -> OfPlan:
        """Return the rows of one plan."""
        seconds, rows = timed(partial(self._rows, plan_id))
        self.spent += seconds
        return rows

    def facts(self, plan_id: str) -> Facts:
        """Return what the passages of one plan hold."""
        if plan_id in self._facts:
            return self._facts[plan_id]
        told = [row for row in self._rows(plan_id).values() if isinstance(row, Snippet)]
        return Facts((), (), {(row.path, row.start): self._kinds[row.start % len(self._kinds)] for row in told})

    def vectors(self) -> Vectors:
        """Return the shipped vectors of the real passages."""
        shipped = open_vectors(SHIPPED_INDEX, read_manifest(SHIPPED_INDEX))
        return np.stack(list(shipped.held(self._told).values()))

    def _rows(self, plan_id: str) -> OfPlan:
        if plan_id in self._real:
            return self._real[plan_id]
        random = np.random.default_rng(self._made.get(plan_id, len(self._made)))
        return plan_rows(plan_id, [row for row in self._told.values() if isinstance(row, Snippet)], random)


def plan_rows(plan_id: str, told: Sequence[Snippet], random: np.random.Generator) -> dict[str, Snippet]:
    """Return the rows of a plan put together from halves of passages, each under the headings of its first half."""
    rows, start = {}, 0
    for number, (first, second) in enumerate(random.integers(0, len(told), (A_PLAN, 2))):
        one, other = told[first].text.split(" "), told[second].text.split(" ")
        text = " ".join([*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]])
        digest = hashlib.blake2b(f"{plan_id} {number}".encode(), digest_size=16).hexdigest()
        path = f"{told[first].path} ({number})"
        place = {"plan_id": plan_id, "path": path, "start": start, "end": start + len(text)}
        rows[digest] = replace(told[first], text=text, **place)
        start += len(text) + 1
    return rows


def _is_told(row: Snippet | Banked) -> bool:
    return isinstance(row, Snippet)


def build(size: int, folder: Path) -> dict[str, float]:
    """Build an index; return the figures of that."""
    told = Recombined(size)
    encoder = Noisy(told.vectors())
    sources = told.sources()
    seconds, changes = timed(partial(bring_up_to_date, sources, partial(as_embedded, told.plans), encoder, folder))
    return {
        "build rate": changes.embedded / (seconds - encoder.spent - told.spent),
        "disk": sum(file.stat().st_size for file in folder.iterdir()) / 1e6,
        "build memory": peak(),
    }


def add(size: int, folder: Path) -> dict[str, float]:
    """Add one plan to the index that `build` left, as `python -m knowledge add` does; return the figures of that."""
    told = Recombined(size)
    encoder = Noisy(told.vectors())

    def bring(plans: Mapping[str, Plan], following: Path) -> Changes:
        return bring_up_to_date(told.sources([NEW]), partial(as_embedded, plans), encoder, following)

    seconds, _ = timed(partial(commit_with_index, told.plans, bring, folder, folder.parent, {}))
    return {"add": seconds - encoder.spent - told.spent, "add memory": peak()}


def search(size: int, folder: Path) -> dict[str, float]:
    """Open the index that `build` left and search in it; return the figures of that."""
    told, encoder = Recombined(size), open_encoder()
    rows = {plan_id: source.rows for plan_id, source in told.sources([NEW]).items()}
    facts = {plan_id: told.facts(plan_id) for plan_id in rows}
    told.spent = 0.0
    opening, index = timed(partial(open_rows, rows, encoder, folder))
    counting, searcher = timed(partial(Searcher, index, encoder, facts))
    reader, weights = QuestionReader(told.plans), shipped_weights()
    plan_ids = list(rows)

    def whole(question: str) -> None:
        reading = reader.read(question)
        for evidence in searcher.search([reading], plan_ids).values():
            weigh(evidence, index, [reading.asked], weights)

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
        "passages": len(index.snippets),
        "search": 1000 * p50(spent["search"]),
        "search over encoding": p50(spent["search"]) / p50(spent["encoding"]),
        "memory": memory,
        "open": opening + counting - told.spent,
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


def peak() -> float:
    """Return the most memory that this process had in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def measured_at(size: int) -> dict[str, float]:
    """Return the figures of an index of about `size` passages."""
    near = ROOT / "var"
    near.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scale-", dir=near) as home:
        figures: dict[str, float] = {}
        for work in (build, add, search):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                figures |= pool.submit(work, size, Path(home) / "index").result()
    return figures


LINES = (
    ("passages", "{:,.0f}", "passages"),
    ("built, passages a second beside their embedding", "{:,.0f}", "build rate"),
    ("size on disk, MB", "{:,.0f}", "disk"),
    ("memory of the building process at most, MB", "{:,.0f}", "build memory"),
    ("memory of the searching process, encoder included, MB (≤ 2,500)", "{:,.0f}", "memory"),
    ("opening the index and counting its words, s", "{:.1f}", "open"),
    ("search, p50, ms", "{:.1f}", "search"),
    ("search over encoding (≤ 2 at 100,000, ≤ 3 at 1,000,000)", "{:.2f}", "search over encoding"),
    ("recall at 10 against exact, ties by score (≥ 0.98)", "{:.3f}", "recall"),
    ("one plan more: the index beside its embedding, s (≤ 10)", "{:.1f}", "add"),
    ("memory of the adding process at most, MB", "{:,.0f}", "add memory"),
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
