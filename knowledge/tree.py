"""The tree of a plan's clauses as blocks are placed in it one after another, and the paths of its nodes."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.blocks import Block, Kind
from knowledge.reading import fold

SEPARATOR = " › "
_DEPTH = {Kind.ROMAN: 1, Kind.ARABIC: 2, Kind.DECIMAL: 3, Kind.LETTER: 4, Kind.BRACKET: 5, Kind.DASH: 6}
_HOLDS_PARAGRAPHS = (Kind.ROMAN, Kind.ARABIC, Kind.DECIMAL, Kind.LETTER)
_HEADING_AT_MOST = 140
_LETTER = re.compile(r"[^\W\d_]")


@dataclass
class Clause:
    """A node of the plan's tree.

    `start` and `end` are code-point offsets of its own text and all below it; `spans` are the stretches of its own
    text, more than one where a footnote block cuts it.
    """

    path: str
    start: int
    end: int
    kind: Kind = Kind.PARAGRAPH
    spans: list[tuple[int, int]] = field(default_factory=list)
    children: list["Clause"] = field(default_factory=list)
    is_heading: bool = False

    def walk(self) -> "list[Clause]":
        """Return this clause and all below it, in reading order."""
        return [self, *(below for child in self.children for below in child.walk())]


@cache
def layout() -> dict[str, Any]:
    """Return the layout words: `labels` for paths and `cues` to look for."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("layout.yml").read_text(encoding="utf-8"))
    return loaded


class TreeBuilder:
    """Places block after block in the tree; `open` are the clauses that may still receive children.

    Args:
        root: where clauses that have none above them are placed.
        taken: the paths in use so far, added to.
        opening: the path of what stands before the first clause; None: it is placed under `root`.
        has_sections: whether the paper is divided by Roman numbers, so that what is numbered before the first of them
            still belongs to the opening.
    """

    def __init__(self, root: Clause, taken: set[str], opening: str | None = None, has_sections: bool = True) -> None:
        self.root = root
        self.taken = taken
        self.open: list[Clause] = []
        self.last: Clause | None = None
        self.texts: dict[str, str] = {}
        self._opening_path = opening
        self._has_sections = has_sections
        self._table: Clause | None = None

    def add(self, block: Block) -> None:
        """Place the next block."""
        if block.kind is Kind.ROW:
            self._add_row(block)
            return
        span = (block.start, block.end)
        if block.continues and self.last is not None:
            self.last.spans.append(span)
            self.texts[self.last.path] = block.text
            return
        if block.kind is Kind.FOOTNOTE:
            path = self.free(f"{layout()['labels']['footnote']} {block.mark}")
            self.root.children.append(Clause(path, *span, Kind.FOOTNOTE, [span]))
            return
        self._table = None
        parent = self._parent(block)
        path = self._path(block, parent)
        clause = Clause(path, *span, block.kind, [span], is_heading=_is_heading(block))
        self.texts[path] = block.text
        parent.children.append(clause)
        if block.kind is not Kind.PARAGRAPH:
            self.open = [*self._above(block.kind), clause]
        self.last = clause

    def _add_row(self, block: Block) -> None:
        """Place a row of a table, the first one as its head; a row without words is none."""
        words = fold(block.text)
        if not _LETTER.search(words):
            return
        labels, span = layout()["labels"], (block.start, block.end)
        if self._table is None:
            parent = self._parent(block)
            number = 1 + sum(child.kind is Kind.ROW for child in parent.children)
            prefix = f"{parent.path}{SEPARATOR}" if parent.path else ""
            path = self.free(f"{prefix}{labels['table']} {number}")
            self._table = Clause(path, *span, Kind.ROW, [span], is_heading=True)
            parent.children.append(self._table)
        else:
            path = self.free(f"{self._table.path}{SEPARATOR}{labels['row']} {1 + len(self._table.children)}")
            self._table.children.append(Clause(path, *span, Kind.ROW, [span]))
        self.last = None

    def _above(self, kind: Kind) -> list[Clause]:
        return [clause for clause in self.open if _DEPTH[clause.kind] < _DEPTH[kind]]

    def _parent(self, block: Block) -> Clause:
        if not self.open and (self._has_sections or block.kind in (Kind.PARAGRAPH, Kind.DASH, Kind.ROW)):
            return self._opening() if block.kind is not Kind.ROMAN else self.root
        if block.kind in (Kind.PARAGRAPH, Kind.ROW):
            closing = re.match(layout()["cues"]["closing"], block.text)
            holders = [clause for clause in self.open if clause.kind in _HOLDS_PARAGRAPHS]
            if closing:
                holders = [clause for clause in holders if clause.kind is Kind.ROMAN] or holders[:1]
            return holders[-1] if holders else self.root
        above = self._above(block.kind)
        if block.kind is Kind.DASH:
            while above and above[-1].kind is Kind.BRACKET and not self.texts[above[-1].path].rstrip().endswith(":"):
                above.pop()
            self.open = above
        return above[-1] if above else self.root

    def _opening(self) -> Clause:
        label = self._opening_path
        if label is None:
            return self.root
        for child in self.root.children:
            if child.path == label:
                return child
        self.root.children.append(Clause(label, 0, 0))
        return self.root.children[-1]

    def _path(self, block: Block, parent: Clause) -> str:
        prefix = f"{parent.path}{SEPARATOR}" if parent.path else ""
        if block.kind in (Kind.PARAGRAPH, Kind.DASH):
            mark = "¶" if block.kind is Kind.PARAGRAPH else "-"
            number = 1 + sum(child.path.startswith(f"{prefix}{mark}[") for child in parent.children)
            return self.free(f"{prefix}{mark}[{number}]")
        return self.free(prefix + block.mark)

    def free(self, path: str) -> str:
        """Return `path`, with a count behind it where it is taken, and take it."""
        chosen, count = path, 1
        while chosen in self.taken:
            count += 1
            chosen = f"{path}[{count}]"
        self.taken.add(chosen)
        return chosen


def _is_heading(block: Block) -> bool:
    words = fold(block.text)
    numbered = block.kind in (Kind.ROMAN, Kind.ARABIC, Kind.DECIMAL, Kind.LETTER)
    return numbered and len(words) <= _HEADING_AT_MOST and not words.endswith((".", ";", "./"))
