"""The tables of docs/understanding.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.understanding.examples import WRITINGS, Prediction
from tests.benchmarks.understanding.scores import confusions, histogram, intent_f1

START, END = "<!-- understanding:start -->", "<!-- understanding:end -->"
TITLES = {
    "a": "(a) Rasa's default, DIET",
    "b": "(b) logistic regression, sparse",
    "c": "(c) logistic regression, sparse and dense",
    "d": "(d) DIET, sparse and dense",
    "e": "(e) kernel regression, sparse and dense",
}


@dataclass(frozen=True)
class Compared:
    """One pipeline: its predictions by shuffling and fold, and what a fresh process of it takes."""

    name: str
    folds: Mapping[tuple[int, int], Sequence[Prediction]]
    fresh: Mapping[str, float]
    entities: float

    def of(self, writing: str) -> list[Prediction]:
        """Return the predictions of one writing, of all folds."""
        return [each for each in self.everything() if each.writing == writing]

    def everything(self) -> list[Prediction]:
        """Return all predictions."""
        return [each for found in self.folds.values() for each in found]


def comparison(pipelines: Sequence[Compared]) -> str:
    """Return the table of all pipelines side by side."""
    head = ["pipeline", "folds", *(f"intent F1, {writing}" for writing in WRITINGS), "entity F1"]
    head += ["parse", "of it encoder", "load", "memory", "model"]
    rows = [head]
    for each in pipelines:
        fresh = each.fresh
        rows.append(
            [
                TITLES[each.name],
                str(len(each.folds)),
                *(f"{intent_f1(each.of(writing)):.3f}" for writing in WRITINGS),
                f"{each.entities:.3f}",
                f"{fresh['parse_ms']:.1f} ms",
                f"{fresh['encoder_ms']:.1f} ms" if each.name in "cde" else "none",
                f"{fresh['load_s']:.1f} s",
                f"{fresh['peak_mb']:.0f} MB",
                f"{fresh['model_kb']:.0f} KB",
            ]
        )
    return _table(rows)


def confusion_table(predictions: Sequence[Prediction], most: int = 15) -> str:
    """Return the intents that are most often taken for another."""
    total = len(predictions)
    rows = [["meant", "taken for", "times", "share"]]
    for (truth, found), times in confusions(predictions).most_common(most):
        rows.append([f"`{truth}`", f"`{found}`", str(times), f"{times / total:.2%}"])
    return _table(rows)


def histogram_table(predictions: Sequence[Prediction]) -> str:
    """Return the confidences of right and wrong sentences, in tenths."""
    rows = [["confidence", "right", "wrong", "share wrong"]]
    for number, (good, bad) in enumerate(histogram(predictions)):
        share = bad / (good + bad) if good + bad else 0.0
        rows.append([f"{number / 10:.1f} to {number / 10 + 0.1:.1f}", str(good), str(bad), f"{share:.0%}"])
    return _table(rows)


def writings_table(report: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of an `intent_report`, a line for each writing."""
    rows = [["writing", "macro F1", "weighted F1", "out of scope found", "in scope thrown out", "asked back"]]
    keys = ("macro_f1", "weighted_f1", "outside_recall", "thrown_out", "asked_back")
    rows += [[writing, *(f"{figures[key]:.3f}" for key in keys)] for writing, figures in report.items()]
    return _table(rows)


def write_between(file: Path, text: str) -> None:
    """Put `text` between the marks in `file`.

    Raises:
        ValueError: the marks are missing.
    """
    before, start, rest = file.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{file} has no lines {START} and {END}")
    file.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


def _table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )
