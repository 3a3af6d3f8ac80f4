"""The Word document: what a reader of the file finds, on what sheet, and that no text can break it."""

import zipfile
from datetime import UTC
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.papers.composing import plan_paper, unit_paper
from actions.registration.papers.docx_paper import docx_of
from actions.registration.papers.text import tidy
from actions.registration.records import Registration
from tests.actions.registration.papers.samples import FORMS, NOW, PLANS, YEN_BAI, registered

NASTY = [
    "=1+1",
    "<b>Đậm</b> & “ngoặc” ]]> {y} %s",
    "Chi bo\u0323\u0302 Hoa\u0300 Bi\u0300nh",
    "\u202eđảo\u202c \u200fphải",
    "a\x00\x01\x0b\ufffe\uffff\ud800b",
    "Dòng một\nDòng hai\tcột",
    "x" * 300,
    "ngã tư đường " * 25,
    "Tiếng Việt 🏠 \U00020bb7",
]


def document(registrations: list[Registration], *, wide: bool = False) -> DocumentType:
    compose = plan_paper if wide else unit_paper
    return Document(BytesIO(docx_of(compose(registrations, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW), NOW)))


def texts(row: Any) -> list[str]:
    return [cell.text for cell in row.cells]


def test_the_table_reads_as_the_form() -> None:
    head, table, signatures = document([registered()]).tables
    shown = [texts(row) for row in table.rows]
    assert shown[0][:3] == ["Stt", "Tên mô hình", "Số lượng"]
    assert shown[1] == ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"]
    assert shown[2][1:3] == ["Tổng số", "1"]
    assert shown[4][:4] == ["1", "Một cửa thân thiện", "1", "Tháng 5/2023"]
    assert head.cell(0, 1).text.startswith("ĐẢNG CỘNG SẢN VIỆT NAM")
    assert "CHI BỘ VĂN PHÒNG" in head.cell(0, 0).text and "*" in head.cell(0, 0).text
    assert head.cell(1, 1).text == "Yên Bái, ngày 05 tháng 4 năm 2023"
    assert "T/M CHI BỘ" in signatures.cell(0, 1).text and "Nơi nhận:" in signatures.cell(0, 0).text


@pytest.mark.parametrize(("wide", "size"), [(False, (210, 297)), (True, (297, 210))])
def test_the_sheet_is_a4_with_office_margins(wide: bool, size: tuple[int, int]) -> None:
    section = document([registered()], wide=wide).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == size
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 15]


@pytest.mark.parametrize("wide", [False, True])
def test_every_table_fits_between_the_margins(wide: bool) -> None:
    made = document([registered()], wide=wide)
    room = (267 if wide else 180) - 15
    for table in made.tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert room - 1 < sum(widths) / 1440 * 25.4 < room + 1


def test_the_head_of_a_table_is_repeated_and_no_row_is_cut() -> None:
    table = document([registered(n) for n in range(1, 60)], wide=True).tables[1]
    properties = [row._tr.trPr for row in table.rows]
    assert [at for at, each in enumerate(properties) if each.find(qn("w:tblHeader")) is not None] == [0, 1]
    assert all(each.find(qn("w:cantSplit")) is not None for each in properties)


def test_the_signature_is_kept_with_the_end_of_the_table() -> None:
    made = document([registered(n) for n in range(1, 5)])
    body = [element for element in made.element.body if element.tag != qn("w:sectPr")]
    tables = [at for at, element in enumerate(body) if element.tag == qn("w:tbl")]
    between = body[tables[1] + 1 : tables[2]]
    assert len(between) > 7
    assert all(element.pPr.find(qn("w:keepNext")) is not None for element in between)
    last = made.tables[1].rows[-1].cells[0].paragraphs[0]
    assert last._p.pPr.find(qn("w:keepNext")) is not None


def test_the_page_number_is_above_in_the_middle_and_not_on_the_first_page() -> None:
    section = document([registered()]).sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml and 'w:jc w:val="center"' in section.header._element.xml
    assert section.first_page_header.is_linked_to_previous


def test_it_is_set_in_times_new_roman_for_every_script() -> None:
    made = document([registered()])
    fonts = made.styles.element.find(".//" + qn("w:rPrDefault")).find(".//" + qn("w:rFonts"))
    assert {kind: fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia", "cs")} == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"
    )
    used = {element.get(qn("w:val")) for element in made.element.body.iter(qn("w:pStyle"))}
    sizes = {name: made.styles[name].font.size.pt for name in used}
    assert {sizes["PaperText"], sizes["PaperGroup"], sizes["PaperColumn"]} == {13}
    assert made.element.body.find(".//" + qn("w:rFonts")) is None


def test_its_properties_name_no_person_and_no_machine() -> None:
    content = docx_of(unit_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW), NOW)
    known = Document(BytesIO(content)).core_properties
    assert known.title == "ĐĂNG KÝ XÂY DỰNG MỚI CÁC MÔ HÌNH “DÂN VẬN KHÉO” NĂM 2023"
    assert (known.author, known.last_modified_by, known.comments, known.language) == ("", "", "", "vi-VN")
    assert known.created is not None and known.created.replace(tzinfo=UTC) == NOW
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "thumbnail" in name]
        everything = b"".join(parts.read(name) for name in parts.namelist())
    assert b"python-docx" not in everything and b"web:1" not in everything


def test_new_and_maintained_models_are_in_two_tables() -> None:
    made = document([registered(1), registered(2, registration_type="maintained")])
    assert len(made.tables) == 4
    said = [paragraph.text for paragraph in made.paragraphs]
    assert "(Bảng này không thuộc biểu mẫu kèm theo kế hoạch)" in said


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_any_text_is_shown(text: str) -> None:
    made = document([registered(model_name=text, unit_name=text, location=text)])
    cells = made.tables[1].rows[4].cells
    assert (cells[1].text, cells[4].text) == (tidy(text), tidy(text))
    assert tidy(text).upper() in made.tables[0].cell(0, 0).text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_no_text_breaks_the_file(text: str) -> None:
    made = document([registered(model_name=text, unit_name=text, location=text)], wide=True)
    assert made.tables[1].rows[4].cells[2].text == tidy(text)
