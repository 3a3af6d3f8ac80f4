"""Twenty people asking at the same moment, again and again: how long all wait, and whether a queue grows."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

from actions.services import WORKERS
from knowledge.answering import Answerer
from knowledge.corpus import load_plans
from knowledge.embedding import open_encoder
from knowledge.index import open_index
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import p50
from tests.benchmarks.turns import load_talk

PEOPLE = 20
WAVES = 10

Answer = Callable[[str], Any]


def measure(bench: Bench) -> list[Row]:
    """Answer the questions of `talk.yml` over all plans in the action server's own number of threads."""
    plans, encoder = load_plans(), open_encoder(bench.settings.encoder)
    answerer = Answerer(plans, open_index(plans, encoder, bench.index_folder), encoder)
    asked = list(islice(cycle(load_talk()["questions"]), PEOPLE))
    with ThreadPoolExecutor(WORKERS) as pool:
        return rows(*compare(answerer.answer, asked, pool, WAVES))


def compare(answer: Answer, asked: Sequence[str], pool: Executor, waves: int) -> tuple[list[float], list[float]]:
    """Return the seconds for all of `asked` one after another, and from each wave's beginning to its last answer.

    A wave of all questions comes each time the first way would have been done, whether the one before is or not.
    """
    for question in asked:
        answer(question)
    in_turn = []
    for _ in range(waves):
        begun = time.perf_counter()
        for question in asked:
            answer(question)
        in_turn.append(time.perf_counter() - begun)
    between, first = p50(in_turn), time.perf_counter()
    ends: list[list[float]] = []

    def timed(question: str, into: list[float]) -> None:
        answer(question)
        into.append(time.perf_counter())

    pending = []
    for wave in range(waves):
        time.sleep(max(0.0, first + wave * between - time.perf_counter()))
        ends.append([])
        pending += [pool.submit(timed, question, ends[-1]) for question in asked]
    for each in pending:
        each.result()
    return in_turn, [max(end) - (first + wave * between) for wave, end in enumerate(ends)]


def rows(in_turn: list[float], at_once: list[float]) -> list[Row]:
    """Return the figures of waves answered in these seconds."""
    how = f"{PEOPLE} questions, {WORKERS} threads, {len(at_once)} waves, one each time {PEOPLE} in turn would be done"
    third = max(1, len(at_once) // 3)
    return [
        Row(f"{PEOPLE} at once: all answered", 1000 * p50(at_once), "ms", how),
        Row(f"{PEOPLE} at once: over {PEOPLE} in turn", p50(at_once) / p50(in_turn), "×", how, at_most=1.0, short=True),
        Row(
            f"{PEOPLE} at once: last waves over first",
            p50(at_once[-third:]) / p50(at_once[:third]),
            "×",
            "a queue that grows shows here",
            at_most=1.2,
        ),
    ]
