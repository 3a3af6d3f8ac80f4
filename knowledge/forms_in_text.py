"""A registration form that stands in a plan's text as a flattened table: its title, columns, groups and notes.

Each cell begins with a tab; a cell's further lines do not. Rows are divided by empty lines.
"""

import re
from collections.abc import Mapping

from knowledge.blocks import Line

Span = tuple[int, int]

_COLUMN_NUMBER = re.compile(r"\((\d{1,2})\)$")
_NOTE = re.compile(r"\((\d{1,2})\)\s*:")
_GROUP = re.compile(r"([IVX]{1,5})$")


def form_clauses(
    lines: list[Line], labels: Mapping[str, str], cues: Mapping[str, str]
) -> tuple[tuple[str, Span], list[tuple[str, Span]]]:
    """Return the form's own (path, span) and those of its parts, in order of appearance.

    `lines` begin with the form's title. A table without a row of column numbers has its columns counted from 1.
    """
    title = lines[0]
    prefix = f"{labels['form']} › "
    cells = _cells(lines[1:])
    parts = [(f"{prefix}{labels['column']} ({number})", span) for number, span in _columns(cells, cues)]
    for place, (start, _end, words) in enumerate(cells):
        group = _GROUP.match(words)
        if group and place + 1 < len(cells):
            parts.append((prefix + group.group(1), (start, cells[place + 1][1])))
        note = _NOTE.match(words)
        if note:
            parts.append((f"{prefix}{labels['note']} ({note.group(1)})", cells[place][:2]))
    return (labels["form"], (title.start, title.end)), parts


def _cells(lines: list[Line]) -> list[tuple[int, int, str]]:
    cells: list[tuple[int, int, str]] = []
    for line in lines:
        if "\t" in line.indent or not cells:
            cells.append((line.start, line.end, line.text))
        else:
            start, _, words = cells[-1]
            cells[-1] = (start, line.end, f"{words} {line.text}")
    return cells


def _columns(cells: list[tuple[int, int, str]], cues: Mapping[str, str]) -> list[tuple[int, Span]]:
    head = next((n for n, cell in enumerate(cells) if re.match(cues["form_head"], cell[2])), None)
    if head is None:
        return []
    numbered = next((n for n in range(head, len(cells)) if _COLUMN_NUMBER.match(cells[n][2])), head + 1)
    return [(n - head + 1, cells[n][:2]) for n in range(head, numbered)]
