"""The flat table as .xlsx and .csv: whole, typed, and never a formula."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from actions.registration.papers.csv_paper import csv_of
from actions.registration.papers.flat import NAMES, flat_table
from actions.registration.papers.text import FORMULA_STARTS, tidy
from actions.registration.papers.xlsx_paper import xlsx_of
from tests.actions.registration.papers.samples import FORMS, NOW, PLANS, YEN_BAI, registered

FORMULAS = ["=1+1", "+84 915", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1", "\r=1", "＝1+1", "#N/A", "'=1"]


def sheet(*models: Any) -> Worksheet:
    book = load_workbook(BytesIO(xlsx_of(flat_table(models, FORMS[YEN_BAI], PLANS[YEN_BAI]), NOW)))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def lines(*models: Any) -> list[dict[str, str]]:
    content = csv_of(flat_table(models, FORMS[YEN_BAI], PLANS[YEN_BAI]))
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    assert len(head) == len(NAMES)
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def column(name: str) -> int:
    return NAMES.index(name) + 1


def test_a_row_has_numbers_days_and_readable_months() -> None:
    page = sheet(registered(7, quantity=12, late=True))
    row = {name: page.cell(2, at).value for at, name in enumerate(NAMES, 1)}
    assert row == {
        "number": 1,
        "reference": "DVK-2023-0007",
        "unit_name": "Chi bộ Văn phòng",
        "unit_type": "Chi bộ cơ sở",
        "registration_type": "Xây dựng mới",
        "field": "Kinh tế",
        "model_name": "Một cửa thân thiện",
        "quantity": 12,
        "start_period": "05/2023",
        "location": "Phòng Hành chính",
        "scale": "Tập thể",
        "completion_period": "Quý IV/2023",
        "submitted_at": datetime(2023, 4, 5),
        "late": "Quá hạn",
        "status": "Đã gửi",
    }
    assert page.cell(2, column("quantity")).data_type == "n"
    assert page.cell(2, column("submitted_at")).number_format == "dd/mm/yyyy"


def test_the_sheet_is_made_for_filtering_and_printing() -> None:
    page = sheet(registered(1), registered(2, registration_type="maintained"))
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:O3"
    assert page.print_title_rows == "$1:$1"
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToWidth) == ("landscape", 9, 1)
    assert all(page.cell(1, at).font.bold for at in range(1, len(NAMES) + 1))
    assert page.cell(1, column("start_period")).value == "Thời gian xây dựng"
    assert [page.cell(row, column("registration_type")).value for row in (2, 3)] == ["Xây dựng mới", "Duy trì"]


def test_what_was_skipped_is_an_empty_cell() -> None:
    page = sheet(registered(scale=None, quantity=None))
    assert page.cell(2, column("scale")).value is None and page.cell(2, column("quantity")).value is None
    assert lines(registered(scale=None))[0]["scale"] == ""


def test_neither_has_a_person_in_it() -> None:
    table = flat_table([registered(4)], FORMS[YEN_BAI], PLANS[YEN_BAI])
    assert "web:4" not in [cell for row in table.rows for cell in row]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula_in_a_workbook(text: str) -> None:
    cell = sheet(registered(model_name=text)).cell(2, column("model_name"))
    assert (cell.value, cell.data_type) == (tidy(text), "s")
    assert cell.quotePrefix == tidy(text).startswith(FORMULA_STARTS)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_guarded_in_csv(text: str) -> None:
    (row,) = lines(registered(model_name=text))
    guard = "'" if tidy(text).startswith(FORMULA_STARTS) else ""
    assert row["model_name"] == guard + tidy(text)
    assert row["model_name"][0] not in "=+-@"


def test_csv_keeps_leading_zeros_and_has_months_that_no_spreadsheet_makes_days_of() -> None:
    (row,) = lines(registered(location="007", model_name='Xanh, "sạch", đẹp'))
    assert (row["location"], row["model_name"]) == ("007", 'Xanh, "sạch", đẹp')
    assert (row["start_period"], row["submitted_at"], row["quantity"]) == ("Tháng 5/2023", "2023-04-05", "1")


def test_a_text_that_looks_like_a_period_stays_a_text() -> None:
    assert sheet(registered(location="2023-05")).cell(2, column("location")).value == "2023-05"


def test_the_day_of_sending_is_vietnam_s() -> None:
    late = replace(registered(), submitted_at=datetime(2023, 4, 24, 17, 0, tzinfo=UTC))
    assert sheet(late).cell(2, column("submitted_at")).value == datetime(2023, 4, 25)


def test_the_workbook_names_nobody() -> None:
    known = load_workbook(BytesIO(xlsx_of(flat_table([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI]), NOW))).properties
    assert not known.creator and not known.lastModifiedBy
    assert known.language == "vi-VN" and "Yên Bái 2023" in known.title


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_no_text_breaks_a_file(text: str) -> None:
    model = registered(model_name=text, unit_name=text)
    assert (sheet(model).cell(2, column("model_name")).value or "") == tidy(text)
    assert lines(model)[0]["unit_name"].removeprefix("'") == tidy(text).removeprefix("'")
