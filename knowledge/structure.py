"""From the text of a plan to its tree of clauses and to the passages that can be cited.

Paths name a clause's place and are unique within a plan. They are built like this:

    II › 6 › (2)           sub-item (2) of item 6 of section II
    II › 3 › -[2]          second dash item
    II › 3 › ¶[1]          first unnumbered paragraph
    III[2] › 2             item 2 of the second section numbered III
    III › 2[2]             second item numbered 2
    III › 1.1              decimal numbers are kept as written
    Mở đầu                 what stands before the first section
    Chú thích 7            footnote 7
    Nơi nhận, Người ký     the recipients, the signature
    Biểu mẫu › Cột (3), Biểu mẫu › Ghi chú (6)    a column of the form, a note under it
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.blocks import Block, Kind, Line, blocks_of, lines_of, wrap_width
from knowledge.forms_in_text import form_clauses
from knowledge.reading import fold

SEPARATOR = " › "
_DEPTH = {Kind.ROMAN: 1, Kind.ARABIC: 2, Kind.DECIMAL: 3, Kind.LETTER: 4, Kind.BRACKET: 5, Kind.DASH: 6}
_HOLDS_PARAGRAPHS = (Kind.ROMAN, Kind.ARABIC, Kind.DECIMAL, Kind.LETTER)
_HEADING_AT_MOST = 140
_SIGNATURE = re.compile(r"[A-ZÀ-ỸĐ][A-ZÀ-ỸĐ .,/\-]{5,}$")


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


@dataclass(frozen=True)
class Passage:
    """The smallest span that can be cited: `fold(source[start:end]) == text`."""

    plan_id: str
    path: str
    start: int
    end: int
    text: str
    is_heading: bool


@cache
def layout() -> dict[str, Any]:
    """Return the layout words: `labels` for paths and `cues` to look for."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("layout.yml").read_text(encoding="utf-8"))
    return loaded


def parse(text: str) -> Clause:
    """Return the root clause of a plan's stored text (path "", covering everything)."""
    lines = lines_of(text)
    body_lines, recipient_lines, signature_lines, form_lines = _parts(lines)
    wrap = wrap_width(lines)
    body_blocks = blocks_of(text, body_lines, wrap)
    tail_notes = [block for block in blocks_of(text, signature_lines, wrap) if block.kind is Kind.FOOTNOTE]
    root = Clause("", 0, len(text))
    builder = _TreeBuilder(root)
    for block in body_blocks:
        builder.add(block)
    labels = layout()["labels"]
    if recipient_lines:
        root.children.append(_recipients(text, recipient_lines, wrap, labels["recipients"]))
    signed = [line for line in signature_lines if not line.text.startswith("<sup>")]
    if signed:
        span = (signed[0].start, signed[-1].end)
        root.children.append(Clause(labels["signer"], *span, spans=[span]))
    for note in tail_notes:
        builder.add(note)
    if form_lines:
        form, parts = form_clauses(form_lines, labels, layout()["cues"])
        children = [Clause(path, *span, spans=[span]) for path, span in parts]
        root.children.append(Clause(form[0], form[1][0], form_lines[-1].end, spans=[form[1]], children=children))
    _close(root)
    return root


def passages_of(plan_id: str, text: str, root: Clause) -> list[Passage]:
    """Return the passages of a plan in reading order, one for each own span of each clause."""
    return [
        Passage(plan_id, clause.path, start, end, fold(text[start:end]), clause.is_heading)
        for clause in root.walk()
        for start, end in clause.spans
    ]


def outline(text: str, root: Clause) -> list[str]:
    """Return one line a passage: its path, its length in characters, and how it begins and ends."""
    rows = []
    for clause in root.walk():
        for start, end in clause.spans:
            words = fold(text[start:end])
            shown = words if len(words) <= 90 else f"{words[:50]} … {words[-35:]}"
            rows.append(f"{clause.path} | {len(words)} | {shown}")
    return rows


def _parts(lines: list[Line]) -> tuple[list[Line], list[Line], list[Line], list[Line]]:
    cues = layout()["cues"]
    recipients = next((n for n, line in enumerate(lines) if re.match(cues["recipients"], line.text)), len(lines))
    signature = next((n for n in range(recipients + 1, len(lines)) if _SIGNATURE.match(lines[n].text)), len(lines))
    form = next((n for n in range(signature + 1, len(lines)) if re.match(cues["form"], lines[n].text)), len(lines))
    return lines[:recipients], lines[recipients:signature], lines[signature:form], lines[form:]


def _recipients(text: str, lines: list[Line], wrap: int, label: str) -> Clause:
    clause = Clause(label, lines[0].start, lines[-1].end, spans=[(lines[0].start, lines[0].end)])
    counts = {Kind.DASH: 0, Kind.PARAGRAPH: 0}
    for block in blocks_of(text, lines[1:], wrap):
        kind = Kind.DASH if block.kind is Kind.DASH else Kind.PARAGRAPH
        counts[kind] += 1
        mark = "-" if kind is Kind.DASH else "¶"
        path = f"{label}{SEPARATOR}{mark}[{counts[kind]}]"
        clause.children.append(Clause(path, block.start, block.end, kind, [(block.start, block.end)]))
    return clause


class _TreeBuilder:
    """Places block after block in the tree; `open` are the clauses that may still receive children."""

    def __init__(self, root: Clause) -> None:
        self.root = root
        self.open: list[Clause] = []
        self.last: Clause | None = None
        self.taken: set[str] = set()
        self.texts: dict[str, str] = {}

    def add(self, block: Block) -> None:
        span = (block.start, block.end)
        if block.continues and self.last is not None:
            self.last.spans.append(span)
            self.texts[self.last.path] = block.text
            return
        if block.kind is Kind.FOOTNOTE:
            path = self._unique(f"{layout()['labels']['footnote']} {block.mark}")
            self.root.children.append(Clause(path, *span, Kind.FOOTNOTE, [span]))
            return
        parent = self._parent(block)
        path = self._path(block, parent)
        clause = Clause(path, *span, block.kind, [span], is_heading=_is_heading(block))
        self.texts[path] = block.text
        parent.children.append(clause)
        if block.kind is not Kind.PARAGRAPH:
            self.open = [*self._above(block.kind), clause]
        self.last = clause

    def _above(self, kind: Kind) -> list[Clause]:
        return [clause for clause in self.open if _DEPTH[clause.kind] < _DEPTH[kind]]

    def _parent(self, block: Block) -> Clause:
        if not self.open and block.kind is not Kind.ROMAN:
            return self._opening()
        if block.kind is Kind.PARAGRAPH:
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
        label = layout()["labels"]["opening"]
        for child in self.root.children:
            if child.path == label:
                return child
        self.root.children.append(Clause(label, 0, 0))
        return self.root.children[-1]

    def _path(self, block: Block, parent: Clause) -> str:
        prefix = f"{parent.path}{SEPARATOR}" if parent.path else ""
        if block.kind in (Kind.PARAGRAPH, Kind.DASH):
            mark = "¶" if block.kind is Kind.PARAGRAPH else "-"
            number = 1 + sum(child.kind is block.kind for child in parent.children)
            return self._unique(f"{prefix}{mark}[{number}]")
        return self._unique(prefix + block.mark)

    def _unique(self, path: str) -> str:
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


def _close(clause: Clause) -> None:
    """Set each clause's start and end to cover its own spans and all below it."""
    for child in clause.children:
        _close(child)
    edges = [*clause.spans, *((child.start, child.end) for child in clause.children)]
    if edges and clause.path:
        clause.start = min(start for start, _ in edges)
        clause.end = max(end for _, end in edges)
