"""A registration form that stands in a plan's text as a table: its columns, groups and notes.

A table is flattened, each cell beginning with a tab (a cell's further lines do not) and the rows divided by empty
lines, or its rows are lines with a bar on either side of each cell.
"""

import re
from collections.abc import Iterator, Mapping

from knowledge.blocks import BAR, Line

Span = tuple[int, int]
Cell = tuple[int, int, str]  # where it begins and ends, and its words

_COLUMN_NUMBER = re.compile(r"\((\d{1,2})\)$")
_NOTE = re.compile(r"\((\d{1,2})\)\s*:")
_GROUP = re.compile(r"([IVX]{1,5})\.?$")
_BETWEEN_BARS = re.compile(r"(?<=\|)[^|\n]*(?=\|)")


def is_cell(line: Line) -> bool:
    """Tell whether `line` is of a table."""
    return "\t" in line.indent or line.text.startswith(BAR)


def note_number(words: str) -> str | None:
    """Return the number of the column that a note explains ("(3): ..."), None where `words` are no such note."""
    note = _NOTE.match(words)
    return note.group(1) if note else None


def form_clauses(
    lines: list[Line], form: str, labels: Mapping[str, str], cues: Mapping[str, str]
) -> list[tuple[str, Span]]:
    """Return the (path, span) of the parts of the form at the path `form`, in order of appearance.

    `lines` are those of the table and its notes. A table without a row of column numbers has its columns counted
    from 1.
    """
    prefix = f"{form} › "
    rows = [list(_between_bars(line)) for line in lines if line.text.startswith(BAR)]
    cells = _cells(lines)
    columns = _columns_of_head(rows) if rows else _columns(cells, cues)
    parts = [(f"{prefix}{labels['column']} ({number})", span) for number, span in columns]
    for place, (start, _end, words) in enumerate(cells):
        group = _GROUP.match(words)
        if group and place + 1 < len(cells):
            parts.append((prefix + group.group(1), (start, cells[place + 1][1])))
        number = note_number(words)
        if number:
            parts.append((f"{prefix}{labels['note']} ({number})", cells[place][:2]))
    return parts


def _cells(lines: list[Line]) -> list[Cell]:
    cells: list[Cell] = []
    in_bars = any(line.text.startswith(BAR) for line in lines)
    for line in lines:
        if line.text.startswith(BAR):
            cells += [cell for cell in _between_bars(line) if cell[2]]
        elif "\t" in line.indent or not cells or in_bars:
            cells.append((line.start, line.end, line.text))
        else:
            start, _, words = cells[-1]
            cells[-1] = (start, line.end, f"{words} {line.text}")
    return cells


def _between_bars(line: Line) -> Iterator[Cell]:
    """Yield the cells of a row of bars, empty ones too."""
    for match in _BETWEEN_BARS.finditer(line.text):
        words = match.group().strip()
        start = line.start + match.start() + (len(match.group()) - len(match.group().lstrip()))
        yield start, start + len(words), words


def _columns_of_head(rows: list[list[Cell]]) -> list[tuple[int, Span]]:
    """Return the columns of a table of bars, numbered by the row of column numbers where one stands under the head."""
    head, *below = rows
    numbers = [_COLUMN_NUMBER.match(words) for _, _, words in below[0]] if below else []
    if not any(numbers):
        return [(n, (start, end)) for n, (start, end, words) in enumerate(head, start=1) if words]
    pairs = zip(numbers, head, strict=False)
    return [(int(number.group(1)), (start, end)) for number, (start, end, words) in pairs if number and words]


def _columns(cells: list[Cell], cues: Mapping[str, str]) -> list[tuple[int, Span]]:
    head = next((n for n, cell in enumerate(cells) if re.match(cues["form_head"], cell[2])), None)
    if head is None:
        return []
    numbered = next((n for n in range(head, len(cells)) if _COLUMN_NUMBER.match(cells[n][2])), head + 1)
    return [(n - head + 1, cells[n][:2]) for n in range(head, numbered)]
