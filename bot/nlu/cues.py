"""Hints on what a message is for, from families of words in `cues.yml` and from how it is written. No Rasa here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.vietnamese import is_marked, normalise, unmark

CUES_FILE = Path(__file__).with_name("cues.yml")
_LENGTHS = (1, 2, 4, 8, 14)


def _begins_with_a_capital(text: str) -> bool:
    return text.lstrip()[:1].isupper()


_SIGNS: tuple[Callable[[str], object], ...] = (
    re.compile(r"\?").search,
    re.compile(r"\?\s*$").search,
    re.compile(r"!").search,
    re.compile(r"\.\s*$").search,
    re.compile(r",").search,
    re.compile(r"\d").search,
    re.compile(r"[=:;][()]|[\U0001F300-\U0001FAFF]").search,  # faces and the like
    _begins_with_a_capital,
    str.isupper,
)
"""What is told from how a message is written: a hint each."""


@dataclass(frozen=True)
class Cues:
    """The compiled families.

    `marked` and `plain` hold for each family a pattern for one of its words, and one for nothing but its words; which
    of the two is used depends on whether the message has marks: without them "thời" and "thôi" are one word.
    `together` are pairs of positions in `names`.
    """

    names: tuple[str, ...]
    marked: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    plain: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    together: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """The number of hints: two a family, one a pair, one a length class, one a sign of how it is written."""
        return 2 * len(self.names) + len(self.together) + len(_LENGTHS) + 1 + len(_SIGNS)

    def hints(self, text: str) -> list[int]:
        """Return the positions (0 to `size` - 1) of the hints that hold for `text`, in rising order."""
        patterns = self.marked if is_marked(text) else self.plain
        words = _words(text)
        line = f" {' '.join(words)} "
        found = [i for i, (some, _) in enumerate(patterns) if some.search(line)]
        whole = [i for i, (_, only) in enumerate(patterns) if words and only.fullmatch(line)]
        pairs = [i for i, (one, other) in enumerate(self.together) if one in found and other in found]
        length = next((i for i, most in enumerate(_LENGTHS) if len(words) <= most), len(_LENGTHS))
        families = len(self.names)
        positions = [*found, *(families + i for i in whole), *(2 * families + i for i in pairs)]
        positions.append(2 * families + len(self.together) + length)
        signs = self.size - len(_SIGNS)
        return [*positions, *(signs + i for i, shows in enumerate(_SIGNS) if shows(text))]


@cache
def load_cues(path: Path = CUES_FILE) -> Cues:
    """Return the cues of `path`, compiled."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = list(data["families"])
    return Cues(
        names=tuple(names),
        marked=_patterns(data["families"], data["filler"], str),
        plain=_patterns(data["families"], data["filler"], unmark),
        together=tuple((names.index(one), names.index(other)) for one, other in data["together"]),
    )


def _patterns(
    families: Mapping[str, list[str]], filler: list[str], form: Callable[[str], str]
) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Return both patterns of each family, its words and the text compared in the given form."""
    between = _alternatives(filler, form)
    patterns = []
    for words in families.values():
        any_of = _alternatives(words, form)
        only = rf" (?:(?:{between}) )*(?:{any_of}) (?:(?:{any_of}|{between}) )*"
        patterns.append((re.compile(rf" (?:{any_of}) "), re.compile(only)))
    return tuple(patterns)


def _alternatives(words: list[str], form: Callable[[str], str]) -> str:
    """Return a pattern for any of `words`, the longest first."""
    formed = {" ".join(_words(form(str(word)))) for word in words}
    return "|".join(re.escape(word) for word in sorted(formed, key=lambda word: (-len(word), word)))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w/]+", normalise(text).lower())
