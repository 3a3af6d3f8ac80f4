"""The words of a paragraph of a Word paper: what is seen, in Unicode, with marks where footnotes are referred to."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from docx.oxml.ns import qn

from knowledge.intake.legacy_letters import in_font, legacy_of

_UNSEEN = ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:drawing", "w:pict", "w:object", "w:instrText")
_SKIPPED = {qn(name) for name in _UNSEEN}
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_WORDS = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\xad",  # TCVN3 has a letter at this place
}
_FONT = [qn(name) for name in ("w:ascii", "w:hAnsi", "w:cs")]
_NOTES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}

Piece = tuple[str, str | None]  # words and their font


class Fonts:
    """Which font a run is set in: its own, its style's, its paragraph's style's, or the document's."""

    def __init__(self, styles: Any) -> None:
        found = styles.findall(qn("w:style")) if styles is not None else []
        self._styles: Mapping[str, Any] = {style.get(qn("w:styleId")): style for style in found}
        defaults = (
            styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}") if styles is not None else None
        )
        normal = next((s.get(qn("w:styleId")) for s in found if s.get(qn("w:default")) == "1"), None)
        self._default = self._of_style(normal) or _named(defaults)

    def of(self, run: Any, paragraph: Any) -> str | None:
        """Return the font of the run `w:r` in the paragraph `w:p`, None where nothing names one."""
        own = run.find(qn("w:rPr"))
        styles = (_style(own, "w:rStyle"), _style(paragraph.find(qn("w:pPr")), "w:pStyle"))
        named = _named(own)
        return named or next((font for style in styles if (font := self._of_style(style))), self._default)

    def _of_style(self, style: str | None) -> str | None:
        for _ in range(len(self._styles)):
            if style is None or style not in self._styles:
                return None
            found = _named(self._styles[style].find(qn("w:rPr")))
            if found:
                return found
            style = _style(self._styles[style], "w:basedOn")
        return None


class Notes:
    """The footnotes and endnotes referred to so far, numbered in order from 1."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, str, str]] = []
        self._count = 0

    def mark(self, kind: str, note_id: str) -> str:
        """Return the mark of a reference and remember that the note is to follow."""
        self._count += 1
        self.waiting.append((self._count, kind, note_id))
        return f"<sup>{self._count}</sup>"

    def taken(self) -> list[tuple[int, str, str]]:
        """Return the (number, kind, id) of the notes that wait, and forget them."""
        waiting, self.waiting = self.waiting, []
        return waiting


def paragraph_text(paragraph: Any, fonts: Fonts, notes: Notes) -> str:
    """Return the words of `w:p` in Unicode; a manual line break is one, deleted words are left out."""
    text = ""
    pieces = _pieces(paragraph, paragraph, None, fonts, notes)
    for _, group in groupby(pieces, key=lambda piece: legacy_of(piece[1]) and piece[1]):
        together = list(group)  # a letter and its mark may stand in two runs
        text += in_font("".join(words for words, _ in together), together[0][1])
    return "\n".join(" ".join(line.split(" ")).strip() for line in text.split("\n")).strip()


def _pieces(element: Any, paragraph: Any, font: str | None, fonts: Fonts, notes: Notes) -> Iterator[Piece]:
    for child in element.iterchildren():
        if child.tag in _SKIPPED or child.tag == _ALTERNATE:
            continue
        if child.tag == qn("w:t"):
            yield child.text or "", font
        elif child.tag in _WORDS:
            if child.get(qn("w:type")) not in ("page", "column"):
                yield _WORDS[child.tag], font
        elif child.tag in _NOTES:
            yield notes.mark(_NOTES[child.tag], child.get(qn("w:id"))), None
        else:
            own = fonts.of(child, paragraph) if child.tag == qn("w:r") else font
            yield from _pieces(child, paragraph, own, fonts, notes)


def _named(properties: Any) -> str | None:
    element = properties.find(qn("w:rFonts")) if properties is not None else None
    if element is None:
        return None
    return next((str(name) for key in _FONT if (name := element.get(key))), None)


def _style(element: Any, name: str) -> str | None:
    found = element.find(qn(name)) if element is not None else None
    value: str | None = found.get(qn("w:val")) if found is not None else None
    return value
