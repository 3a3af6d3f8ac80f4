"""Numbers as Word counts them: styles, lists that start anew, levels that go back to one, forms of number."""

from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from knowledge.intake.word_numbering import Numbering

LEVELS = (
    ("upperRoman", "%1."),
    ("decimal", "%1.%2."),
    ("lowerLetter", "%3)"),
    ("bullet", "\uf0b7"),
    ("none", ""),
    ("decimalZero", "%6"),
)
OF_SECOND = '<w:isLgl/><w:pStyle w:val="Second"/>'


def element(name: str, inner: str) -> Any:
    return parse_xml(f"<w:{name} {nsdecls('w')}>{inner}</w:{name}>")


@pytest.fixture
def numbering() -> Numbering:
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        f"{OF_SECOND if n == 1 else ''}</w:lvl>"
        for n, (form, text) in enumerate(LEVELS)
    )
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    root = element(
        "numbering",
        f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        f'<w:num w:numId="3"><w:abstractNumId w:val="1"/>{again}</w:num>',
    )
    styles = element(
        "styles",
        '<w:style w:styleId="Second"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Based"><w:basedOn w:val="Second"/></w:style>',
    )
    return Numbering(root, styles)


def paragraph(level: int | None, number: int | None = 1, style: str = "") -> Any:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    of_list = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if level is not None else ""
    return element("p", f"<w:pPr>{named}{of_list}</w:pPr>")


def test_levels_count_under_each_other(numbering: Numbering) -> None:
    marks = [numbering.mark(paragraph(level)) for level in (0, 1, 1, 2, 2, 3, 0, 1, 2)]
    assert marks == ["I.", "1.1.", "1.2.", "a)", "b)", "-", "II.", "2.1.", "a)"]


def test_lists_on_one_scheme_count_on_unless_one_starts_anew(numbering: Numbering) -> None:
    assert [numbering.mark(paragraph(0, number)) for number in (1, 2, 3, 3, 1)] == ["I.", "II.", "V.", "VI.", "III."]


def test_a_style_brings_its_list_and_level(numbering: Numbering) -> None:
    assert numbering.mark(paragraph(None, style="Second")) == "1.1."
    assert numbering.mark(paragraph(None, style="Based")) == "1.2."
    assert numbering.mark(paragraph(0, 0, style="Second")) == ""  # taken out of the list by hand


def test_paragraphs_without_a_number(numbering: Numbering) -> None:
    assert numbering.mark(paragraph(None)) == numbering.mark(element("p", "")) == ""
    assert numbering.mark(paragraph(0, 99)) == numbering.mark(paragraph(8)) == numbering.mark(paragraph(4)) == ""
    assert numbering.mark(paragraph(5)) == "01"
    assert Numbering(None, None).mark(paragraph(0)) == ""
