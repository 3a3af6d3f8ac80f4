"""The invented papers of `papers/*.yml`, built as the files an office would send: .docx, .pdf, .txt, .md."""

import io
import textwrap
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from knowledge.evaluation import Gold
from knowledge.intake.legacy_letters import letters
from tests.knowledge.intake.pdf_writer import PAGE, SIZE, WIDTH, PdfWriter

FOLDER = Path(__file__).with_name("papers")
RAISED = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
LEVELS = (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"), ("bullet", "-"))
ROMANS = ("I", "II", "III", "IV", "V", "VI")
LEFT, RIGHT, TOP, BOTTOM, STEP, INDENT = 85.0, 538.0, 70.0, 770.0, 24.0, 36.0


def papers() -> list[dict[str, Any]]:
    found = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yml"))]
    return [dict(paper) for paper in found]


def gold_of(paper: dict[str, Any]) -> list[Gold]:
    rows = enumerate(paper["questions"], start=1)
    return [Gold(f"{paper['id']}-{n}", question, plan=paper["id"], quote=quote) for n, (question, quote) in rows]


def build(paper: dict[str, Any], folder: Path, kind: str | None = None) -> Path:
    """Write the paper as a file of its own kind, or of another; return its path."""
    chosen = kind or str(paper["format"])
    data = {"docx": as_docx, "pdf": as_pdf, "txt": as_text, "md": as_text}[chosen](paper)
    path = folder / f"{paper['id']}.{chosen}"
    path.write_bytes(data)
    return path


def in_old_letters(text: str, name: str | None) -> str:
    """Return `text` in the letters of TCVN3 or VNI, each as one of Windows-1252."""
    if name == "tcvn3":
        table = letters()["tcvn3"]
        codes = dict(zip(table["to"], table["from"], strict=True))
        return "".join(codes.get(letter, codes.get(letter.lower(), letter)) for letter in text)
    return "".join(map(_in_vni, text)) if name == "vni" else text


def _in_vni(letter: str) -> str:
    rules = letters()["vni"]
    single = {new: old for old, new in rules["letters"].items()}
    small = letter.lower()
    if small in single or small in "íì":
        code = single.get(small, small)
        return code.upper() if letter.isupper() else str(code)
    base = next(
        (b for b in "ơư" if set(unicodedata.normalize("NFD", b)) <= set(unicodedata.normalize("NFD", small))), ""
    )
    bare = base or unicodedata.normalize("NFD", small)[0]
    marks = unicodedata.normalize("NFD", small)[1:].replace("\u031b", "")
    codes = {marks: code for code, marks in rules["marks"].items()}
    ordered = "".join(sorted(marks, key=lambda mark: mark not in "\u0302\u0306"))
    written = single.get(bare, bare) + (codes[ordered] if ordered else "")
    return written.upper() if letter.isupper() else written


def explicit(lines: list[Any]) -> Iterator[Any]:
    """Yield the lines with their numbers written out."""
    counts = [0, 0, 0]
    for line in lines:
        if not isinstance(line, dict) or "n" not in line:
            yield line
            continue
        level = line["n"]
        if level < 3:
            counts[level] += 1
            counts[level + 1 :] = [0] * (2 - level)
        marks = (f"{ROMANS[counts[0] - 1]}.", f"{counts[1]}.", f"{'abcde'[counts[2] - 1]})", "-")
        yield {**line, "t": f"{marks[level]} {line['t']}"}


def as_text(paper: dict[str, Any]) -> bytes:
    lines: list[str] = []
    for line in explicit(paper["lines"]):
        if isinstance(line, str):
            lines.append(line)
        elif "aside" in line:
            lines += [words for column in line["aside"] for words in column if words]
        elif "table" in line:
            lines += [f"| {' | '.join(row)} |" for row in line["table"]]
        else:
            lines.append(line["t"])
    text = in_old_letters("\n".join(lines) + "\n", paper.get("letters"))
    return text.encode("cp1252" if paper.get("letters") else "utf-8", errors="replace")


def as_docx(paper: dict[str, Any]) -> bytes:
    document = Document()
    document._body.clear_content()
    number = _numbering(document)
    font = "VNI-Times" if paper.get("letters") == "vni" else ".VnTime" if paper.get("letters") else None
    notes: list[str] = []

    def put(paragraph: Any, words: str) -> None:
        written = in_old_letters(words, paper.get("letters"))
        for piece in (written[: len(written) // 2], written[len(written) // 2 :]):  # a letter may be cut in two runs
            run = paragraph.add_run(piece)
            if font:
                run.font.name = font

    for line in paper["lines"]:
        if isinstance(line, dict) and "aside" in line:
            table = document.add_table(rows=1, cols=2)
            for cell, words in zip(table.rows[0].cells, line["aside"], strict=True):
                cell.paragraphs[0]._p.getparent().remove(cell.paragraphs[0]._p)
                for each in words:
                    put(cell.add_paragraph(), each)
        elif isinstance(line, dict) and "table" in line:
            table = document.add_table(rows=0, cols=len(line["table"][0]), style="Table Grid")
            for words in line["table"]:
                for cell, each in zip(table.add_row().cells, words, strict=True):
                    put(cell.paragraphs[0], each)
        else:
            paragraph = document.add_paragraph()
            put(paragraph, line if isinstance(line, str) else line["t"])
            if isinstance(line, dict):
                given = f'<w:ilvl w:val="{line["n"]}"/><w:numId w:val="{number}"/>'
                paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:numPr {nsdecls('w')}>{given}</w:numPr>"))
                if "note" in line:
                    notes.append(line["note"])
                    mark = f'<w:r {nsdecls("w")}>{RAISED}<w:footnoteReference w:id="{len(notes) + 1}"/></w:r>'
                    paragraph._p.append(parse_xml(mark))
    if notes:
        _add_footnotes(document, notes)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _numbering(document: Any) -> int:
    """Add a list of four levels; return its number."""
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(LEVELS)
    )
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    assert root.find(qn("w:num")) is not None
    return 77


def _add_footnotes(document: Any, notes: list[str]) -> None:
    rows = "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r>{RAISED}<w:footnoteRef/></w:r>'
        f"<w:r><w:t>{words}</w:t></w:r></w:p></w:footnote>"
        for n, words in enumerate(notes, start=2)
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    blob = f"<w:footnotes {nsdecls('w')}>{rows}</w:footnotes>".encode()
    part = Part(PackURI("/word/footnotes.xml"), kind, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def as_pdf(paper: dict[str, Any]) -> bytes:
    page = _Page(paper["describes"]["title"])
    for line in explicit(paper["lines"]):
        if isinstance(line, str):
            page.paragraph(line)
        elif "aside" in line:
            page.aside(line["aside"])
        elif "table" in line:
            page.table(line["table"])
        else:
            page.paragraph(line["t"], line.get("note"))
    return page.finished()


class _Page:
    """Sets paragraphs one below the other, with a running foot and, from the second page on, a page number."""

    def __init__(self, foot: str) -> None:
        self.pdf, self.foot, self.top = PdfWriter(), foot[:40], BOTTOM
        self.notes: list[str] = []
        self.noted = 0

    def paragraph(self, words: str, note: str | None = None) -> None:
        for part in textwrap.wrap(" " * 6 + words, int((RIGHT - LEFT) / SIZE / WIDTH)):
            indent = len(part) - len(part.lstrip())
            self._room(STEP)
            self.pdf.text(LEFT + indent * SIZE * WIDTH, self.top, part.lstrip())
            end = LEFT + len(part) * SIZE * WIDTH
            self.top += STEP
        if note:
            self.noted += 1
            self.notes.append(note)
            self.pdf.text(end, self.top - STEP - 1, str(self.noted), 7.0)

    def aside(self, columns: list[list[str]]) -> None:
        wrapped = [[part for words in column for part in (textwrap.wrap(words, 32) or [""])] for column in columns]
        height = max(map(len, wrapped)) * STEP
        self._room(height)
        for x, column in zip((LEFT, LEFT + 240), wrapped, strict=True):
            for n, words in enumerate(column):
                if words:
                    self.pdf.text(x, self.top + n * STEP, words)
        self.top += height + STEP

    def table(self, rows: list[list[str]]) -> None:
        width = (RIGHT - LEFT) / len(rows[0])
        for row in rows:
            cells = [textwrap.wrap(words, int(width / SIZE / WIDTH) - 1) or [""] for words in row]
            height = max(map(len, cells)) * STEP + 4
            self._room(height)
            for n, cell in enumerate(cells):
                x = LEFT + n * width
                for k, words in enumerate(cell):
                    self.pdf.text(x + 3, self.top + 2 + k * STEP, words)
                self.pdf.line(x, self.top, x, self.top + height)
            self.pdf.line(RIGHT, self.top, RIGHT, self.top + height)
            for edge in (self.top, self.top + height):
                self.pdf.line(LEFT, edge, RIGHT, edge)
            self.top += height
        self.top += STEP

    def finished(self) -> bytes:
        self._end_page()
        return self.pdf.data()

    def _room(self, height: float) -> None:
        if self.top + height > BOTTOM - 30 * len(self.notes):
            if self.pdf.pages:
                self._end_page()
            self.pdf.page()
            self.top = TOP
            if len(self.pdf.pages) > 1:
                self.pdf.text(PAGE[0] / 2, 40, str(len(self.pdf.pages)))
            self.pdf.text(LEFT, 800, self.foot, 9.0)

    def _end_page(self) -> None:
        first = self.noted - len(self.notes) + 1
        for n, note in enumerate(self.notes):
            self.pdf.text(LEFT, 740 + n * 14, str(first + n), 6.0)
            self.pdf.text(LEFT + 4, 741 + n * 14, note, 10.0)
        self.notes = []
