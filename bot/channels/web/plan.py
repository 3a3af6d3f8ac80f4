"""The text of a plan as the web page shows it: blocks with anchors, the cited passage, contacts masked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import SEPARATOR, Passage
from knowledge.vietnamese import unmark

_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.-])\(?(?:\+84|0)(?:\)?[ .-]?\d){8,10}(?![\d/])")
_NUMBERED = re.compile(r"\[(\d+)\]$")
_MARKS = {"-": "d", "¶": "p"}


@dataclass(frozen=True)
class Block:
    """A clause's own text as safe HTML; `depth` counts from 1, a paragraph's is its parent's."""

    path: str
    anchor: str
    depth: int
    kind: str
    is_heading: bool
    words: str
    html: str


def anchor_of(path: str) -> str:
    """Return the stable ASCII anchor of a path: `II › 3 › -[2]` becomes `II-3-d2`, `III[2]` `III_2`."""
    parts = []
    for part in path.split(SEPARATOR):
        count = _NUMBERED.search(part)
        name = part[: count.start()] if count else part
        if name in _MARKS and count:
            parts.append(f"{_MARKS[name]}{count.group(1)}")
        else:
            plain = re.sub(r"[^A-Za-z0-9.()]+", "_", unmark(name)).strip("_")
            parts.append(plain + (f"_{count.group(1)}" if count else ""))
    return "-".join(parts)


def contacts(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, masked form) of each e-mail address and phone number in `text`, in order."""
    found = [(match.start(), match.end(), _masked_address(match.group())) for match in _E_MAIL.finditer(text)]
    found += [(match.start(), match.end(), _masked_number(match.group())) for match in _PHONE.finditer(text)]
    return sorted(found)


def masked(text: str) -> str:
    """Return `text` with its contacts masked."""
    for start, end, shown in reversed(contacts(text)):
        text = text[:start] + shown + text[end:]
    return text


def _masked_address(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[0]}…{name[-1] if len(name) > 2 else ''}@{host}"


def _masked_number(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"{digits[:2]}…{digits[-3:]}"


def holds(plan: Plan, start: int, end: int) -> bool:
    """Tell whether `start` and `end` name a stretch of the plan's text that holds words of some passage."""
    if not 0 <= start < end <= len(plan.text):
        return False
    return any(
        fold(plan.text[max(start, passage.start) : min(end, passage.end)])
        for passage in plan.passages
        if passage.start < end and start < passage.end
    )


def blocks_of(plan: Plan, highlight: tuple[int, int] | None = None) -> list[Block]:
    """Return the plan's blocks in reading order; the first highlighted stretch is `<mark id="passage">`."""
    masks = contacts(plan.text)
    kinds = {clause.path: clause.kind.value for clause in plan.root.walk()}
    blocks: list[Block] = []
    marked = False
    for path, group in groupby(plan.passages, key=lambda passage: passage.path):
        passages = list(group)
        html = " ".join("".join(_pieces(plan.text, passage, highlight, masks)) for passage in passages)
        if "<mark>" in html and not marked:
            html, marked = html.replace("<mark>", '<mark id="passage" tabindex="-1">', 1), True
        depth = max(1, sum(not part.startswith("¶") for part in path.split(SEPARATOR)))
        words = masked(" ".join(passage.text for passage in passages))
        is_heading = passages[0].is_heading
        blocks.append(Block(path, anchor_of(path), depth, kinds[path], is_heading, words, html))
    return blocks


def _pieces(
    text: str, passage: Passage, highlight: tuple[int, int] | None, masks: list[tuple[int, int, str]]
) -> Iterator[str]:
    """Yield the passage's HTML piece by piece, cut where the highlight or a masked contact begins or ends."""
    low, high = highlight or (-1, -1)
    inside = [mask for mask in masks if passage.start <= mask[0] and mask[1] <= passage.end]
    hidden = {start: (end, shown) for start, end, shown in inside}
    for start, end, _ in inside:
        low, high = (start if start < low < end else low), (end if start < high < end else high)
    cuts = {passage.start, passage.end, *hidden, *(end for end, _ in hidden.values()), low, high}
    edges = sorted(cut for cut in cuts if passage.start <= cut <= passage.end)
    for start, end in pairwise(edges):
        raw = text[start:end]
        words = escape(hidden[start][1] if start in hidden else fold(raw))
        before, after = (" " if raw[:1].isspace() else ""), (" " if raw[-1:].isspace() else "")
        shown = f"<mark>{words}</mark>" if words and low <= start and end <= high else words
        yield f"{before}{shown}{after}" if words else before
