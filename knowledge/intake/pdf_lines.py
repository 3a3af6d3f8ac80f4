"""The lines of a PDF page in reading order: columns apart, ruled tables as rows, running heads dropped."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import Any

from knowledge.intake.extracted import table_rows
from knowledge.intake.layout import cue
from knowledge.intake.legacy_letters import in_font, legacy_of

GAP = 1.8
"""White space between two words, in letter heights, from which they stand in two columns."""

MARGIN_LINES = 2
"""Lines at the head and at the foot of a page among which a running head may stand."""

_RAISED = 0.75  # of the letters of a line, in height, below which a digit is the mark of a footnote
_SMALL = "\x01"
_SMALL_NUMBERS = re.compile(f"{_SMALL}(\\d(?:{_SMALL}\\d)*)")
_LOOSE_TABLE = 6  # stretches of words in lines of three or more of them
_RUNNING_ON = 0.5  # share of the pages on which a running head stands, at least
_CENTRED = 3.0  # letter heights by which a line centred in the right column may begin before the others
_NEXT_LINE = 3.0  # letter heights between two lines that follow each other, at most


@dataclass(frozen=True)
class Line:
    """Words on one line of a page; places in points from the left and the top.

    `column` counts from 0; `is_beside` tells that lines of another column stand beside this one's; `parts` is how many
    stretches of words white space parts the whole line into.
    """

    text: str
    left: float
    right: float
    top: float
    size: float
    column: int = 0
    page: int = 1
    is_row: bool = False
    parts: int = 1
    is_beside: bool = False

    @property
    def is_note(self) -> bool:
        """Whether a footnote begins here."""
        return self.text.startswith("<sup>")

    @property
    def letter_width(self) -> float:
        """The mean width of a letter, in points."""
        return (self.right - self.left) / max(1, len(self.text))


def lines_of_page(page: Any, number: int) -> list[Line]:
    """Return the lines of a pdfplumber `page`, tables as rows in their place."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables if len(table.rows) > 1 or len(table.rows[0].cells) > 1]
    outside = page.filter(lambda thing: thing["object_type"] != "char" or not _within(thing, boxes))
    lines = [line for row in _rows(outside.chars) for line in _split(row, number)]
    for table in tables:
        if table.bbox in boxes:
            lines.extend(_table_lines(page, table, number))
    return _in_reading_order(sorted(lines, key=lambda line: (line.top, line.left)))


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the lines of each page without page numbers and without what stands at the same edge of most pages."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({_bare(line.text) for line in _edges(lines)})
    often = {words for words, times in seen.items() if times >= max(2, _RUNNING_ON * len(pages))}
    kept = []
    for lines in pages:
        number = cue("page_number")
        dropped = [line for line in _edges(lines) if number.fullmatch(line.text) or _bare(line.text) in often]
        kept.append([line for line in lines if line not in dropped])
    return kept


