"""Names of units as people type them, and which of a list of names they mean. A wrong match is worse than none.

A name means another if it is the same: in the same words; without regard to capitals, punctuation, and marks where
none was typed at all; or with slips of the keyboard that no other name explains. Marks typed differently ("Tân An",
"Tân Ân"), numbers, and syllables that may exist are never taken for slips.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from knowledge.vietnamese import normalise, unmark

LIKENESS = 0.75
"""How like a mistyped syllable must be to the one in the list, 0 to 1: two letters exchanged in five give 0.8."""

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")
_NUMBER = ("số", "so")
_SHORTEST_SLIP = 3  # letters; shorter syllables are too like each other
_MOST_SLIPS = 2  # syllables of a name
_SYLLABLE = re.compile(r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")


class Name:
    """A name taken apart. `words` are in lower case, "số 01" being "1"; `unmarked` the same without marks."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(normalise(text).lower())
        numbered = [word.lstrip("0") or "0" if word.isdecimal() else word for word in words]
        after = [*numbered, ""][1:]
        self.words = tuple(
            word for word, then in zip(numbered, after, strict=True) if not (word in _NUMBER and then.isdecimal())
        )
        self.unmarked = tuple(map(unmark, self.words))
        self.has_marks = self.unmarked != self.words

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The words that are not letters alone; they must be the same."""
        return tuple(word for word in self.words if not word.isalpha())

    @cached_property
    def may_have_slips(self) -> bool:
        """Whether a word is no possible syllable."""
        return any(map(_is_no_syllable, self.unmarked))


@lru_cache(maxsize=4096)
def name_of(text: str) -> Name:
    """Return `text` taken apart."""
    return Name(text)


class NameIndex(Generic[T]):
    """Names, and what each of them names."""

    def __init__(self, named: Iterable[tuple[str, T]] = ()) -> None:
        self._same: dict[tuple[str, ...], list[T]] = defaultdict(list)
        self._unmarked: dict[tuple[str, ...], list[tuple[Name, T]]] = defaultdict(list)
        self._joined: dict[tuple[str, tuple[str, ...]], list[tuple[Name, T]]] = defaultdict(list)
        self._numbered: dict[tuple[tuple[str, ...], int], list[tuple[Name, T]]] = defaultdict(list)
        for text, value in named:
            name = name_of(text)
            self._same[name.words].append(value)
            self._unmarked[name.unmarked].append((name, value))
            self._joined["".join(name.unmarked), name.numbers].append((name, value))
            self._numbered[name.numbers, len(name.words)].append((name, value))

    def find(self, text: str) -> list[T]:
        """Return what `text` may name, each once: by the closest way in which it names anything at all."""
        said = name_of(text)
        return _once(self._same.get(said.words, ())) or self._without_marks(said) or self._with_slips(said)

    def _without_marks(self, said: Name) -> list[T]:
        alike = self._unmarked.get(said.unmarked, ())
        return _once(value for name, value in alike if not (said.has_marks and name.has_marks))

    def _with_slips(self, said: Name) -> list[T]:
        joined = self._joined.get(("".join(said.unmarked), said.numbers), ())
        found = [value for name, value in joined if _is_joined(said, name)]
        if said.may_have_slips:
            alike = self._numbered.get((said.numbers, len(said.words)), ())
            found += [value for name, value in alike if _is_mistyped(said, name)]
        return _once(found)


def _once(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


def _pair(said: Name, listed: Name) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words to compare: with marks where both have some or neither has."""
    same = said.has_marks == listed.has_marks
    return (said.words, listed.words) if same else (said.unmarked, listed.unmarked)


def _is_joined(said: Name, listed: Name) -> bool:
    """Tell whether the names differ in spaces alone."""
    typed, meant = _pair(said, listed)
    return len(typed) != len(meant) and "".join(typed) == "".join(meant)


def _is_mistyped(said: Name, listed: Name) -> bool:
    """Tell whether the names differ in a few mistyped syllables alone; they have as many words."""
    slips = [words for words in zip(*_pair(said, listed), strict=True) if words[0] != words[1]]
    return len(slips) <= _MOST_SLIPS and all(_is_slip(*words) for words in slips)


def _is_slip(said: str, listed: str) -> bool:
    typed, meant = unmark(said), unmark(listed)
    if min(len(typed), len(meant)) < _SHORTEST_SLIP or not _is_no_syllable(typed):
        return False
    return SequenceMatcher(None, typed, meant, autojunk=False).ratio() >= LIKENESS


def _is_no_syllable(word: str) -> bool:
    return word.isalpha() and not _SYLLABLE.fullmatch(word)
