"""How fast plans are taken into an index, beside the encoder's own rate of passages."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from knowledge.corpus import Plan, load_plans
from knowledge.embedding import Encoder, open_encoder
from knowledge.index import embedded_text, rows_of
from knowledge.index_building import build_index
from knowledge.snippets import Snippet
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import interleave, p50

ROUNDS = 3


def measure(bench: Bench) -> list[Row]:
    """Take in the five plans without their banks."""
    seconds, passages = compare(load_plans(), open_encoder(bench.settings.encoder), bench.folder / "taking-in", ROUNDS)
    return rows(seconds, passages)


def compare(
    plans: Mapping[str, Plan], encoder: Encoder, folder: Path, rounds: int
) -> tuple[dict[str, list[float]], int]:
    """Return the seconds of taking plans in and of encoding their passages alone, and how many passages they have.

    Raises:
        ValueError: a passage was taken in without being encoded.
    """
    bare = {key: replace(plan, bank_file=None) for key, plan in plans.items()}
    of_plans = {digest: row for plan in bare.values() for digest, row in rows_of(plan).items()}
    texts = [embedded_text(row) for row in of_plans.values() if isinstance(row, Snippet)]

    def take_in() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        changes = build_index(bare, encoder, folder, seed=folder / "none")
        if changes.embedded < len(texts):
            raise ValueError(f"only {changes.embedded} of {len(texts)} passages were encoded")

    return interleave({"take in": take_in, "encode": partial(encoder.passages, texts)}, rounds), len(texts)


def rows(seconds: Mapping[str, list[float]], passages: int) -> list[Row]:
    """Return the figures of taking in `passages`."""
    own, taken = p50(seconds["encode"]), p50(seconds["take in"])
    how = f"{passages} passages of five plans, p50 of {len(seconds['encode'])}, in turn"
    return [
        Row("taking in: a passage", 1000 * taken / passages, "ms", f"cut, encoded and written; {how}"),
        Row("taking in: rate over the encoder's own", own / taken, "×", how, at_least=0.9),
    ]
