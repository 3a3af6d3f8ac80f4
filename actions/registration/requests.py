"""Wishes about what is registered already, or about oneself: "sửa DVK-2023-0001", "in phiếu", "xem dữ liệu của tôi"."""

import re
from dataclasses import dataclass

from actions.registration.commands import EDGES, after_any, commands_in, same, words
from knowledge.vietnamese import normalise

LONGEST_REQUEST = 400  # characters; a longer message is none
WHOLE = ("paper", "own_data", "erase", "count", "link")  # kinds that a message is as a whole

_REFERENCE = re.compile(r"(?<!\w)DVK[-‐–—_ ]*(\d{4})[-‐–—_ ]*(\d{1,6})(?!\w)", re.IGNORECASE)
_NUMBERED = re.compile(r"(.+?)\s+(\d{1,3})")
# A code has a digit, or is in capitals, or has no vowel, as no word of six letters is written
_CODE = re.compile(r"(.+?)[\s:]+((?=.*\d|[A-Z\s-]+$|[^aeiouy]+$)[A-Za-z0-9]{3}[\s-]?[A-Za-z0-9]{3})")


@dataclass(frozen=True)
class Request:
    """A wish of one of the kinds of `words.yml`, or `code`.

    `reference` is the registration meant and `number` its place in the person's list; `rest` is what shall be changed
    ("số lượng thành 3"), or the code typed.
    """

    kind: str
    reference: str | None = None
    number: int | None = None
    rest: str = ""


def request_in(message: str) -> Request | None:
    """Return the wish that `message` is, or None."""
    if len(message) > LONGEST_REQUEST:
        return None
    text = normalise(message).strip(EDGES + "?")
    named = _REFERENCE.search(text)
    if named:
        reference = f"DVK-{named[1]}-{int(named[2]):04}"
        return _about(reference, text[: named.start()].split(), text[named.end() :].strip(EDGES + ":?"))
    numbered = _NUMBERED.fullmatch(text)
    if numbered and any(same(numbered[1], verb) for verb in words()["requests"]["show"]):
        return Request("show", number=int(numbered[2]))
    typed = _CODE.fullmatch(text)
    if typed and any(same(typed[1], word) for word in words()["code"]):
        return Request("code", rest=typed[2])
    said = commands_in(_without_subject(text))
    return next((Request(kind) for kind in WHOLE if kind in said), None)


def _about(reference: str, before: list[str], rest: str) -> Request | None:
    """Return the wish about `reference`, by the words before it; a reference alone is to be shown."""
    for polite in words()["before"]:
        if len(before) > 1 and same(" ".join(before[: len(polite.split())]), polite):
            before = before[len(polite.split()) :]
    for kind, verbs in words()["requests"].items():
        left = after_any(before, verbs)
        if left is None:
            continue
        target = list(left)
        while target and _is_filler(target[-1]):
            target.pop()
        if kind == "change":
            return Request(kind, reference, rest=" ".join([*target, rest]).strip())
        return None if target else Request(kind, reference)
    return Request("show", reference) if all(map(_is_filler, before)) else None


def _is_filler(word: str) -> bool:
    return any(same(word.strip(EDGES + ":"), filler) for filler in words()["request_fillers"])


def _without_subject(text: str) -> str:
    """Return "đã đăng ký mấy mô hình" of "chi bộ tôi đã đăng ký mấy mô hình"."""
    left = after_any(text.split(), words()["own_units"])
    return " ".join(left) if left else text
