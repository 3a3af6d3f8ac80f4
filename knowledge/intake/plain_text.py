"""Plain text in any of the ways Vietnamese text is stored in bytes."""

import codecs
import unicodedata

from knowledge.intake.extracted import Extracted
from knowledge.intake.legacy_letters import ENOUGH, known_share, modern
from knowledge.reading import UnreadablePlan

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_plain_text(name: str, data: bytes) -> Extracted:
    """Return the text of `data`; clean UTF-8 is left as it stands.

    Raises:
        UnreadablePlan: the bytes are no text.
    """
    text, doubts = _decoded(name, data)
    if "\x00" in text:
        raise UnreadablePlan(f"{name}: the file holds binary data. Save the plan as plain text in UTF-8.")
    read, letters = modern(text)
    if letters:
        doubts.append(f"the text was written in {letters} letters and turned into Unicode; read a few lines")
    return Extracted(read, tuple(doubts))


def _decoded(name: str, data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _strictly(name, data, encoding), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and error.reason == "unexpected end of data":
            raise UnreadablePlan(f"{name} is damaged: it ends within a letter. Fetch or save it anew.") from error
    return _single_bytes(data)


def _single_bytes(data: bytes) -> tuple[str, list[str]]:
    """Return text stored one byte a letter: Windows-1258, or the letters that `modern` knows."""
    vietnamese = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
    latin = data.decode("cp1252", errors="replace")
    if known_share(vietnamese) >= max(known_share(modern(latin)[0]), ENOUGH):
        return vietnamese, ["the text was stored as Windows-1258 and turned into Unicode; read a few lines"]
    return latin, []


def _strictly(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadablePlan(f"{name} is damaged: not readable as {encoding}. Save it as UTF-8.") from error
