"""A Word paper (.docx) as stored text: numbers counted, tables as rows of cells, footnotes behind their paragraph."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from knowledge.intake.extracted import Extracted, table_rows, tidy
from knowledge.intake.layout import cue
from knowledge.intake.legacy_letters import modern
from knowledge.intake.word_numbering import Numbering
from knowledge.intake.word_text import Fonts, Notes, paragraph_text
from knowledge.reading import UnreadablePlan

_TEXT_BOX = qn("w:txbxContent")
_NOTE_PARTS = {"footnotes": "footnote", "endnotes": "endnote"}
_SHOWN = 60  # characters of what was left out, in a doubt


def read_word(name: str, data: bytes) -> Extracted:
    """Return the text of a .docx file.

    Raises:
        UnreadablePlan: the file is damaged, or holds pictures alone.
    """
    try:
        document = Document(BytesIO(data))
        reader = _Reader(document)
        lines = list(reader.lines())
    except (OpcError, XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise UnreadablePlan(f"{name} is damaged ({error}). Open it in Word, save it anew, add it again.") from error
    if not lines:
        pictures = next(document.element.body.iter(qn("w:drawing"), qn("w:pict")), None) is not None
        scan = "only pictures (a scan?). Have its text recognised (OCR) or typed, and save that"
        what = scan if pictures else "nothing"
        raise UnreadablePlan(f"{name} holds no text, {what}.")
    text, letters = modern(tidy(lines))
    doubts = reader.doubts()
    if letters:
        doubts.append(f"the text was written in {letters} letters and turned into Unicode; read a few lines")
    return Extracted(text, tuple(doubts))


class _Reader:
    """Walks the body of one document."""

    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        parts = {part.partname.rpartition("/")[2]: part for part in document.part.package.iter_parts()}
        styles, numbering = (self._root(parts.get(f"{name}.xml")) for name in ("styles", "numbering"))
        self._numbering, self._fonts, self._notes = Numbering(numbering, styles), Fonts(styles), Notes()
        self._texts = {
            (kind, note.get(qn("w:id"))): note
            for file, kind in _NOTE_PARTS.items()
            if (root := self._root(parts.get(f"{file}.xml"))) is not None
            for note in root.findall(qn(f"w:{kind}"))
        }
        self._nested = 0

    def lines(self) -> Iterator[str]:
        """Yield paragraphs, table rows and footnotes in reading order."""
        yield from self._blocks(self._body)

    def doubts(self) -> list[str]:
        """Return what in the document could not be read faithfully."""
        boxes = {" ".join("".join(box.itertext()).split()) for box in self._body.iter(_TEXT_BOX)}
        found = [f"a text box was left out: “{words[:_SHOWN]}”" for words in sorted(boxes) if words]
        if self._nested:
            found.append(f"{self._nested} tables stand within a cell of another; check how their rows were read")
        return found

    @staticmethod
    def _root(part: Any) -> Any:
        if part is None:
            return None
        return part.element if hasattr(part, "element") else parse_xml(part.blob)

    def _blocks(self, container: Any) -> Iterator[str]:
        for element in container.iterchildren():
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag == qn("w:sdt"):
                content = element.find(qn("w:sdtContent"))
                yield from self._blocks(content) if content is not None else ()
            elif element.tag in (qn("w:ins"), qn("w:smartTag"), qn("w:customXml")):
                yield from self._blocks(element)

    def _paragraph(self, element: Any) -> Iterator[str]:
        text = paragraph_text(element, self._fonts, self._notes)
        if text:
            yield from " ".join(filter(None, (self._numbering.mark(element), text))).split("\n")
        yield from self._footnotes()

    def _footnotes(self) -> Iterator[str]:
        for number, kind, note_id in self._notes.taken():
            note = self._texts.get((kind, note_id))
            paragraphs = note.iter(qn("w:p")) if note is not None else ()
            words = " ".join(paragraph_text(each, self._fonts, self._notes).replace("\n", " ") for each in paragraphs)
            if words.strip():
                yield f"<sup>{number}</sup> {words.strip()}"

    def _table(self, table: Any) -> Iterator[str]:
        """Yield a table's rows; one that only sets words side by side (the head, the signature) column by column."""
        rows = [list(self._cells(row)) for row in table.iter(qn("w:tr")) if _owner(row, "w:tbl") is table]
        if any(cell.find(f".//{qn('w:tbl')}") is not None for row in rows for cell in row):
            self._nested += 1
        words = " ".join("".join(cell.itertext()) for row in rows for cell in row)
        side_by_side = max(map(len, rows), default=0) <= 2 and re.search(cue("side_by_side"), modern(words)[0])
        if side_by_side or max(map(len, rows), default=0) == 1:
            for column in range(max(map(len, rows))):
                for row in rows:
                    yield from self._blocks(row[column]) if column < len(row) else ()
            return
        read = {cell: self._cell(cell) for row in rows for cell in row}
        yield from table_rows([["" if cell is None else read[cell] for cell in row] for row in _merged(rows)])
        yield from self._footnotes()

    def _cells(self, row: Any) -> Iterator[Any]:
        for cell in row.iter(qn("w:tc")):
            if _owner(cell, "w:tr") is row:
                yield cell

    def _cell(self, cell: Any) -> str:
        lines = []
        for paragraph in cell.iter(qn("w:p")):
            text = paragraph_text(paragraph, self._fonts, self._notes)
            lines.append(" ".join(filter(None, (self._numbering.mark(paragraph) if text else "", text))))
        return " ".join(filter(None, lines))


def _merged(rows: list[list[Any]]) -> list[list[Any | None]]:
    """Return the cells of each row by column.

    A cell merged downwards stands in each of its rows, so that a row can be read alone; one merged to the right is
    followed by None for each further column.
    """
    above: dict[int, Any] = {}
    full = []
    for row in rows:
        cells: list[Any | None] = []
        for cell in row:
            properties = cell.find(qn("w:tcPr"))
            merge = properties.find(qn("w:vMerge")) if properties is not None else None
            span = properties.find(qn("w:gridSpan")) if properties is not None else None
            place = len(cells)
            if merge is None or merge.get(qn("w:val")) == "restart" or place not in above:
                above[place] = cell
            cells.append(above[place])
            cells += [None] * (int(span.get(qn("w:val"))) - 1 if span is not None else 0)
        full.append(cells)
    return full


def _owner(element: Any, name: str) -> Any:
    return next((above for above in element.iterancestors() if above.tag == qn(name)), None)
