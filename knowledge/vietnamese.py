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

_ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a about am an and any are at be by can could deadline do does for from give has have help hello hi how i in "
        "is it list many me must my need of on or our plan please register report should show signed tell than thank "
        "thanks that the there this to unit units was we what when where which who whom whose why will with year you "
        "your",
    )
)
_UNMARKED_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)


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
    composed = unicodedata.normalize("NFC", text)
    return "".join(_unmark_character(character) for character in composed)


@lru_cache(maxsize=4096)
def _unmark_character(character: str) -> str:
    if character in "đĐ":
        return "d" if character == "đ" else "D"
    return unicodedata.normalize("NFD", character)[0]


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

    English words that could be Vietnamese syllables do not show it alone: "tap the", "cam on", "can bo".
    """
    words = re.findall(r"[A-Za-z']+", text.lower() if text.isupper() else text)
    if not words or is_marked(re.sub("[“”].*?[“”]", "", text)):
        return False
    known = sum(word.lower() in _ENGLISH_WORDS for word in words)
    return any(map(_is_foreign, words)) and known >= max(1, round(len(words) * 0.3))


def _is_foreign(word: str) -> bool:
    """Tell whether `word` is neither a Vietnamese syllable without marks nor an abbreviation."""
    return len(word) > 2 and not word.isupper() and not _UNMARKED_SYLLABLE.fullmatch(word.lower())
