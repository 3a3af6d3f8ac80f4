"""The flat table as CSV, to be opened by an office program: UTF-8 with a byte order mark, commas."""

import csv
from datetime import date
from io import StringIO

from actions.registration.papers.flat import FlatCell, FlatTable, Period
from actions.registration.papers.text import FORMULA_STARTS

GUARD = "'"


def csv_of(table: FlatTable) -> bytes:
    """Return the file. A text that looks like a formula has an apostrophe before it, days are ISO 8601.

    Leading zeros are kept. Months are in words (`Tháng 5/2023`): a spreadsheet would make a day of `05/2023`.
    """
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: FlatCell) -> str | int | None:
    match value:
        case date():
            return value.isoformat()
        case Period():
            return value.in_words
        case str() if value.startswith(FORMULA_STARTS):
            return GUARD + value
    return value
