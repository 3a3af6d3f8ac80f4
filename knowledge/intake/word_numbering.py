"""The numbers that Word counts by itself ("I.", "1.", "a)", "-"), which stand in no run of a paragraph's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

_PLACE = re.compile(r"%(\d)")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_DASHES = "-–+"
_STYLES_DEEP = 20  # links of a style to the one it is based on, at most


@dataclass
class _Level:
    """How one level of a list is numbered."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False
    style: str | None = None


@dataclass
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts along the paragraphs of one document, which must be asked for in order.

    Args:
        numbering: the root of `word/numbering.xml`, None where the document has none.
        styles: the root of `word/styles.xml`, None likewise.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._styles = {style.get(qn("w:styleId")): style for style in _all(styles, "w:style")}
        self._abstract = {each.get(qn("w:abstractNumId")): _list(each) for each in _all(numbering, "w:abstractNum")}
        self._lists: dict[str, _List] = {}
        for num in _all(numbering, "w:num"):
            self._lists[num.get(qn("w:numId"))] = self._list_of(num)

    def mark(self, paragraph: Any) -> str:
        """Return the number or dash before the paragraph `w:p`, "" where it has none, and count it."""
        found = self._place(paragraph)
        if found is None:
            return ""
        listed, level = found
        rule = listed.levels.get(level)
        if rule is None:
            return ""
        listed.counts[level] = listed.counts.get(level, rule.start - 1) + 1
        for deeper in [each for each in listed.counts if each > level]:
            del listed.counts[deeper]
        if rule.form == "none":
            return ""
        if rule.form == "bullet":
            return rule.text if rule.text in _DASHES and rule.text else "-"
        return _PLACE.sub(lambda match: self._number(listed, int(match.group(1)) - 1, rule.legal), rule.text).strip()

    def _number(self, listed: _List, level: int, legal: bool) -> str:
        rule = listed.levels.get(level, _Level())
        return _written(listed.counts.get(level, rule.start), "decimal" if legal else rule.form)

    def _place(self, paragraph: Any) -> tuple[_List, int] | None:
        """Return the list a paragraph belongs to and its level, from itself or from its style."""
        properties = paragraph.find(qn("w:pPr"))
        given = properties.find(qn("w:numPr")) if properties is not None else None
        style = _value(properties, "w:pStyle")
        level = _value(given, "w:ilvl")
        number = _value(given, "w:numId")
        for name in self._based_on(style):
            if number is not None:
                break
            inherited = self._styles[name].find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            number = _value(inherited, "w:numId")
            level = level or _value(inherited, "w:ilvl") or self._level_of_style(number, name)
        listed = self._lists.get(number or "")
        return (listed, int(level or 0)) if listed is not None else None

    def _based_on(self, style: str | None) -> Iterator[str]:
        for _ in range(_STYLES_DEEP):
            if style is None or style not in self._styles:
                return
            yield style
            style = _value(self._styles[style], "w:basedOn")

    def _level_of_style(self, number: str | None, style: str) -> str | None:
        levels = self._lists[number].levels if number in self._lists else {}
        return next((str(level) for level, rule in levels.items() if rule.style == style), None)

    def _list_of(self, num: Any) -> _List:
        """Return the list of a `w:num`; those on one abstract list count on together, unless one starts anew."""
        shared = self._abstract.get(_value(num, "w:abstractNumId") or "", _List())
        overrides = list(_all(num, "w:lvlOverride"))
        if not overrides:
            return shared
        levels = dict(shared.levels)
        for override in overrides:
            level = int(override.get(qn("w:ilvl")))
            own = override.find(qn("w:lvl"))
            rule = _level(own) if own is not None else levels.get(level, _Level())
            start = _value(override, "w:startOverride")
            levels[level] = _Level(int(start) if start else rule.start, rule.form, rule.text, rule.legal, rule.style)
        return _List(levels)


def _list(abstract: Any) -> _List:
    return _List({int(level.get(qn("w:ilvl"))): _level(level) for level in _all(abstract, "w:lvl")})


def _level(element: Any) -> _Level:
    return _Level(
        int(_value(element, "w:start") or 1),
        _value(element, "w:numFmt") or "decimal",
        _value(element, "w:lvlText") or "",
        element.find(qn("w:isLgl")) is not None,
        _value(element, "w:pStyle"),
    )


def _written(count: int, form: str) -> str:
    """Return `count` as the form writes it; forms that are not known here are written as decimals."""
    if form in ("upperRoman", "lowerRoman"):
        return _roman(count).upper() if form == "upperRoman" else _roman(count)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * (1 + (count - 1) // 26)
        return letter.upper() if form == "upperLetter" else letter
    return f"{count:02}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written, count = written + letters * (count // value), count % value
    return written


def _value(element: Any, name: str) -> str | None:
    found = element.find(qn(name)) if element is not None else None
    value: str | None = found.get(qn("w:val")) if found is not None else None
    return value


def _all(element: Any, name: str) -> list[Any]:
    return list(element.findall(qn(name))) if element is not None else []
