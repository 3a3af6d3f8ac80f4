"""What a reader makes of a file: the text that is stored, and what it met on the way."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

PAGE_END = "\f"
"""Stands in the stored text where a page ends; for the reading form it is a space."""


@dataclass(frozen=True)
class Extracted:
    """The text of a file, NFC unless it is the file's own; `doubts` are sentences on what a person should look at."""

    text: str
    doubts: tuple[str, ...] = ()


def table_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table as lines with a bar on either side of each cell, as many cells in each.

    A bar within a cell becomes a broken one, a line break a space.
    """
    width = max(map(len, rows), default=0)
    return [f"| {' | '.join(_cell(cell) for cell in [*row, *[''] * (width - len(row))])} |" for row in rows if any(row)]


def tidy(lines: Sequence[str]) -> str:
    """Return paragraphs as stored text: NFC, an empty line between them, none between the rows of a table."""
    text = ""
    for line in lines:
        if text:
            text += "\n" if line.startswith("|") and text.rpartition("\n")[2].startswith("|") else "\n\n"
        text += line
    return unicodedata.normalize("NFC", text) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "¦").split())
