"""From the stored text of a plan to its blocks: numbered items, dash items, paragraphs, footnotes.

A block is one stretch of the source that belongs together. Sources come hard-wrapped (every line followed by an empty
one), as one line a paragraph, or as Markdown; footnotes and page ends may cut a sentence in two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from knowledge.reading import page_numbers

WRAPPED_BELOW = 130
"""Longest line, in characters, of a text that counts as hard-wrapped."""

FULL_LINE = 0.75
"""Share of the longest line from which a line without a sentence end is taken to run on."""

FULL_LINES = 0.3
"""Share of the lines of a hard-wrapped text that are about full, at least; short paragraphs alone are not wrapped."""


class Kind(Enum):
    """What opens a block."""

    ROMAN = "roman"
    ARABIC = "arabic"
    DECIMAL = "decimal"
    LETTER = "letter"
    BRACKET = "bracket"
    DASH = "dash"
    PARAGRAPH = "paragraph"
    FOOTNOTE = "footnote"
    ROW = "row"


@dataclass(frozen=True)
class Block:
    """A stretch of source text: `text[start:end]`, its kind, and the mark that opens it (`II`, `3`, `(2)`, `7`)."""

    kind: Kind
    mark: str
    start: int
    end: int
    text: str
    continues: bool = False


@dataclass(frozen=True)
class Line:
    """One line that holds text; `start` and `end` leave out white space and Markdown marks around it."""

    start: int
    end: int
    text: str
    indent: str


BAR = "|"
"""Stands on either side of each cell where a line is the row of a table."""

_MARKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.FOOTNOTE, re.compile(r"<sup>\s*(\d+)\s*</sup>[ \t]*(?=\S)")),
    (Kind.ROMAN, re.compile(r"([IVX]{1,6})\s?[./][*\s]+(?=[^\W\d_])")),
    (Kind.DECIMAL, re.compile(r"(\d{1,2}(?:\.\d{1,2})+)\.?[*\s]*(?=[^\W\d_])")),
    (Kind.ARABIC, re.compile(r"(\d{1,2})\s?[./][*\s]+(?=\S)")),
    (Kind.BRACKET, re.compile(r"(\(\d{1,2}\)|\d{1,2}\)(?=\s))[*\s]*(?=[^\W\d_])")),
    (Kind.LETTER, re.compile(r"([a-zđ])\s?[)./][*\s]+(?=\S)")),
    (Kind.DASH, re.compile(r"([-–+•])\s*(?=[^\W_]|[“\"(])")),
)
_AROUND_START = re.compile(r"[ \t\f\u00a0]*(?:#{1,6}[ \t]+)?\**")
_AROUND_END = re.compile(r"[\s*\u00a0]*$")
_ENDED = re.compile(r"[.;:!?…/][”\"»)]*(?:<sup>\d+</sup>)?[”\"»).;]*$")


def lines_of(text: str) -> list[Line]:
    """Return the lines of `text` that hold text, without page-number lines."""
    skipped = {start for start, _ in page_numbers(text)}
    lines: list[Line] = []
    position = 0
    for raw in text.split("\n"):
        lead = _AROUND_START.match(raw)
        left = lead.end() if lead else 0
        right = _AROUND_END.search(raw)
        size = right.start() if right else len(raw)
        if size > left and position not in skipped:
            lines.append(Line(position + left, position + size, raw[left:size], raw[:left]))
        position += len(raw) + 1
    return lines


def wrap_width(lines: list[Line]) -> int:
    """Return the width, in characters, at which the text is hard-wrapped, or 0 where it is not."""
    widths = [line.end - line.start for line in lines]
    widest = max(widths, default=0)
    full = sum(width >= FULL_LINE * widest for width in widths)
    return widest if widest <= WRAPPED_BELOW and full >= FULL_LINES * len(lines) else 0


def blocks_of(text: str, lines: list[Line], wrap: int) -> list[Block]:
    """Group `lines` of `text`, hard-wrapped at `wrap` characters (0: not), into blocks in order of appearance."""
    blocks: list[Block] = []
    for previous, line in _pairs(lines):
        block = _opened_by(line)
        body = next((seen for seen in reversed(blocks) if seen.kind is not Kind.FOOTNOTE), None)
        if body is not None and _continues(block, body, previous, line, wrap):
            if blocks[-1] is body:
                blocks[-1] = replace(body, end=line.end, text=text[body.start : line.end])
                continue
            block = replace(block, kind=body.kind, mark=body.mark, continues=True)
        blocks.append(block)
    return blocks


def _pairs(lines: list[Line]) -> Iterator[tuple[Line | None, Line]]:
    previous: Line | None = None
    for line in lines:
        yield previous, line
        previous = line


def _opened_by(line: Line) -> Block:
    if line.text.startswith(BAR):
        row = line.text.strip(f"{BAR} \t")
        start = line.start + line.text.index(row)
        return Block(Kind.ROW, "", start, start + len(row), row)
    for kind, pattern in _MARKS:
        match = pattern.match(line.text)
        if match:
            start = line.start + (match.end() if kind is Kind.FOOTNOTE else 0)
            return Block(kind, match.group(1), start, line.end, line.text[start - line.start :])
    return Block(Kind.PARAGRAPH, "", line.start, line.end, line.text)


def _continues(block: Block, body: Block, previous: Line | None, line: Line, wrap: int) -> bool:
    if block.kind in (Kind.FOOTNOTE, Kind.ROW) or body.kind is Kind.ROW or previous is None:
        return False
    runs_on = bool(wrap) and _runs_on(body, previous, line, wrap)
    if block.kind is Kind.DASH:
        return runs_on and not _ENDED.search(body.text)
    if block.kind is not Kind.PARAGRAPH:
        return False
    if line.text[0].islower() or (line.text[0] in "(,;" and not _ENDED.search(body.text)):
        return True
    return runs_on


def _runs_on(body: Block, previous: Line, line: Line, wrap: int) -> bool:
    """Tell whether `previous` was broken for its width only.

    After a sentence end it was if the first word of `line` would not have fitted; otherwise if it is about full.
    """
    width = previous.end - previous.start
    if not _ENDED.search(body.text):
        return width >= FULL_LINE * wrap
    first_word = line.text.split(maxsplit=1)[0]
    return width + 1 + len(first_word) > wrap - 4
