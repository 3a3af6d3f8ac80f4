"""A PDF with a text layer as stored text: lines broken for their width joined, the ends of pages kept."""

import itertools
import re
from collections import Counter
from dataclasses import replace
from io import BytesIO

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import PdfminerException

from knowledge.intake.extracted import PAGE_END, Extracted, tidy
from knowledge.intake.layout import cue
from knowledge.intake.legacy_letters import ENOUGH, known_share, modern
from knowledge.intake.pdf_lines import (
    Line,
    is_two_columned,
    lines_of_page,
    pages_with_loose_tables,
    with_whole_columns,
    without_running_heads,
)
from knowledge.reading import UnreadablePlan

MOST_PAGES = 300
_INDENT = 0.8  # letter heights by which the first line of a paragraph is moved in, at least
_LEADING = 1.35  # of the usual distance of two lines, from which a new paragraph begins
_MARK = re.compile(r"<sup>(\d+)</sup>")
_NUMBERED = re.compile(r"^\d{1,2}(?=[^\W\d_])")
_LONG = 600  # characters of a text in which every letter of the alphabet stands
_RARE = 0.1  # share of the distances of lines
_NO_PASSWORD = "is protected by a password. Save it without one and add it again"
_SAVE_AS = "Ask for the Word file it was made from, or have its text recognised (OCR), and save that as .docx"


def read_pdf(name: str, data: bytes) -> Extracted:
    """Return the text of a PDF file.

    Raises:
        UnreadablePlan: it is damaged, protected, too long, a scan without a text layer, or set in two columns.
    """
    try:
        pages, empty = _pages(name, data)
    except PDFPasswordIncorrect as error:
        raise UnreadablePlan(f"{name} {_NO_PASSWORD}.") from error
    except (PdfminerException, PDFException, ValueError, KeyError, TypeError, RecursionError) as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in (*error.args, error.__cause__)):
            raise UnreadablePlan(f"{name} {_NO_PASSWORD}.") from error
        raise UnreadablePlan(f"{name} is damaged and cannot be read as PDF. Fetch or save it anew.") from error
    if not any(pages):
        raise UnreadablePlan(f"{name} has no text layer: it is a scan. {_SAVE_AS}.")
    if is_two_columned(pages):
        raise UnreadablePlan(f"{name} is set in two columns, whose order cannot be told safely. {_SAVE_AS}.")
    text, letters = modern(_joined(with_whole_columns(without_running_heads(pages))))
    doubts = [f"page {number} has no text (a picture?); what stands on it was not read" for number in empty]
    loose = ", ".join(map(str, pages_with_loose_tables(pages)))
    if loose:
        doubts.append(f"a table without ruled lines seems to stand on page {loose}; check how it was read")
    if len(text) > _LONG and known_share(text) > ENOUGH and "ư" not in text:
        doubts.append("there is not one letter ư: the PDF has lost it (a TCVN3 font); take in the Word file instead")
    if letters:
        doubts.append(f"the text was written in {letters} letters and turned into Unicode; read a few lines")
    return Extracted(text, tuple(doubts))


def _pages(name: str, data: bytes) -> tuple[list[list[Line]], list[int]]:
    """Return the lines of each page, and the numbers of the pages that hold pictures alone."""
    with pdfplumber.open(BytesIO(data)) as paper:
        if len(paper.pages) > MOST_PAGES:
            pages_said = f"{len(paper.pages)} pages; more than {MOST_PAGES} are not read"
            raise UnreadablePlan(f"{name} has {pages_said}. Divide it.")
        pages, empty = [], []
        for number, page in enumerate(paper.pages, start=1):
            pages.append(lines_of_page(page, number))
            if not pages[-1] and page.images:
                empty.append(number)
            page.close()
    return pages, empty


def _joined(pages: list[list[Line]]) -> str:
    """Return the paragraphs of all pages as stored text, `PAGE_END` where a page ends."""
    column = [line for page in pages for line in page if not line.is_row]
    left = _usual([line.left for line in column if line.column == 0])
    right = max((line.right for line in column), default=0.0)
    leading = _leading(pages)
    paragraphs: list[str] = []
    previous: Line | None = None
    notes: list[str] = []
    for page in pages:
        page_ended = previous is not None
        body, at_foot = _without_notes(page)
        for line in body:
            end = PAGE_END if page_ended else ""
            page_ended = False
            if previous is not None and not _begins(previous, line, paragraphs[-1], (left, right, leading)):
                paragraphs[-1] += (end or ("" if _splits_a_symbol(paragraphs[-1], line.text) else " ")) + line.text
            else:
                if end and paragraphs:
                    paragraphs[-1] += end
                paragraphs += [*notes, line.text]
                notes = []
            previous = line
        notes += at_foot
    return tidy([*paragraphs, *notes])


def _without_notes(page: list[Line]) -> tuple[list[Line], list[str]]:
    """Return the lines of a page above its footnotes, and the footnotes, which wait for the paragraph to end."""
    referred = set(_MARK.findall(" ".join(line.text for line in page)))
    page = [replace(line, text=_NUMBERED.sub(lambda m: _as_note(m, referred), line.text)) for line in page]
    first = next((n for n, line in enumerate(page) if line.is_note), len(page))
    notes: list[str] = []
    for line in page[first:]:
        if line.is_note:
            notes.append(line.text)
        else:
            notes[-1] += f" {line.text}"
    return page[:first], notes


def _as_note(match: re.Match[str], referred: set[str]) -> str:
    """Return the number that a line begins with as a footnote's, where the page refers to one."""
    return f"<sup>{match.group()}</sup> " if match.group() in referred else match.group()


def _begins(previous: Line, line: Line, so_far: str, usual: tuple[float, float, float]) -> bool:
    """Tell whether `line` begins a paragraph; `usual` are the text's left and right edge and the distance of lines."""
    left, right, leading = usual
    if line.is_row or previous.is_row or line.column != previous.column or cue("opens").match(line.text):
        return True
    ended = bool(cue("sentence_end").search(so_far))
    same_page = line.page == previous.page
    if same_page and line.top - previous.top > _LEADING * leading and (ended or line.column == 0):
        return True
    if line.column:
        return not (line.text[0].islower() or line.text[0].isdigit())
    if line.left - left > _INDENT * line.size and abs(line.left - previous.left) > _INDENT * line.size:
        return not line.text[0].islower()
    first_word = len(line.text.split(maxsplit=1)[0])
    fitted = previous.right + (1 + first_word) * line.letter_width <= right
    return fitted and not line.text[0].islower()


def _splits_a_symbol(text: str, following: str) -> bool:
    """Tell whether a line ends within a number or symbol, at its hyphen ("01-" / "HD")."""
    return len(text) > 1 and text[-1] == "-" and (text[-2].isupper() or text[-2].isdigit()) and following[0].isalnum()


def _leading(pages: list[list[Line]]) -> float:
    """Return the distance, in points, of two lines of one paragraph: the smallest that is not rare."""
    pairs = [pair for page in pages for pair in itertools.pairwise(page)]
    steps = [round(b.top - a.top) for a, b in pairs if not b.is_row and a.column == b.column and b.top > a.top]
    counted = Counter(steps)
    return float(min((step for step, times in counted.items() if times >= _RARE * len(steps)), default=0))


def _usual(values: list[float]) -> float:
    """Return the commonest of `values`, in whole points; 0.0 where there is none."""
    return float(Counter(map(round, values)).most_common(1)[0][0]) if values else 0.0
