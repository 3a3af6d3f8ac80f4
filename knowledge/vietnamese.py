"""Vietnamese text made comparable: one Unicode form, one tone placement, with or without marks.

Standard library only: Rasa loads this module in its own environment too.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:[-/.,:][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_SYLLABLE = re.compile(r"[^\W\d_]+")
_MOVABLE = re.compile(r"(o[ae]|uy)(?![a-z\u0300-\u036f])")
_EXCESS_MARKS = re.compile(r"([\u0300-\u036f])[\u0300-\u036f]{2,}")
_REMEMBERED = 4096

_ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a about afternoon am an and any are at be by can could deadline delete do does evening for forget from give "
        "good goodbye has have hello help hey hi how human i in is it list machine many me morning much must my need "
        "night of on or our person plan please register report should show signed sorry speak stupid talk tell than "
        "thank thanks that the there this to unit units useless very want was we what when where which who whom whose "
        "why will with would year you your",
    )
)
_BORROWED = re.compile(r'“.*?”|"[^"]*"|\([^)]*\)|\S*[\d/]\S*|(?<=\S )[A-ZĐÀ-Ỹ]\w+')
_UNMARKED_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)


@lru_cache(maxsize=64)
def normalise(text: str) -> str:
    """Return `text` in NFC with one tone placement and single spaces.

    Control, zero-width and direction characters are dropped, stacks of more than two combining marks are cut to
    the first, and the old tone placement of open `oa`, `oe`, `uy` (`hóa`, `hủy`) is used throughout.
    """
    text = _CONTROL.sub("", text.replace("\t", " ").replace("\r", " "))
    decomposed = _EXCESS_MARKS.sub(r"\1", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", decomposed)
    return _SPACE.sub(" ", _SYLLABLE.sub(lambda match: _place_tone(match.group()), text)).strip()


@lru_cache(maxsize=8192)
def _place_tone(syllable: str) -> str:
    letters = unicodedata.normalize("NFD", syllable)
    tones = [letter for letter in letters if letter in _TONES]
    if len(tones) != 1:
        return syllable
    bare = "".join(letter for letter in letters if letter not in _TONES)
    ending = _MOVABLE.search(bare.lower())
    if ending is None or bare[: ending.start()].lower().endswith("q"):
        return syllable
    vowel = ending.start() + 1
    return unicodedata.normalize("NFC", bare[:vowel] + tones[0] + bare[vowel:])


def unmark(text: str) -> str:
    """Return `text` without tone and vowel marks, đ as d; as long as its NFC form, case kept."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(_UNMARKED)


class _Unmarked(dict[int, str]):
    """Characters without their marks, by code point; some thousand are remembered."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        unmarked = "dD"["đĐ".index(character)] if character in "đĐ" else unicodedata.normalize("NFD", character)[0]
        if len(self) < _REMEMBERED:
            self[code] = unmarked
        return unmarked


_UNMARKED = _Unmarked()


def plain(text: str) -> str:
    """Return `text` without marks and in lower case; a place in its NFC form is the same place here."""
    unmarked = unmark(text)
    if unmarked.isascii():
        return unmarked.lower()
    letters = ((letter, letter.lower()) for letter in unmarked)
    return "".join(lower if len(lower) == 1 else letter for letter, lower in letters)


def is_marked(text: str) -> bool:
    """Tell whether any letter of `text` carries a Vietnamese mark."""
    return unmark(text) != unicodedata.normalize("NFC", text)


def syllables(text: str) -> list[str]:
    """Return the lower-case tokens of `text`: syllables, numbers, and document symbols.

    A symbol such as `01-KL/TW` gives itself and its parts, so that either way of asking finds it.
    """
    found: list[str] = []
    for word in _WORD.findall(normalise(text).lower()):
        found.append(word)
        parts = _PART.findall(word)
        if len(parts) > 1:
            found.extend(parts)
    return found


def is_english(text: str) -> bool:
    """Tell whether `text` is written in English rather than in Vietnamese without marks.

    English words that could be Vietnamese syllables do not show it alone: "tap the", "cam on", "can bo". Names,
    quotations, documents' numbers may stand in it with their marks.
    """
    own = _BORROWED.sub(" ", text)
    if is_marked(own):
        return False
    words = re.findall(r"[A-Za-z']+", own.lower() if text.isupper() else own)
    known = [word for word in words if word.lower().partition("'")[0] in _ENGLISH_WORDS]
    foreign = [word for word in words if _is_foreign(word)]
    if not known or not foreign:
        return False
    either = sum(word in known or word in foreign for word in words)
    sure = any(map(_is_foreign, known))
    return len(known) >= round(len(words) * 0.3) or (sure and either >= len(words) * 0.6)


def _is_foreign(word: str) -> bool:
    """Tell whether `word` is neither a Vietnamese syllable without marks nor an abbreviation."""
    return len(word) > 2 and not word.isupper() and not _UNMARKED_SYLLABLE.fullmatch(word.lower())
