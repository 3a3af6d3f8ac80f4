"""From a reply to the parts one channel can show: text cut to length, buttons or a list to choose by."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.messages import Attachment, Button, Citation, Reply
from bot.wording import say

FindPaper = Callable[[str, str], Path | None]
"""From a person and a token to the file kept for this person, or None."""

_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…;])[\"”»)]*\s+"),
    re.compile(r"(?<=,)\s+"),
    re.compile(r"\s+"),
)
_NUMBER_EXPECTED = frozenset({"quantity", "start_period", "completion_period"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Limits:
    """What a channel can show: NFC characters a message, buttons a message (0: none), characters a title."""

    text: int
    buttons: int
    button_title: int


@dataclass(frozen=True)
class Part:
    """One message as the channel sends it.

    `options` maps what a person may type to a button's payload. What belongs to the reply as a whole
    (citations, files, the envelope) comes with its last part.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    custom: Mapping[str, Any] | None = None


def length(text: str) -> int:
    """Return the length that counts: characters of the NFC form."""
    return len(unicodedata.normalize("NFC", text))


def split_text(text: str, limit: int) -> list[str]:
    """Cut `text` into pieces of at most `limit` NFC characters, at the end of a paragraph, line or sentence.

    Only where no sentence ends in reach is it cut between words, and within a word as the last resort.
    Nothing but white space at the cuts is lost.
    """
    rest = unicodedata.normalize("NFC", text).strip()
    pieces = []
    while len(rest) > limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limit: int) -> int:
    window = text[: limit + 1]
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(window)]
        reached = [end for end in ends if len(window[:end].rstrip()) <= limit]
        if reached and reached[-1] >= limit // 3:
            return reached[-1]
    cut = limit
    while cut > 1 and unicodedata.combining(text[cut]):
        cut -= 1
    return cut


def render(reply: Reply, limits: Limits, language: str = "vi") -> list[Part]:
    """Return the parts that show `reply` within `limits`, buttons on the last part.

    Where the channel has no buttons, too few of them, or too short ones, they become a list of which the
    number is typed; of letters where a bare number would be an answer to the question itself.
    """
    text, buttons = reply.text, reply.buttons
    options: tuple[tuple[str, str], ...] = ()
    if not _fits(buttons, limits):
        text, options = _listed(reply, language)
        buttons = ()
    pieces = split_text(text, limits.text) or [""]
    last = Part(pieces[-1], buttons, options, reply.citations, reply.attachments, reply.custom)
    return [*(Part(piece) for piece in pieces[:-1]), last]


def _listed(reply: Reply, language: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    by_letter = reply.custom is not None and reply.custom.get("slot") in _NUMBER_EXPECTED
    labels = _LETTERS if by_letter else [str(number) for number in range(1, len(reply.buttons) + 1)]
    choices = list(zip(labels, reply.buttons, strict=False))
    options = tuple((label, button.payload) for label, button in choices)
    said = {line.strip() for line in reply.text.splitlines()}
    unsaid = [line for line in (f"{label}. {button.title}" for label, button in choices) if line not in said]
    if not unsaid:
        return reply.text, options
    intro = say("choose_by_letter" if by_letter else "choose_by_number", language)
    return "\n".join([reply.text, "", intro, *unsaid]).lstrip(), options


def _fits(buttons: Sequence[Button], limits: Limits) -> bool:
    short = all(length(button.title) <= limits.button_title for button in buttons)
    return short and len(buttons) <= limits.buttons


def no_paper(person: str, token: str) -> Path | None:
    """Find nothing: where no papers are kept."""
    return None


def passage_link(citation: Citation) -> str:
    """Return the address of a cited passage below the web page's root."""
    query = urlencode({"start": citation.start, "end": citation.end})
    return f"/plans/{citation.plan_id}?{query}#passage"
