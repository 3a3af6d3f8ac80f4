"""Months and quarters as officials write them, and their codes `2023-05` and `2023-Q2`.

Standard library and `knowledge.vietnamese` only: usable in the Rasa environment too.
"""

import re

from actions.registration.amounts import number_from_words
from knowledge.vietnamese import normalise, unmark

ERRORS = ("period_unclear", "period_several", "period_no_month", "period_no_quarter", "period_no_year")
FIRST_YEAR, LAST_YEAR = 2000, 2100

_CODE = re.compile(r"(\d{4})-(?:(0[1-9]|1[0-2])|Q([1-4]))")
_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(_ENGLISH_MONTHS, 1)} | {"sept": 9}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

_MONTH_NAMES = "|".join([*_ENGLISH_MONTHS, "sept", *(name[:3] for name in _ENGLISH_MONTHS)])
_WORDS = r"(?:muoi (?:mot|hai)|muoi|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|gieng|chap)"
_YEAR = r"(?P<year>\d{4}|(?<=[/\-.])[2-9]\d)"
_THEN_YEAR = rf"(?:\s*(?:[/\-.,]?\s*(?:nam|year|of)?|')\s*{_YEAR})?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})\s*[-/.]\s*(?P<month>\d{1,2})",
        r"(?P<year>\d{4})\s*[-/.]?\s*q\s*(?P<quarter>\d+)",
        r"(?:ngay )?\d{1,2}\s*[-/.]\s*(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})",
        rf"(?:thang|thg|th|t|month)\.?\s*(?P<month>\d+){_THEN_YEAR}",
        rf"thang (?P<month>{_WORDS}){_THEN_YEAR}",
        r"(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})",
        r"(?P<month>\d{1,2})/(?P<year>[2-9]\d)",
        r"(?P<month>\d{1,2}) nam (?P<year>\d{4})",
        rf"(?P<month>{_MONTH_NAMES})\.?{_THEN_YEAR}",
        rf"(?:quy|qui|quarter|q)\.?\s*(?P<quarter>\d+|iv|v|i{{1,3}}){_THEN_YEAR}",
        rf"quy (?:thu )?(?P<quarter>mot|nhat|hai|ba|bon|tu|nam){_THEN_YEAR}",
        rf"(?P<quarter>{'|'.join(_ORDINALS)}) quarter{_THEN_YEAR}",
    )
)
_FILLERS = re.compile(
    r"^(?:(?:da|vang|tu|den|het|trong|vao|khoang|du kien|bat dau|hoan thanh|xay dung|dau|giua|cuoi|la|"
    r"in|by|from|since|start|end of|the|early|late)\s+)+"
)
_COURTESY = re.compile(r"(?:\s+(?:a|nhe|nha|nhi|please))+$")
_SEVERAL = re.compile(rf"(?:thang|quy|qui|month|quarter)\s*\w+|\b(?:t|q)\d+|\b(?:{_MONTH_NAMES})\b|\d{{1,2}}/\d{{4}}")


def parse_period(text: str, year: int) -> tuple[str | None, str | None]:
    """Return `(code, None)` for a month or quarter, else `(None, error key)`.

    `year` (the plan's) is taken where the text names none. A bare number is unclear: it could be either.

    >>> parse_period("quý II/2023", 2023)
    ('2023-Q2', None)
    >>> parse_period("thang 5", 2024)
    ('2024-05', None)
    >>> parse_period("đầu năm sau", 2023)
    (None, 'period_unclear')
    """
    plain = unmark(normalise(text)).lower().strip(' .,;!?()"“”')
    plain = _FILLERS.sub("", _COURTESY.sub("", plain))
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(plain):
            return _code(match.groupdict(), year)
    if len(_SEVERAL.findall(plain)) > 1:
        return None, "period_several"
    return None, "period_unclear"


def _code(found: dict[str, str | None], year: int) -> tuple[str | None, str | None]:
    if said := found.get("year"):
        year = int(said) + (2000 if len(said) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, "period_no_year"
    if quarter := found.get("quarter"):
        number = _quarter(quarter)
        return (f"{year}-Q{number}", None) if 1 <= number <= 4 else (None, "period_no_quarter")
    number = _month(found["month"] or "")
    return (f"{year}-{number:02}", None) if 1 <= number <= 12 else (None, "period_no_month")


def _month(word: str) -> int:
    special = {"tu": 4, "gieng": 1, "chap": 12}
    if word.isdigit():
        return int(word)
    return special.get(word) or _SHORT_MONTHS.get(word[:3] if word != "sept" else word) or _spelt(word)


def _quarter(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _ROMAN.get(word) or _ORDINALS.get(word) or {"tu": 4, "nhat": 1}.get(word) or _spelt(word)


def _spelt(word: str) -> int:
    return number_from_words(word.split()) or 0


def is_period(code: object) -> bool:
    """Tell whether `code` is a period code such as `2023-05` or `2023-Q2`."""
    return isinstance(code, str) and _CODE.fullmatch(code) is not None


def months_of(code: str) -> tuple[int, int]:
    """Return the first and last month of a period, counted from year 0; ValueError if `code` is none."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"not a period code: {code!r}")
    year, month, quarter = match.groups()
    base = int(year) * 12
    if month:
        return base + int(month), base + int(month)
    return base + 3 * int(quarter) - 2, base + 3 * int(quarter)


def ends_before(completion: str, start: str) -> bool:
    """Tell whether `completion` is over before `start` has begun: May may be in the second quarter."""
    return months_of(completion)[1] < months_of(start)[0]


def show(code: str, language: str = "vi") -> str:
    """Return a period code in words: `tháng 5/2023`, `quý II/2023`; in English `May 2023`, `Q2 2023`.

    Whatever it returns is read back by `parse_period` as the same code.
    """
    first, last = months_of(code)
    year, month = code[:4], (first - 1) % 12 + 1
    if first == last:
        return f"{_ENGLISH_MONTHS[month - 1].capitalize()} {year}" if language == "en" else f"tháng {month}/{year}"
    quarter = (month + 2) // 3
    roman = next(key for key, value in _ROMAN.items() if value == quarter).upper()
    return f"Q{quarter} {year}" if language == "en" else f"quý {roman}/{year}"
