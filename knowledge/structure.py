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
    II › 2 › Bảng 1 › Dòng 3    third row of the first table under item 2; Bảng 1 alone is the table's head
    Nơi nhận, Người ký     the recipients, the signature
    Biểu mẫu › Cột (3), Biểu mẫu › Ghi chú (6)    a column of the form, a note under it
    Phụ lục II › 1         item 1 of the annex numbered II

In a paper without sections the items numbered 1, 2, 3 are the outermost clauses.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from knowledge.blocks import Block, Kind, Line, blocks_of, lines_of, wrap_width
from knowledge.forms_in_text import form_clauses, is_cell, note_number
from knowledge.reading import fold
from knowledge.tree import SEPARATOR, Clause, TreeBuilder, layout

__all__ = ["SEPARATOR", "Clause", "Passage", "layout", "outline", "parse", "passages_of"]

_SIGNATURE = re.compile(r"[A-ZÀ-ỸĐ][A-ZÀ-ỸĐ .,/’'\-]{5,}$")
_TITLE_LINES = 4  # of an annex or a form, at most
_TITLE_LINE = 120  # characters of one of them, at most


@dataclass(frozen=True)
class Passage:
    """The smallest span that can be cited: `fold(source[start:end]) == text`."""

    plan_id: str
    path: str
    start: int
    end: int
    text: str
    is_heading: bool


def parse(text: str) -> Clause:
    """Return the root clause of a plan's stored text (path "", covering everything)."""
    lines = lines_of(text)
    body_lines, recipient_lines, signature_lines, tail_lines = _parts(lines)
    wrap = wrap_width(lines)
    body_blocks = blocks_of(text, body_lines, wrap)
    tail_notes = [block for block in blocks_of(text, signature_lines, wrap) if block.kind is Kind.FOOTNOTE]
    root, labels, taken = Clause("", 0, len(text)), layout()["labels"], set[str]()
    has_sections = any(block.kind is Kind.ROMAN for block in body_blocks)
    builder = TreeBuilder(root, taken, labels["opening"], has_sections)
    _add_all(builder, body_blocks)
    if recipient_lines:
        root.children.append(_recipients(text, recipient_lines, wrap, labels["recipients"]))
    signed = [line for line in signature_lines if not line.text.startswith("<sup>")]
    if signed:
        span = (signed[0].start, signed[-1].end)
        root.children.append(Clause(labels["signer"], *span, spans=[span]))
    _add_all(builder, tail_notes)
    for section in _sections(tail_lines):
        root.children.append(_tail_section(text, section, wrap, taken))
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
    """Return the lines of the body, of the recipients, of the signature, and of the annexes and forms behind it."""
    cues = layout()["cues"]
    recipients = next((n for n, line in enumerate(lines) if re.match(cues["recipients"], line.text)), len(lines))
    signature = next((n for n in range(recipients + 1, len(lines)) if _SIGNATURE.match(lines[n].text)), len(lines))
    form = next((n for n in range(signature + 1, len(lines)) if re.match(cues["form"], lines[n].text)), len(lines))
    return lines[:recipients], lines[recipients:signature], lines[signature:form], lines[form:]


def _sections(lines: list[Line]) -> list[list[Line]]:
    """Divide what stands behind the signature: every annex begins one, and so does a form behind something else."""
    cues = layout()["cues"]
    sections: list[list[Line]] = []
    for line in lines:
        aside = is_cell(line)
        begun = bool(sections) and len(sections[-1]) > len(_title_of(sections[-1]))
        begins = not aside and (
            re.match(cues["annex"], line.text) or (begun and re.match(cues["form_title"], line.text))
        )
        if not sections or (begins and begun):
            sections.append([])
        sections[-1].append(line)
    return sections


def _title_of(section: list[Line]) -> list[Line]:
    """Return the lines of a section's title: those before its first cell or numbered item, none that is a sentence."""
    if any("\t" in line.indent for line in section):
        return section[:1]
    paragraphs = takewhile(lambda line: not is_cell(line) and _is_title_line(line), section[:_TITLE_LINES])
    return list(paragraphs) or section[:1]


def _is_title_line(line: Line) -> bool:
    (block,) = blocks_of(line.text, [line], 0)
    sentence = line.text.endswith((".", ":", ";")) or "…" in line.text or "..." in line.text
    return block.kind in (Kind.PARAGRAPH, Kind.ROMAN) and len(line.text) <= _TITLE_LINE and not sentence


def _tail_section(text: str, lines: list[Line], wrap: int, taken: set[str]) -> Clause:
    """Return the clause of an annex or of a form; a form's columns, groups and notes are told apart."""
    labels, cues = layout()["labels"], layout()["cues"]
    title = _title_of(lines)
    span = (title[0].start, title[-1].end)
    heading = fold(text[slice(*span)])
    annex = re.match(cues["annex"], heading)
    if annex and not re.search(cues["registration"], heading):
        number = annex["number"]
        builder = TreeBuilder(Clause("", *span, spans=[span], is_heading=True), taken)
        builder.root.path = builder.free(f"{labels['annex']} {number}" if number else labels["annex"])
        _add_all(builder, blocks_of(text, lines[len(title) :], wrap))
        return builder.root
    builder = TreeBuilder(Clause("", *span, spans=[span]), taken)
    builder.root.path = builder.free(labels["form"])
    cells = [line for line in lines[len(title) :] if is_cell(line) or note_number(line.text)]
    if any(is_cell(line) for line in cells):
        in_tabs = any("\t" in line.indent for line in cells)
        parts = form_clauses(lines[len(title) :] if in_tabs else cells, builder.root.path, labels, cues)
        builder.root.children += [Clause(path, *part, spans=[part]) for path, part in parts]
        cells = lines if in_tabs else cells
    _add_all(builder, blocks_of(text, [line for line in lines[len(title) :] if line not in cells], wrap))
    return builder.root


def _add_all(builder: TreeBuilder, blocks: list[Block]) -> None:
    for block in blocks:
        builder.add(block)


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


def _close(clause: Clause) -> None:
    """Set each clause's start and end to cover its own spans and all below it."""
    for child in clause.children:
        _close(child)
    edges = [*clause.spans, *((child.start, child.end) for child in clause.children)]
    if edges and clause.path:
        clause.start = min(start for start, _ in edges)
        clause.end = max(end for _, end in edges)
