"""From a reply to the parts one channel can show: text cut to length, buttons or a list to choose by."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from bot.messages import Button, Citation, Part, Reply
from bot.wording import say
from knowledge.versions import quote_digest

FindPaper = Callable[[str, str], Path | None]
"""From a person and a token to the file kept for this person, or None."""

MOST_LINKS = 2
"""Links below one reply: addresses are long on a phone, and the plan's page shows the rest."""

_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…;])[\"”»)]*\s+"),
    re.compile(r"(?<=,)\s+"),
    re.compile(r"\s+"),
)
_NUMBER_EXPECTED = frozenset({"quantity", "start_period", "completion_period"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def length(text: str) -> int:
    """Return the length that counts: characters of the NFC form."""
    return len(unicodedata.normalize("NFC", text))


def utf16_length(text: str) -> int:
    """Return the length in units of UTF-16, as Telegram counts: two for most symbols, one for every letter."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Limits:
    """What a channel can show: length of a message, buttons a message (0: none), characters of a title.

    `measure` counts the length of an NFC text. `numbers_too`: a button can also be chosen by its number, for a
    channel of which it is not sure that it shows them.
    """

    text: int
    buttons: int
    button_title: int
    measure: Callable[[str], int] = length
    numbers_too: bool = False


def split_text(text: str, limit: int, measure: Callable[[str], int] = length) -> list[str]:
    """Cut `text` into NFC pieces of at most `limit` by `measure`, at the end of a paragraph, line or sentence.

    Only where no sentence ends in reach is it cut between words, and within a word as the last resort.
    Nothing but white space at the cuts is lost.
    """
    rest = unicodedata.normalize("NFC", text).strip()
    pieces = []
    while measure(rest) > limit:
        cut = _cut(rest, _reach(rest, limit, measure))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _reach(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """Return how many characters of `text` fit into `limit`, at least one."""
    reach = min(len(text), limit)
    while reach > 1 and (over := measure(text[:reach]) - limit) > 0:
        reach -= max(1, over // 2)
    return reach


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


def render(reply: Reply, limits: Limits, language: str = "vi", public_address: str = "") -> list[Part]:
    """Return the parts that show `reply` within `limits`, buttons on the last part.

    Below the text stand links to the passages it cites, if the web page has a `public_address`. Where the channel
    has no buttons, too few of them, or too short ones, they become a list of which the number is typed; of letters
    where a bare number would be an answer to the question itself.
    """
    text, buttons = reply.text, reply.buttons
    options: tuple[tuple[str, str], ...] = ()
    if not _fits(buttons, limits):
        text, options = numbered(reply, language)
        buttons = ()
    elif limits.numbers_too:
        _, options = numbered(reply, language)
    if public_address:
        text = "\n".join([text, *_links(reply.citations, public_address, language)])
    pieces = split_text(text, limits.text, limits.measure) or [""]
    last = Part(pieces[-1], buttons, options, reply.citations, reply.attachments, reply.custom)
    return [*(Part(piece) for piece in pieces[:-1]), last]


def singly(parts: Sequence[Part]) -> list[Part]:
    """Return `parts` for a messenger, which sends a text or one file at a time: files apart, envelopes left out."""
    single: list[Part] = []
    for part in parts:
        if part.text or part.buttons:
            single.append(replace(part, attachments=()))
        single.extend(Part("", attachments=(file,)) for file in part.attachments)
    return single


def _links(citations: Sequence[Citation], public_address: str, language: str) -> list[str]:
    """Return the lines that lead to the cited passages; none where several plans answer, of which one is chosen."""
    if len({citation.plan_id for citation in citations}) != 1:
        return []
    passages = list(dict.fromkeys(passage_link(citation) for citation in citations))
    base = public_address.rstrip("/")
    return [say("see_in_plan", language, link=base + passage) for passage in passages[:MOST_LINKS]]


def numbered(reply: Reply, language: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text of a reply with its buttons as a list, and what is typed for each payload."""
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
    """Return the address of a cited passage below the web page's root, in the version of the plan that it is from."""
    place = {"start": citation.start, "end": citation.end, "quote": quote_digest(citation.quote)}
    query = urlencode(place)
    return f"/plans/{citation.plan_id}?{query}#passage"
