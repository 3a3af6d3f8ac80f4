"""WordprocessingML as text: paragraphs, cells, rows and tables, escaped; parsed once for a whole table.

Building a long table cell by cell through python-docx takes several times as long, through its `cell()` minutes.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

TWIPS_A_MM = 1440 / 25.4


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point."""
    return round(millimetres * TWIPS_A_MM)


def paragraph(
    text: object,
    style: str,
    *,
    size: float | None = None,
    keep_next: bool = False,
    indent: float = 0,
    page_break: bool = False,
) -> str:
    """Return a paragraph of one run.

    Args:
        text: what it says; must be tidy.
        style: the id of its style.
        size: in points, where it differs from the style's.
        keep_next: whether it stays on the page of what follows.
        indent: at both sides, in millimetres.
        page_break: whether it begins a page.
    """
    properties = f'<w:pStyle w:val="{style}"/>'
    properties += "<w:keepNext/>" if keep_next else ""
    properties += "<w:pageBreakBefore/>" if page_break else ""
    properties += f'<w:ind w:left="{twips(indent)}" w:right="{twips(indent)}"/>' if indent else ""
    run = f'<w:rPr><w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/></w:rPr>' if size else ""
    said = f'<w:r>{run}<w:t xml:space="preserve">{escape(str(text))}</w:t></w:r>' if text != "" else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{said}</w:p>"


def cell(content: str, width: float, *, span: int = 1, middle: bool = False) -> str:
    """Return a cell with paragraphs, `width` in millimetres, over `span` columns, in the middle or on top."""
    properties = f'<w:tcW w:w="{twips(width)}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties += '<w:vAlign w:val="center"/>' if middle else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(cells: Iterable[str], *, header: bool = False) -> str:
    """Return a row that no page break cuts; a header is repeated on every page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{''.join(cells)}</w:tr>"


def table(rows: Iterable[str], widths: Sequence[float], *, ruled: bool, caption: str = "") -> BaseOxmlElement:
    """Return a table of fixed column widths in millimetres, with lines around every cell if `ruled`."""
    kinds = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{kind} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for kind in kinds)
    side = twips(1)
    properties = (
        f'<w:tblW w:w="{sum(map(twips, widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        + (f"<w:tblBorders>{lines}</w:tblBorders>" if ruled else "")
        + '<w:tblLayout w:type="fixed"/>'
        + f'<w:tblCellMar><w:left w:w="{side}" w:type="dxa"/><w:right w:w="{side}" w:type="dxa"/></w:tblCellMar>'
        + (f"<w:tblCaption w:val={quoteattr(caption)}/>" if caption else "")
    )
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    source = (
        f"<w:tbl {nsdecls('w')}><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    return parse_xml(source)


def parsed(paragraph_xml: str) -> BaseOxmlElement:
    """Return a paragraph made by `paragraph` as an element."""
    return parse_xml(paragraph_xml.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1))
