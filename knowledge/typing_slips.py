"""Words left in the letters of the Telex or VNI typing method (`hifnh`, `ddawng`, `ky1`), read as they were meant.

A word is read so only where the result is a known syllable and the word as typed is none.
"""

import re
import unicodedata
from collections.abc import Collection

_WORD = re.compile(r"(?<![\w./-])[^\W\d_][^\W_]{1,11}(?![\w/-])")
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_MARKS = {"a": "\u0302", "e": "\u0302", "o": "\u0302"}
_VNI_MARKS = {"6": ("aeo", "\u0302"), "7": ("ou", "\u031b"), "8": ("a", "\u0306")}
_VOWELS = "aeiouy"
_GLIDES = re.compile(r"^(?:q(u)|g(i)(?=[aeouy]))")


def read_slips(text: str, known: Collection[str], unmarked: Collection[str]) -> str:
    """Return `text` with the words mistyped in Telex or VNI put right.

    Args:
        text: normalised.
        known: marked syllables, lower case.
        unmarked: words that are left as they are, lower case: syllables without marks, abbreviations.
    """
    return _WORD.sub(lambda match: _meant(match.group(), known, unmarked), text)


def _meant(word: str, known: Collection[str], unmarked: Collection[str]) -> str:
    low = word.lower()
    if low in known or low in unmarked or low.isdigit():
        return word
    for reading in (_telex(low), _vni(low)):
        for form in (reading, f"đ{reading[1:]}" if reading.startswith("d") else ""):
            if form in known and form != low:
                return form[0].upper() + form[1:] if word[0].isupper() else form
    return word


def _telex(word: str) -> str:
    tone, letters = "", ""
    for letter in word:
        before = letters[-1:]
        if letter in _TELEX_TONES and any(vowel in letters for vowel in _VOWELS + "ăâêôơưw"):
            tone = _TELEX_TONES[letter]
        elif letter == "d" and letters == "d":
            letters = "đ"
        elif letter in _TELEX_MARKS and before == letter:
            letters = letters[:-1] + _joined(letter, _TELEX_MARKS[letter])
        elif letter in _TELEX_MARKS and letter in letters and not before.isspace() and before not in _VOWELS:
            place = letters.rindex(letter)
            letters = letters[:place] + _joined(letter, _TELEX_MARKS[letter]) + letters[place + 1 :]
        elif letter == "w":
            letters = _hooked(letters)
        else:
            letters += letter
    return _toned(letters, tone)


def _vni(word: str) -> str:
    tone, letters = "", ""
    for letter in word:
        if letter in _VNI_TONES and letters:
            tone = _VNI_TONES[letter]
        elif letter == "9":
            letters = letters.replace("d", "đ", 1)
        elif letter in _VNI_MARKS:
            vowels, mark = _VNI_MARKS[letter]
            letters = "".join(_joined(one, mark) if one in vowels else one for one in letters)
        else:
            letters += letter
    return _toned(letters, tone)


def _hooked(letters: str) -> str:
    """Return `letters` with the `w` after them read: ươ, ă, ơ, ư."""
    if "uo" in letters:
        return letters.replace("uo", "ươ")
    if letters.endswith("ưo"):
        return f"{letters[:-1]}ơ"
    for plain_letter, mark in (("a", "\u0306"), ("o", "\u031b"), ("u", "\u031b")):
        if plain_letter in letters:
            place = letters.rindex(plain_letter)
            return letters[:place] + _joined(plain_letter, mark) + letters[place + 1 :]
    return f"{letters}ư"


def _toned(letters: str, tone: str) -> str:
    """Return `letters` with `tone` on the vowel that carries it, the old way for open oa, oe, uy."""
    if not tone:
        return letters
    glide = _GLIDES.match(letters)
    first = glide.end() if glide else 0
    places = [n for n in range(first, len(letters)) if _bare(letters[n]) in _VOWELS]
    if not places:
        return letters
    marked = [n for n in places if letters[n] not in _VOWELS]
    closed = places[-1] < len(letters) - 1
    unmarked = places[-1] if closed or len(places) == 1 else places[-2]
    at = marked[-1] if marked else unmarked
    return letters[:at] + _joined(letters[at], tone) + letters[at + 1 :]


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _joined(letter: str, mark: str) -> str:
    return unicodedata.normalize("NFC", letter + mark)
