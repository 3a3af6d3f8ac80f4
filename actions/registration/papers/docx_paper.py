"""A paper as a Word document (.docx)."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from docx.oxml.xmlchemy import BaseOxmlElement

from actions.registration.papers.docx_styles import new_document, text_width
from actions.registration.papers.docx_xml import cell, paragraph, parsed, row, table
from actions.registration.papers.form_words import NUMBER
from actions.registration.papers.heads import RULE
from actions.registration.papers.paper import Column, Head, Paper, PaperTable, Row, Signature
from actions.registration.papers.rows import UNIT

NAME_RULE, TITLE_RULE = 24, 40  # millimetres
LAST_ROWS = 2  # stay with the notes and the signature

# In millimetres, by field; the columns of text share what is left.
_UPRIGHT = {NUMBER: 10.0, "quantity": 15.5, "start_period": 22.0, "scale": 20.0, "completion_period": 22.0}
_WIDE = {**_UPRIGHT, "start_period": 31.0, "completion_period": 31.0}  # a month on one line
_TEXTS = {"unit_name": 1.0, "model_name": 1.6, "location": 1.0}
_ONE_LINE = re.compile(r"“[^”]{1,40}”(?:[^“”]{1,12}$)?")  # a quoted name in a title, and a short rest after it
_LAST_WORDS = re.compile(r"(?:\S+ ){2}\S+$")  # of the body above: no syllable of "tỉnh Cao Bằng" stands alone


def docx_of(paper: Paper, now: datetime) -> bytes:
    """Return the document; `now` (aware) stands in its properties."""
    document = new_document(paper.title, now, wide=paper.wide)
    body = document.element.body
    end = body[-1]  # the section's own properties stay last
    for element in _elements(paper):
        end.addprevious(element)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _elements(paper: Paper) -> Iterator[BaseOxmlElement]:
    width = text_width(wide=paper.wide)
    yield _head(paper.head, width, 0.5 if paper.wide else paper.head.kind.left)
    for number, each in enumerate(paper.tables):
        last = number == len(paper.tables) - 1
        yield parsed(paragraph("", "PaperSpace", size=14, keep_next=True, page_break=number > 0 and paper.wide))
        for text in each.title:
            yield parsed(paragraph(_ONE_LINE.sub(_unbroken, text), "PaperTitle", keep_next=True))
        for text in each.remarks:
            yield parsed(paragraph(text, "PaperRemark", keep_next=True))
        if number == 0:
            yield _rule(width, TITLE_RULE)
            if paper.addressee:
                yield parsed(paragraph(paper.addressee, "PaperAddressee", keep_next=True))
        yield parsed(paragraph("", "PaperSpace", keep_next=True))
        yield _table(each, width, keep_last=last or bool(each.notes))
        for at, note in enumerate(each.notes):
            keep = last or at < len(each.notes) - 1
            yield parsed(paragraph(note, "PaperNote" if at else "PaperNotesHead", keep_next=keep))
    yield parsed(paragraph("", "PaperSpace", keep_next=True))
    for text in paper.footnotes:
        yield parsed(paragraph(text, "PaperFootnote", keep_next=True))
    yield _signatures(paper, width)
    yield parsed(paragraph("", "PaperSpace", size=1))


def _unbroken(words: re.Match[str]) -> str:
    """Return what was matched so that no line ends within it."""
    return words.group().replace(" ", "\u00a0")


def _head(head: Head, width: float, share: float) -> BaseOxmlElement:
    kind = head.kind
    left_width = round(width * share)
    above = _LAST_WORDS.sub(_unbroken, head.above)
    left = [paragraph(above, "PaperAbove", size=kind.above_size)] if above else []
    left.append(paragraph(head.name, "PaperName", size=kind.name_size))
    if kind.mark == RULE:
        left.append(_rule_text(left_width, NAME_RULE))
    else:
        left.append(paragraph(kind.mark, "PaperAbove"))
    right = []
    for line in kind.right:
        right.append(paragraph(line.text, "PaperName", size=line.size))
        if line.rule:
            right.append(_rule_text(width - left_width, line.rule))
    widths = [left_width, width - left_width]
    tops = ("".join(left), "".join(right))
    under = (paragraph(kind.number, "PaperNumber"), paragraph(head.date_line, "PaperDate"))
    rows = [row(map(cell, contents, widths)) for contents in (tops, under)]
    return table(rows, widths, ruled=False)


def _table(paper_table: PaperTable, width: float, *, keep_last: bool) -> BaseOxmlElement:
    columns = paper_table.columns
    widths = _widths(columns, width)
    headings = [(column.heading, "PaperColumn") for column in columns]
    numbers = [("" if column.number is None else f"({column.number})", "PaperColumnNumber") for column in columns]
    heads = [
        row((cell(paragraph(*said), wide, middle=True) for said, wide in zip(line, widths, strict=True)), header=True)
        for line in (headings, numbers)
    ]
    kept = len(paper_table.rows) - LAST_ROWS if keep_last else len(paper_table.rows)
    rows = []
    for at, (each, after) in enumerate(zip(paper_table.rows, [*paper_table.rows[1:], None], strict=True)):
        begins = each.kind != "model" and after is not None and after.kind != each.kind
        write = _model if each.kind == "model" else _sum
        rows.append(write(each, columns, widths, keep_next=begins or at >= kept))
    return table([*heads, *rows], widths, ruled=True, caption=paper_table.title[-1])


def _model(each: Row, columns: Sequence[Column], widths: Sequence[float], *, keep_next: bool) -> str:
    styles = ("PaperText" if column.field in _TEXTS else "PaperValue" for column in columns)
    return row(
        cell(paragraph(text, style, keep_next=keep_next), width)
        for text, style, width in zip(each.cells, styles, widths, strict=True)
    )


def _sum(each: Row, columns: Sequence[Column], widths: Sequence[float], *, keep_next: bool) -> str:
    """Return a row of totals; its heading reaches as far as the quantity."""
    amount = next(at for at, column in enumerate(columns) if column.field == "quantity")
    numeral, heading, *_ = each.cells
    cells = [
        cell(paragraph(numeral, "PaperGroupValue", keep_next=keep_next), widths[0]),
        cell(paragraph(heading, "PaperGroup", keep_next=keep_next), sum(widths[1:amount]), span=amount - 1),
    ]
    for text, width in zip(each.cells[amount:], widths[amount:], strict=True):
        cells.append(cell(paragraph(text, "PaperGroupValue", keep_next=keep_next), width))
    return row(cells)


def _widths(columns: Sequence[Column], width: float) -> list[float]:
    known = _WIDE if any(column.field == UNIT for column in columns) else _UPRIGHT
    left = width - sum(known.get(column.field, 0.0) for column in columns)
    shares = sum(_TEXTS.get(column.field, 0.0) for column in columns)
    return [known.get(column.field) or left * _TEXTS[column.field] / shares for column in columns]


def _signatures(paper: Paper, width: float) -> BaseOxmlElement:
    left = _signature(paper.left) if paper.left else _copies(paper)
    widths = [width * 0.45, width * 0.55]
    return table([row(map(cell, (left, _signature(paper.right)), widths))], widths, ruled=False)


def _signature(signature: Signature) -> str:
    return paragraph(signature.role, "PaperRole", keep_next=True) + paragraph(signature.hint, "PaperHint")


def _copies(paper: Paper) -> str:
    heading, *lines = paper.copies
    style = paper.head.kind.copies_style.capitalize()
    return paragraph(heading, f"PaperCopies{style}") + "".join(paragraph(text, f"PaperCopy{style}") for text in lines)


def _rule(width: float, length: float) -> BaseOxmlElement:
    return parsed(_rule_text(width, length))


def _rule_text(width: float, length: float) -> str:
    return paragraph("", "PaperRule", keep_next=True, indent=(width - length) / 2)
