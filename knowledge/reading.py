"""From the file of a plan to its stored text, and from a stretch of that text to what a person reads."""

import re
from functools import lru_cache
from pathlib import Path

READABLE = (".txt", ".md")

_SUPERSCRIPT = re.compile(r"<sup>\s*\d+\s*</sup>")
_HEADING_MARK = re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+")
_PAGE_NUMBER = re.compile(r"(?:\A|(?<=\n))(?P<before>[ \t]*\n)[ \t\f]*\d{1,3}[ \t]*\n(?=[ \t]*(?:\n|\Z))")
_BROKEN_SYMBOL = re.compile(r"(?<=[0-9A-ZĐ])-[ \t]*\n\s*(?=[0-9A-ZĐ])")
_SPACE = re.compile(r"\s+")


class UnreadablePlan(Exception):
    """A file cannot be read as a plan; the message says why and what to do."""


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the reading form of a stretch of a plan's stored text.

    Dropped: Markdown emphasis and heading marks, `<sup>` marks with their number, and lines that hold nothing but a
    page number (a number of up to three digits between blank lines). A line break after a hyphen inside a number or
    symbol is joined (`01-` / `HD` becomes `01-HD`), and every run of white space becomes one space. Unicode is left
    as it is, so that a quotation keeps the code points of its source.
    """
    text = _SUPERSCRIPT.sub("", text)
    text = _PAGE_NUMBER.sub(r"\g<before>", text)
    text = _HEADING_MARK.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = _BROKEN_SYMBOL.sub("-", text)
    return _SPACE.sub(" ", text).strip()


def page_numbers(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each page-number line of `text`."""
    return [(match.end("before"), match.end()) for match in _PAGE_NUMBER.finditer(text)]


def page_at(text: str, offset: int) -> int | None:
    """Return the page, from 1, on which `offset` lies; None where the stored text does not know its pages."""
    return 1 + text.count("\f", 0, offset) if "\f" in text else None


def read_source(path: Path) -> str:
    """Return the stored text of a plan's file: UTF-8, line ends as they stand.

    Raises:
        UnreadablePlan: the file is missing, empty, of a kind that is not read, or not UTF-8.
    """
    if path.suffix.lower() not in READABLE:
        kinds = ", ".join(READABLE)
        raise UnreadablePlan(f"{path.name}: only {kinds} files are read. Save the plan as plain text in UTF-8 first.")
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise UnreadablePlan(f"{path}: there is no such file. Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadablePlan(f"{path.name}: not readable as UTF-8 text ({error}). Save it as UTF-8.") from error
    if not fold(text):
        raise UnreadablePlan(f"{path.name}: the file holds no text.")
    if "\x00" in text:
        raise UnreadablePlan(f"{path.name}: the file holds binary data. Save the plan as plain text in UTF-8.")
    return text
