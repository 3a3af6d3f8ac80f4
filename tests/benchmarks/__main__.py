"""Measures the assistant on this machine: `python -m tests.benchmarks [NAME ...] [--xquad FOLDER] [--write]`."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.child import ProcessError
from bot.programs import ONE_OPENMP_THREAD
from bot.settings import ROOT
from tests.benchmarks import answers, channels, crowd, drafts, intake, memory, papers, retrieval, start, turns, zalo
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row, table, write
from tests.benchmarks.machine import Others, describe
from tests.benchmarks.servers import ServerFailed

BENCHMARKS: dict[str, Callable[[Bench], list[Row]]] = {
    "start": start.measure,
    "turns": turns.measure,
    "memory": memory.measure,
    "answers": answers.measure,
    "crowd": crowd.measure,
    "channels": channels.measure,
    "zalo": zalo.measure,
    "drafts": drafts.measure,
    "papers": papers.measure,
    "intake": intake.measure,
    "retrieval": retrieval.measure,
}

AS_SERVED = {"OMP_WAIT_POLICY": "PASSIVE", **ONE_OPENMP_THREAD}
"""Questions that are answered in this process find the threads of the action server."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure, default all: {', '.join(BENCHMARKS)}"
    )
    parser.add_argument(
        "--xquad",
        type=Path,
        default=os.environ.get("BENCH_XQUAD") or None,
        metavar="FOLDER",
        help="corpus.jsonl, queries.jsonl and qrels.tsv, for the benchmark retrieval",
    )
    parser.add_argument("--write", action="store_true", help="write the figures into docs/figures.md and the README")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if options.write and options.names:
        parser.error("--write is for a whole run: leave out the names")
    others, names = Others(), options.names or list(BENCHMARKS)
    try:
        rows = run(names, options.xquad)
    except (ProcessError, ServerFailed, turns.WrongTurn) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    where = f"{describe()}; other programs used {others.share():.0%} of it meanwhile"
    print(f"\n{where}\n\n{table(rows)}")
    if options.write:
        command = "make bench" if arguments is None and len(sys.argv) == 1 else "python -m tests.benchmarks --write"
        print("\n".join(["", *write(ROOT, rows, where, command, date.today())]))
    return 0


def run(names: list[str], xquad: Path | None) -> list[Row]:
    """Return the figures of the benchmarks called `names`."""
    rows: list[Row] = []
    with Bench(xquad) as bench:
        for name in names:
            print(f"Measuring: {name} ...", flush=True)
            rows += BENCHMARKS[name](bench)
    return rows


if __name__ == "__main__":
    if not AS_SERVED.items() <= os.environ.items():  # read when a process starts
        again = [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, **AS_SERVED})
    sys.exit(main())