def with_whole_columns(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Return the lines so that where columns go on over the end of a page, the right one follows the whole left one."""
    whole = [list(lines) for lines in pages]
    for above, below in itertools.pairwise(whole):
        if above and below and above[-1].is_beside and below[0].is_beside:
            right = list(takewhile(lambda line: line.column == 1 and line.is_beside, reversed(above)))[::-1]
            left = list(takewhile(lambda line: line.column == 0 and line.is_beside, below))
            del above[len(above) - len(right) :]
            below[: len(left)] = [*left, *right]
    return whole


def pages_with_loose_tables(pages: Sequence[Sequence[Line]]) -> list[int]:
    """Return the numbers of the pages on which words stand in three columns or more without ruled lines."""
    return [
        number for number, lines in enumerate(pages, start=1) if sum(line.parts >= 3 for line in lines) >= _LOOSE_TABLE
    ]


def is_two_columned(pages: Sequence[Sequence[Line]]) -> bool:
    """Tell whether most lines are running text in two columns, unlike a head or a signature set side by side."""
    lines = [line for page in pages for line in page if not line.is_row]
    right = [line for line in lines if line.column and len(line.text.split()) >= 4]
    return len(right) >= 12 and len(right) * 3 >= len(lines)


def _edges(lines: Sequence[Line]) -> list[Line]:
    ordered = sorted((line for line in lines if not line.is_row), key=lambda line: line.top)
    return [*ordered[:MARGIN_LINES], *ordered[-MARGIN_LINES:]]


def _bare(text: str) -> str:
    return " ".join("".join(letter for letter in text if not letter.isdigit()).split())


def _within(char: Any, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    middle, height = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return any(left <= middle <= right and top <= height <= bottom for left, top, right, bottom in boxes)


def _rows(chars: Sequence[Any]) -> list[list[Any]]:
    """Return the characters of each line, from left to right, the lines from top to bottom.

    A raised number is of the line beside whose large letters its middle lies.
    """
    rows: list[list[Any]] = []
    for char in sorted(chars, key=lambda each: (-round(each["size"], 1), each["top"])):
        middle = (char["top"] + char["bottom"]) / 2
        row = next((row for row in reversed(rows) if row[0]["top"] <= middle <= row[0]["bottom"]), None)
        if row is None:
            rows.append([char])
        else:
            row.append(char)
    rows.sort(key=lambda row: float(row[0]["top"]))
    return [sorted(row, key=lambda each: each["x0"]) for row in rows]


def _split(row: Sequence[Any], page: int) -> list[Line]:
    """Return the line of a row of characters, or its columns where white space parts it in two."""
    solid = [char for char in row if not char["text"].isspace()]
    cuts = [n for n in range(1, len(solid)) if _gap(solid[n - 1], solid[n]) > GAP * solid[n]["size"]]
    parts, begin = [], 0
    for cut in [*cuts, len(solid)]:
        words = _words(solid[begin:cut])
        if words and not (cut < len(solid) and cue("opens").fullmatch(f"{words} ")):  # a number before its tab
            parts.append(solid[begin:cut])
            begin = cut
    lines = []
    for column, part in enumerate(parts):
        size = max(char["size"] for char in part)
        lines.append(
            Line(
                _words(part),
                part[0]["x0"],
                part[-1]["x1"],
                part[0]["top"],
                size,
                min(column, 1),
                page,
                parts=len(parts),
            )
        )
    return lines


def _gap(before: Any, after: Any) -> float:
    return float(after["x0"] - before["x1"])


def _words(chars: Sequence[Any]) -> str:
    """Return the words of characters in a line: a space where there is a gap, legacy letters by their font."""
    text = ""
    for font, group in groupby(_spaced(chars), key=lambda piece: piece[1]):
        text += in_font("".join(words for words, _ in group), font)
    numbered = _SMALL_NUMBERS.sub(lambda match: f"<sup>{match.group(1).replace(_SMALL, '')}</sup>", text)
    return " ".join(numbered.split())


def _spaced(chars: Sequence[Any]) -> list[tuple[str, str | None]]:
    pieces: list[tuple[str, str | None]] = []
    size = max((char["size"] for char in chars), default=0.0)
    for n, char in enumerate(chars):
        font = str(char["fontname"]).rpartition("+")[2]
        named = font if legacy_of(font) else None
        gap = n and _gap(chars[n - 1], char) > 0.15 * char["size"]
        raised = char["text"].isdigit() and char["size"] < _RAISED * size
        words = f"{_SMALL}{char['text']}" if raised else char["text"]
        pieces.append((f" {words}" if gap else words, named))
    return pieces


def _table_lines(page: Any, table: Any, number: int) -> list[Line]:
    chars = [char for char in page.chars if not char["text"].isspace()]
    rows, tops = [], []
    for row in table.rows:
        cells = [_cell(chars, box) if box else "" for box in row.cells]
        if any(cells):
            rows.append(cells)
            tops.append(row.bbox[1])
    left, _, right, _ = table.bbox
    texts = table_rows(rows)
    return [Line(text, left, right, top, 0.0, page=number, is_row=True) for text, top in zip(texts, tops, strict=True)]


def _cell(chars: Sequence[Any], box: tuple[float, float, float, float]) -> str:
    return " ".join(_words(row) for row in _rows([char for char in chars if _within(char, [box])]))


def _in_reading_order(lines: list[Line]) -> list[Line]:
    """Return the lines so that where two columns stand side by side the left one comes first."""
    ordered: list[Line] = []
    beside: list[Line] = []
    edge = 0.0
    for n, line in enumerate(lines):
        partner = next((other for other in lines if other.column and abs(other.top - line.top) < line.size), None)
        if partner is not None and not line.is_row:
            edge = partner.left
        elif line.is_row or not beside or not _stays_beside(line, beside, lines[n + 1 :], edge):
            ordered += sorted(beside, key=lambda each: each.column)
            beside = []
            ordered.append(line)
            continue
        beside.append(replace(line, column=int(line.left >= edge - line.size), is_beside=True))
    return ordered + sorted(beside, key=lambda each: each.column)


def _stays_beside(line: Line, beside: list[Line], following: list[Line], edge: float) -> bool:
    """Tell whether a line that stands alone at its height goes on with one of two columns.

    On the left it does as long as the right one goes on as well, or if it is of the list of recipients.
    """
    if line.top - beside[-1].top > _NEXT_LINE * line.size or cue("part").match(line.text):
        return False
    if line.left >= edge - _CENTRED * line.size:
        return True
    if line.right >= edge - line.size:
        return False
    if any(cue("recipients").match(each.text) for each in beside):
        return True
    below = takewhile(lambda each: each.left >= edge - each.size or each.right < edge - each.size, following)
    return any(each.left >= edge - each.size for each in below)
