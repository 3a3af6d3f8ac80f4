"""A paper as a value: everything that stands on it, and nothing of how a file is written."""

from dataclasses import dataclass
from typing import Literal

from actions.registration.papers.heads import HeadKind

Cell = str | int


@dataclass(frozen=True)
class Head:
    """The top of the paper. `above` is the body over the one called `name`; empty if there is none."""

    kind: HeadKind
    above: str
    name: str
    date_line: str


@dataclass(frozen=True)
class Column:
    """A column: its heading, its number on the form (None for one the form has not), the field it shows.

    `field` is "number" for the first column.
    """

    heading: str
    number: int | None
    field: str


@dataclass(frozen=True)
class Row:
    """A row with one cell a column: the total of the table, the head of a group with its total, or one model."""

    kind: Literal["total", "group", "model"]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PaperTable:
    """One table: title lines, remarks under the title, columns, rows, notes under the table."""

    title: tuple[str, ...]
    remarks: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Who signs, and what is asked of them in brackets."""

    role: str
    hint: str


@dataclass(frozen=True)
class Paper:
    """One paper. `copies` is the list of recipients at the end, its heading first; `left` signs where there is none.

    `footnotes` stand under the last table. `wide` asks for the long side of the sheet across.
    """

    head: Head
    addressee: str
    tables: tuple[PaperTable, ...]
    footnotes: tuple[str, ...]
    copies: tuple[str, ...]
    left: Signature | None
    right: Signature
    wide: bool

    @property
    def title(self) -> str:
        """The title on one line."""
        return " ".join(self.tables[0].title)
