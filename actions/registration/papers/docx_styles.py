"""An empty Word document as an office keeps it: A4, margins, Times New Roman, its styles, page numbers, properties."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm

FONT = "Times New Roman"
LANGUAGE = "vi-VN"
SHEET = (210, 297)
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15


class _Look(NamedTuple):
    """Size and space before and after in points, the rest as the name says."""

    size: float
    align: str = "left"
    bold: bool = False
    italic: bool = False
    underline: bool = False
    before: float = 0
    after: float = 0
    ruled: bool = False


STYLES: Mapping[str, _Look] = {
    "PaperAbove": _Look(13, "center"),
    "PaperName": _Look(13, "center", bold=True),
    "PaperDate": _Look(14, "center", italic=True, before=4),
    "PaperNumber": _Look(13, "center", before=4),
    "PaperTitle": _Look(14, "center", bold=True),
    "PaperRemark": _Look(13, "center", italic=True, before=2),
    "PaperAddressee": _Look(14, "center", before=8, after=4),
    "PaperSpace": _Look(6),
    "PaperRule": _Look(1, "center", ruled=True),
    "PaperColumn": _Look(13, "center", bold=True, before=1, after=1),
    "PaperColumnNumber": _Look(13, "center", italic=True),
    "PaperText": _Look(13, before=1, after=1),
    "PaperValue": _Look(13, "center", before=1, after=1),
    "PaperGroup": _Look(13, bold=True, before=1, after=1),
    "PaperGroupValue": _Look(13, "center", bold=True, before=1, after=1),
    "PaperNotesHead": _Look(12, bold=True, italic=True, before=6),
    "PaperNote": _Look(12),
    "PaperFootnote": _Look(12, italic=True),
    "PaperRole": _Look(14, "center", bold=True, before=12),
    "PaperHint": _Look(13, "center", italic=True, after=56),
    "PaperCopiesUnderlined": _Look(14, underline=True, before=12),
    "PaperCopiesItalic": _Look(12, bold=True, italic=True, before=12),
    "PaperCopyUnderlined": _Look(12),
    "PaperCopyItalic": _Look(11),
}


def new_document(title: str, now: datetime, *, wide: bool) -> DocumentType:
    """Return an empty document; `now` (aware) is when it says it was made, `wide` lays the sheet across."""
    document = Document()
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    _fonts(document)
    for name, look in STYLES.items():
        document.styles.element.append(parse_xml(_style_xml(name, look)))
    _page(document, wide)
    _properties(document, title, now)
    return document


def text_width(*, wide: bool) -> int:
    """Return the millimetres between the margins."""
    return SHEET[1 if wide else 0] - LEFT - RIGHT


def _fonts(document: DocumentType) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    if defaults is not None:
        document.styles.element.remove(defaults)
    fonts = " ".join(f'w:{kind}="{FONT}"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))
    run = (
        f'<w:rPr><w:rFonts {fonts}/><w:sz w:val="26"/><w:szCs w:val="26"/>'
        f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="{LANGUAGE}"/></w:rPr>'
    )
    source = f"<w:docDefaults {nsdecls('w')}><w:rPrDefault>{run}</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    document.styles.element.insert(0, parse_xml(source))
    normal = document.styles["Normal"].element
    for properties in normal.findall(qn("w:rPr")):
        normal.remove(properties)


def _style_xml(name: str, look: _Look) -> str:
    """Return a paragraph style; the order of the elements is the schema's."""
    border = '<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>'
    spacing = f'w:before="{round(20 * look.before)}" w:after="{round(20 * look.after)}"'
    line = 'w:line="60" w:lineRule="exact"' if look.ruled else 'w:line="240" w:lineRule="auto"'
    underline = '<w:u w:val="single"/>'
    marks = (("b", look.bold), ("i", look.italic))
    weight = "".join(f"<w:{mark}/><w:{mark}Cs/>" for mark, wanted in marks if wanted)
    size = f'<w:sz w:val="{round(2 * look.size)}"/><w:szCs w:val="{round(2 * look.size)}"/>'
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{border if look.ruled else ""}<w:spacing {spacing} {line}/>'
        f'<w:jc w:val="{look.align}"/></w:pPr><w:rPr>{weight}{size}'
        f"{underline if look.underline else ''}</w:rPr></w:style>"
    )


def _page(document: DocumentType, wide: bool) -> None:
    section = document.sections[0]
    width, height = (SHEET[1], SHEET[0]) if wide else SHEET
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    number._p.append(parse_xml(field))


def _properties(document: DocumentType, title: str, now: datetime) -> None:
    known = document.core_properties
    known.title, known.language = title[:255], LANGUAGE
    known.author = known.last_modified_by = known.comments = known.keywords = known.subject = known.category = ""
    known.created = known.modified = now.astimezone(UTC).replace(tzinfo=None)
    known.revision = 1
    package = document.part.package
    for relation_id, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[relation_id]
