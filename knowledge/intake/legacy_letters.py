"""Vietnamese in the letters of TCVN3 (ABC) and VNI-Windows, told from Unicode and turned into it (NFC)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.vietnamese import unmark

ENOUGH = 0.04
"""Share of a text's words, from 0 to 1, that are common ones, from which the text counts as read rightly."""

_WORD = re.compile(r"[^\W\d_]+")
_PRIVATE_USE = re.compile("[\uf020-\uf0ff]")


@cache
def letters() -> Mapping[str, Any]:
    """Return `legacy_letters.yml`."""
    loaded: Mapping[str, Any] = yaml.safe_load(
        Path(__file__).with_name("legacy_letters.yml").read_text(encoding="utf-8")
    )
    return loaded


def from_tcvn3(text: str) -> str:
    """Return `text`, whose letters stand for TCVN3 ones, in Unicode."""
    return unicodedata.normalize("NFC", _plain_codes(text).translate(_tcvn3()))


def _with_capitals(text: str) -> str:
    """Return text from TCVN3, whose plain fonts have no marked capitals, with its words in capitals made whole.

    Of such a word only the marked letters are small.
    """
    return "\n".join(
        line.upper() if _of_capitals(line) else _WORD.sub(_capital_word, line) for line in text.split("\n")
    )


def _capital_word(match: re.Match[str]) -> str:
    word = match.group()
    return word.upper() if _of_capitals(word) and any(letter.isupper() for letter in word[1:]) else word


def _of_capitals(text: str) -> bool:
    return any(letter.isupper() for letter in text) and not any("a" <= letter <= "z" for letter in text)


def from_vni(text: str) -> str:
    """Return `text`, whose letters stand for VNI ones, in Unicode."""
    return unicodedata.normalize("NFC", _vni().sub(_vni_letter, _plain_codes(text)))


def in_font(text: str, font: str | None) -> str:
    """Return words set in `font` in Unicode; those of a modern font, or that are Unicode already, as they are."""
    rules = letters()["fonts"]
    if not font or any(ord(letter) > 0xFF and letter not in _beyond_latin() for letter in _plain_codes(text)):
        return text
    if re.match(rules["tcvn3"], font):
        read = from_tcvn3(text)
        return read.upper() if re.match(rules["capitals"], font) else _with_capitals(read)
    return from_vni(text) if re.match(rules["vni"], font) else text


def legacy_of(font: str | None) -> str | None:
    """Return which legacy set of letters `font` is named after: `tcvn3`, `vni` or None."""
    return next((name for name in ("tcvn3", "vni") if font and re.match(letters()["fonts"][name], font)), None)


def modern(text: str) -> tuple[str, str | None]:
    """Return `text` in Unicode and the name of the letters it was written in, None where it needed no change."""
    ways: Mapping[str, Callable[[str], str]] = {
        "TCVN3 (ABC)": lambda old: _with_capitals(from_tcvn3(old)),
        "VNI": from_vni,
    }
    best, name = known_share(text), None
    read = text
    for way, turn in ways.items():
        turned = turn(text)
        if (share := known_share(turned)) > max(best, ENOUGH):
            best, name, read = share, way, turned
    return read, name


def known_share(text: str) -> float:
    """Return the share of the words of `text` that are common Vietnamese ones, with their marks."""
    return _share(text, _common("vietnamese"))


def is_readable(text: str) -> bool:
    """Tell whether `text` is Vietnamese, with or without tone marks, or English."""
    unmarked = {unmark(word) for word in _common("vietnamese")}
    return max(_share(text, unmarked | _common("vietnamese")), _share(text, _common("english"))) >= ENOUGH


def _share(text: str, common: frozenset[str] | set[str]) -> float:
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return sum(word in common for word in words) / max(1, len(words))


@cache
def _common(language: str) -> frozenset[str]:
    return frozenset(letters()[language])


@cache
def _tcvn3() -> Mapping[int, str]:
    table = letters()["tcvn3"]
    return {ord(old): new for old, new in zip(table["from"], table["to"], strict=True)}


@cache
def _vni() -> re.Pattern[str]:
    rules = letters()["vni"]
    marks = "".join(rules["marks"])
    return re.compile(f"(?P<base>[{rules['bases']}])(?P<marks>[{marks}])|[{''.join(rules['letters'])}]", re.IGNORECASE)


def _vni_letter(match: re.Match[str]) -> str:
    rules = letters()["vni"]
    base = match["base"] or match.group()
    letter = str(rules["letters"].get(base.lower(), base.lower()))
    marks = str(rules["marks"][match["marks"].lower()]) if match["marks"] else ""
    return (letter.upper() if base.isupper() else letter) + marks


def _plain_codes(text: str) -> str:
    """Return `text` with the codes that Word gives the letters of a symbol font (U+F0xx) brought back to U+00xx."""
    return _PRIVATE_USE.sub(lambda match: chr(ord(match.group()) - 0xF000), text)


@cache
def _beyond_latin() -> frozenset[str]:
    """Return the letters of Windows-1252 that lie beyond U+00FF: dashes, curly quotation marks and the like."""
    return frozenset(bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore"))
