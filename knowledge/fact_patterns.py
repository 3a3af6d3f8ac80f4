"""The patterns by which Facts are drawn (`facts.yml`), and the way from words found back to the source."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.reading import fold
from knowledge.structure import Passage

_DROPPED = r"(?:\*|<sup>\s*\d+\s*</sup>|(?<=\n)[ \t]*#{1,6}(?=[ \t]))"
_PAGE_NUMBER = r"(?:\n[ \t\f]*\d{1,3}[ \t]*(?=\n))"


@dataclass(frozen=True)
class Stretch:
    """Words of a plan and their place: `fold(source[start:end]) == words`, and `words` stand in `passage.text`."""

    passage: Passage
    words: str
    start: int
    end: int


@cache
def patterns() -> dict[str, Any]:
    """Return `facts.yml`, its patterns compiled."""
    loaded = yaml.safe_load(Path(__file__).with_name("facts.yml").read_text(encoding="utf-8"))
    return {name: _compiled(value) for name, value in loaded.items()}


def stretch(source: str, passage: Passage, begin: int, end: int) -> Stretch:
    """Return `passage.text[begin:end]` with its place in `source`; the whole passage's where that is not found."""
    words = passage.text[begin:end]
    as_it_is = source.find(words, passage.start, passage.end)
    if as_it_is >= 0 and source.count(words, passage.start, passage.end) == passage.text.count(words) == 1:
        return Stretch(passage, words, as_it_is, as_it_is + len(words))
    nth = len(re.findall(re.escape(words), passage.text[:begin]))
    spans = [match.span() for match in _spelled(words).finditer(source, passage.start, passage.end)]
    found = [span for span in spans if fold(source[slice(*span)]) == words]
    if nth < len(found):
        return Stretch(passage, words, *found[nth])
    return Stretch(passage, passage.text, passage.start, passage.end)


def _spelled(words: str) -> re.Pattern[str]:
    """Return a pattern of all that `fold` makes `words` of."""
    spelled = []
    for letter in words[:-1]:
        if letter == " ":
            spelled.append(rf"(?:\s|{_PAGE_NUMBER}|{_DROPPED})+")
        else:
            spelled.append(re.escape(letter) + (r"(?:[ \t]*\n\s*)?" if letter == "-" else "") + f"{_DROPPED}*")
    return re.compile("".join(spelled) + re.escape(words[-1:]))


def _compiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: re.compile(pattern) for name, pattern in value.items()}
    return re.compile(value)
