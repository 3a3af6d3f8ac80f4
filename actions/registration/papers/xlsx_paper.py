"""The flat table as a workbook (.xlsx): real numbers and dates, a filter, a head that stays, no formula ever."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO
from math import ceil

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from actions.registration.papers.flat import FlatCell, FlatTable, Period
from actions.registration.papers.text import FORMULA_STARTS

DATE_FORMAT = "dd/mm/yyyy"
_WIDTHS: Mapping[str, int] = {
    "number": 6, "reference": 16, "unit_name": 28, "unit_type": 15, "registration_type": 13, "field": 19,
    "model_name": 40, "quantity": 9, "start_period": 12, "location": 26, "scale": 11, "completion_period": 12,
    "submitted_at": 12, "late": 9, "status": 12,
}  # fmt: skip
_CHARACTERS = 1.25  # of this font, in one unit of a column's width
_LINE_HEIGHT = 15.0  # points
_HEAD_HEIGHT = 2 * _LINE_HEIGHT + 4
_MARGIN = 0.4  # inches
_FONT = "Times New Roman"
_TEXTS = ("unit_name", "unit_type", "field", "model_name", "location")


def xlsx_of(table: FlatTable, now: datetime) -> bytes:
    """Return the workbook with one sheet; `now` (aware) stands in its properties.

    A text is stored as text whatever it begins with; one that looks like a formula keeps being text when a person
    edits the cell, too.
    """
    book = Workbook(write_only=True)
    _properties(book, table.title, now)
    for style in _styles():
        book.add_named_style(style)
    sheet = book.create_sheet(table.title[:31].replace("/", "-"))
    last = get_column_letter(len(table.names))
    for at, name in enumerate(table.names, 1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[name]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_margins = PageMargins(left=_MARGIN, right=_MARGIN, top=2 * _MARGIN, bottom=_MARGIN, header=_MARGIN)
    sheet.row_dimensions[1].height = _HEAD_HEIGHT
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddHeader.center.text = "&P"
    sheet.append([_text(sheet, heading, "Paper head") for heading in table.headings])
    looks = [f"Paper {'text' if name in _TEXTS else 'value'}" for name in table.names]
    for number, row in enumerate(table.rows, 2):
        if (lines := _lines(row, table.names)) > 1:
            sheet.row_dimensions[number].height = lines * _LINE_HEIGHT
        sheet.append([_cell(sheet, value, look) for value, look in zip(row, looks, strict=True)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _lines(row: Sequence[FlatCell], names: Sequence[str]) -> int:
    """Return how many lines the longest text of a row takes: not every program works that out when it opens a file."""
    texts = ((value, name) for value, name in zip(row, names, strict=True) if isinstance(value, str))
    return max((ceil(len(text) / (_CHARACTERS * _WIDTHS[name])) for text, name in texts), default=1)


def _cell(sheet: WriteOnlyWorksheet, value: FlatCell, look: str) -> Cell:
    if isinstance(value, str | Period):
        return _text(sheet, value.short if isinstance(value, Period) else value, look)
    if isinstance(value, date):
        value, look = datetime.combine(value, time()), "Paper date"
    cell = WriteOnlyCell(sheet, value)
    cell.style = look
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str, look: str) -> Cell:
    """Return a cell of the type text; openpyxl alone would take `=1+1` for a formula and `#N/A` for an error."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.style = look
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def _styles() -> Sequence[NamedStyle]:
    thin = Side(style="thin", color="808080")
    lines = Border(left=thin, right=thin, top=thin, bottom=thin)
    top, middle = Alignment(vertical="top", wrap_text=True), Alignment("center", vertical="top", wrap_text=True)
    head = Alignment("center", vertical="center", wrap_text=True)
    plain, bold = Font(name=_FONT, size=11), Font(name=_FONT, size=11, bold=True)
    return (
        NamedStyle("Paper head", font=bold, border=lines, alignment=head, fill=PatternFill("solid", fgColor="E7E6E6")),
        NamedStyle("Paper text", font=plain, border=lines, alignment=top),
        NamedStyle("Paper value", font=plain, border=lines, alignment=middle),
        NamedStyle("Paper date", font=plain, border=lines, alignment=middle, number_format=DATE_FORMAT),
    )


def _properties(book: Workbook, title: str, now: datetime) -> None:
    known = book.properties
    known.title, known.language, known.creator = title, "vi-VN", ""
    known.created = known.modified = now.astimezone(UTC).replace(tzinfo=None)
