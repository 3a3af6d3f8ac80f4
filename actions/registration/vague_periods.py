"""What a time that is no month and no quarter may mean: "đầu năm sau", "6 tháng đầu năm", "5", "25/4"."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.registration.periods import FIRST_YEAR, LAST_YEAR, parse_period
from knowledge.vietnamese import plain

WORDS_FILE = Path(__file__).with_name("vague_periods.yml")
MOST_OFFERED = 6

_QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_YEAR = re.compile(r"\b(20\d\d)\b")
_A_YEAR = re.compile(r"(?:trong |nam )*(20\d\d)")
_BARE_NUMBER = re.compile(r"\d{1,2}")
_DAY_AND_MONTH = re.compile(r"(?:ngay )?\d{1,2}\s*[/.-]\s*(\d{1,2})")
_BETWEEN = re.compile(r"\s+(?:den|toi|va|hoac|hay|to|and|or|until)\s+|\s*[-–,;]\s*")


@cache
def _words() -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return loaded


def possible_periods(text: str, year: int) -> tuple[str, ...]:
    """Return the codes of the months and quarters that `text` may mean, at most `MOST_OFFERED`; () for no idea.

    `year` (the plan's) is taken where the text names none.

    >>> possible_periods("đầu năm sau", 2023)
    ('2024-01', '2024-02', '2024-03')
    >>> possible_periods("2", 2023)
    ('2023-02', '2023-Q2')
    """
    said = " ".join(plain(text).strip(" .,;!?()").split())
    if _BARE_NUMBER.fullmatch(said):
        return _parsed([f"t{said}", f"q{said}"], year)
    if match := _DAY_AND_MONTH.fullmatch(said):
        return _parsed([f"t{match.group(1)}"], year)
    if match := _A_YEAR.fullmatch(said):
        return _within(_QUARTERS, int(match.group(1)))
    shift = next((each for each in _words()["shifts"] if _longest(said, each["words"])), None)
    if match := _YEAR.search(said):
        year = int(match.group(1))
    elif shift:
        year += shift["years"]
    part = max(_words()["parts"], key=lambda each: _longest(said, each["words"]))
    if _longest(said, part["words"]):
        return _within(part["periods"], year)
    if shift:
        rest = _without(said, shift["words"])
        return _parsed([rest], year) if rest else _within(_QUARTERS, year)
    pieces = [piece for piece in _BETWEEN.split(said) if piece]
    return _parsed(pieces, year) if len(pieces) == 2 else ()


def _parsed(texts: Sequence[str], year: int) -> tuple[str, ...]:
    codes = [parse_period(text, year)[0] for text in texts]
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _within(parts: Sequence[str], year: int) -> tuple[str, ...]:
    return tuple(f"{year}-{part}" for part in parts[:MOST_OFFERED]) if FIRST_YEAR <= year <= LAST_YEAR else ()


def _longest(said: str, words: Sequence[str]) -> int:
    """Return the length of the longest of `words` that stand in `said`; 0 for none."""
    return max((len(word) for word in map(plain, words) if re.search(rf"\b{re.escape(word)}\b", said)), default=0)


def _without(said: str, words: Sequence[str]) -> str:
    for word in sorted(map(plain, words), key=len, reverse=True):
        said = re.sub(rf"\b{re.escape(word)}\b", " ", said)
    return " ".join(said.split())
