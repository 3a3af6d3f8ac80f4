"""What a benchmark gives, and how it is printed and written into the documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

START, END = "<!-- figures:start -->", "<!-- figures:end -->"
DIGITS = {"s": 1, "ms": 1, "MB": 0, "KB": 0, "×": 2, "share": 3}
"""The units a row may have, with the digits after the point that are shown."""


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, its value in `unit`, how; the limit to keep; whether the README shows it."""

    what: str
    value: float
    unit: str
    how: str
    at_most: float | None = None
    at_least: float | None = None
    short: bool = False

    @property
    def shown(self) -> str:
        """The value as written in a table."""
        number = f"{self.value:.{DIGITS[self.unit]}f}"
        return number if self.unit == "share" else f"{number} {self.unit}"

    @property
    def reached(self) -> bool:
        """Whether the limit is kept; True where there is none."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def to_reach(self) -> str:
        """The limit, and whether it was missed."""
        limits = [f"{sign} {limit:g}" for sign, limit in (("≤", self.at_most), ("≥", self.at_least)) if limit]
        return " ".join(limits) + ("" if self.reached else ", missed")


def table(rows: Sequence[Row], *, how: bool = True) -> str:
    """Return a Markdown table, with its columns aligned for reading as plain text."""
    head = ["what", "value", "to reach", *(["how"] if how else [])]
    lines = [head, *([row.what, row.shown, row.to_reach, *([row.how] if how else [])] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    widths[-1] = 3 if how else widths[-1]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def write(root: Path, rows: Sequence[Row], where: str, command: str, day: date) -> list[str]:
    """Write `docs/figures.md` and the short table of the README; return what was done, in sentences.

    Args:
        root: the project's folder.
        rows: the figures of a whole run.
        where: the machine, in words.
        command: what was typed.
        day: when it was measured.
    """
    heading = f"Measured on {day:%Y-%m-%d} with `{command}`: {where}."
    page = f"# Figures\n\n{heading} Ratios are of times taken side by side in the same run.\n\n{table(rows)}\n"
    file = root / "docs" / "figures.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(page, encoding="utf-8")
    short = f"{table([row for row in rows if row.short], how=False)}\n\n{heading} All figures: [docs/figures.md]"
    return [f"Written: {file}.", between(root / "README.md", f"{short}(docs/figures.md).")]


def between(file: Path, text: str, first: str = START, last: str = END) -> str:
    """Put `text` between the markers in `file`; return what was done, in a sentence."""
    if not file.exists():
        return f"Not written: there is no {file}."
    before, start, rest = file.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not (start and end):
        return f"Not written: {file} has no lines {first} and {last}."
    file.write_text(f"{before}{first}\n{text}\n{last}{after}", encoding="utf-8")
    return f"Written: {file}, between its markers."
