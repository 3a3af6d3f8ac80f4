"""Whole numbers as officials write them: in digits, or in Vietnamese or English words, with or without marks.

Standard library and `knowledge.vietnamese` only: usable in the Rasa environment too.
"""

import re

from knowledge.vietnamese import normalise, unmark

LARGEST = 999
ERRORS = ("number_unclear", "number_several", "number_not_whole", "number_too_small", "number_too_large")

_UNITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_AFTER_TENS = {**_UNITS, "tu": 4, "lam": 5, "nham": 5}
_ENGLISH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_FILLERS = {
    "mo", "hinh", "dien", "cai", "model", "models", "so", "luong", "dang", "ky", "la", "co", "da", "thua",
    "vang", "a", "xin", "toi", "em", "chung", "tong", "cong",
}  # fmt: skip
_TOKEN = re.compile(r"-?\d+(?:[.,]\d+)?|[a-z]+")


def parse_amount(text: str) -> tuple[int | None, str | None]:
    """Return `(number, None)` for a whole number from 1 to `LARGEST`, else `(None, error key)`.

    >>> parse_amount("ba mô hình")
    (3, None)
    >>> parse_amount("1,5")
    (None, 'number_not_whole')
    """
    plain = unmark(normalise(text)).lower()
    found = numbers_in(plain)
    if found is None or not found:
        return None, "number_unclear"
    if len(set(found)) > 1:
        return None, "number_several"
    number = found[0]
    if number != int(number):
        return None, "number_not_whole"
    if number < 1:
        return None, "number_too_small"
    return (int(number), None) if number <= LARGEST else (None, "number_too_large")


def numbers_in(plain: str) -> list[float] | None:
    """Return the numbers of a plain text that holds nothing else but filler words, else None."""
    if re.search(r"[^\sa-z0-9.,!:()-]", plain):
        return None
    numbers: list[float] = []
    words: list[str] = []
    for token in [*_TOKEN.findall(plain), ""]:
        if token and token[0].isalpha() and token not in _FILLERS:
            words.append(token)
            continue
        if words:
            value = number_from_words(words)
            if value is None:
                return None
            numbers.append(value)
            words = []
        if token and not token[0].isalpha():
            thousands = re.fullmatch(r"-?\d{1,3}[.,]\d{3}", token)
            numbers.append(float(re.sub("[.,]", "", token) if thousands else token.replace(",", ".")))
    return numbers


def number_from_words(words: list[str]) -> int | None:
    """Return the number that unmarked words spell (0 to 99, `tram` for hundreds), or None.

    >>> number_from_words(["hai", "muoi", "mot"])
    21
    """
    match words:
        case [word] if word in _UNITS:
            return _UNITS[word]
        case [word] if word in _ENGLISH:
            return _ENGLISH[word]
        case ["muoi"] | ["chuc"] | ["mot", "chuc"]:
            return 10
        case ["muoi", unit] if _AFTER_TENS.get(unit):
            return 10 + _AFTER_TENS[unit]
        case [tens, "muoi"] if _UNITS.get(tens, 0) > 1:
            return 10 * _UNITS[tens]
        case [tens, "muoi", unit] if _UNITS.get(tens, 0) > 1 and _AFTER_TENS.get(unit):
            return 10 * _UNITS[tens] + _AFTER_TENS[unit]
        case [hundreds, "tram", *rest] if _UNITS.get(hundreds, 0) > 0:
            below = number_from_words(rest[1:] if rest[:1] in (["le"], ["linh"]) else rest) if rest else 0
            return None if below is None else 100 * _UNITS[hundreds] + below
    return None
