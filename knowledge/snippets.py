"""Passages cut to what is searched and shown: whole, or the sentences of a long one in windows."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import SEPARATOR, Passage

WINDOW = 480
"""Characters of reading text that a window of a long passage aims at."""

QUOTE_AT_MOST = 600
"""Characters of reading text in one citation, at most."""

_SENTENCE_END = re.compile(r"[.!?…]+[”\"»)]*\s+|;\s+")
_FULL_STOP = re.compile(r"(?<!\d)[.!?…]+[”\"»)]*\s+")
_OPENING_MARKS = '“"(-'


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of one passage: `fold(source[start:end]) == text`; `context` is the reading text of its headings."""

    plan_id: str
    path: str
    start: int
    end: int
    text: str
    context: str
    is_heading: bool


def snippets_of(plan: Plan) -> list[Snippet]:
    """Return what is searched of a plan, in reading order."""
    headings = _headings(plan)
    found: list[Snippet] = []
    for passage in plan.passages:
        context = ". ".join(headings[path] for path in _ancestors(passage.path) if path in headings)
        for start, end in windows(plan.text, passage.start, passage.end):
            text = fold(plan.text[start:end])
            found.append(Snippet(plan.id, passage.path, start, end, text, context, passage.is_heading))
    return found


def windows(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut `text[start:end]` at sentence ends into stretches of about `WINDOW` and never over `QUOTE_AT_MOST`."""
    if len(fold(text[start:end])) <= QUOTE_AT_MOST:
        return [(start, end)]
    pieces: list[tuple[int, int]] = []
    for piece in _sentences(text, start, end):
        if pieces and len(fold(text[pieces[-1][0] : piece[1]])) <= WINDOW:
            pieces[-1] = (pieces[-1][0], piece[1])
        else:
            pieces.append(piece)
    return [part for piece in pieces for part in _short_enough(text, *piece)]


def quotable(plan: Plan, passage: Passage, start: int, end: int) -> tuple[int, int]:
    """Return the stretch of `passage` to show for `[start, end)`: all of it where short, else the window around it."""
    if len(passage.text) <= QUOTE_AT_MOST:
        return passage.start, passage.end
    cut = windows(plan.text, passage.start, passage.end)
    covering = [window for window in cut if window[0] <= start and end <= window[1]]
    return covering[0] if covering else max(cut, key=lambda w: min(end, w[1]) - max(start, w[0]))


def sentences_with(plan: Plan, passage: Passage, words: str) -> tuple[int, int]:
    """Return the stretch of `passage` from the first to the last sentence that holds `words`, or all it may quote."""
    edges = _edges(_FULL_STOP, plan.text, passage.start, passage.end)
    holding = [(start, end) for start, end in _trimmed(plan.text, edges) if words in fold(plan.text[start:end])]
    if not holding or len(fold(plan.text[holding[0][0] : holding[-1][1]])) > QUOTE_AT_MOST:
        return quotable(plan, passage, passage.start, passage.end)
    return holding[0][0], holding[-1][1]


def covers(quote: str, gold: str) -> bool:
    """Tell whether `quote` covers at least half of `gold`, or is covered by it."""
    if quote in gold or gold in quote:
        return True
    best = 0
    for start in range(len(quote)):
        size = best + 1
        while start + size <= len(quote) and quote[start : start + size] in gold:
            best, size = size, size + 1
    return best * 2 >= len(gold)


def bind(snippets: Sequence[Snippet], questions: Sequence[Banked]) -> list[int | None]:
    """Return for each question the row of the snippet that holds most of its quotation, None where there is none."""
    at: dict[tuple[str, str], list[int]] = {}
    for row, snippet in enumerate(snippets):
        at.setdefault((snippet.plan_id, snippet.path), []).append(row)
    return [
        max(at[question.plan_id, question.path], key=lambda row: _held(snippets[row].text, question.quote or ""))
        if question.path is not None
        else None
        for question in questions
    ]


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return _trimmed(text, _edges(_SENTENCE_END, text, start, end))


def _edges(ending: re.Pattern[str], text: str, start: int, end: int) -> list[int]:
    """Return `start`, the places after each `ending` where a new sentence or part begins, and `end`."""
    found = [match for match in ending.finditer(text, start, end) if match.end() < end]
    begins = [m.end() for m in found if m.group()[0] == ";" or _begins(text[m.end()])]
    return [start, *begins, end]


def _begins(letter: str) -> bool:
    return letter.isupper() or letter.isdigit() or letter in _OPENING_MARKS


def _short_enough(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence that is too long to quote at a comma, or else at a space, near its middle."""
    if len(fold(text[start:end])) <= QUOTE_AT_MOST:
        return [(start, end)]
    middle = (start + end) // 2
    for mark in (", ", " "):
        cuts = [match.end() for match in re.finditer(re.escape(mark), text[start:end])]
        cuts = [start + cut for cut in cuts if start + cut < end]
        if cuts:
            cut = min(cuts, key=lambda place: abs(place - middle))
            halves = _trimmed(text, [start, cut, end])
            return [part for half in halves for part in _short_enough(text, *half)]
    return [(start, end)]


def _trimmed(text: str, edges: Sequence[int]) -> list[tuple[int, int]]:
    spans = []
    for left, right in itertools.pairwise(edges):
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        if left < right:
            spans.append((left, right))
    return spans


def _held(text: str, quote: str) -> tuple[bool, int]:
    return quote in text, len(set(text.split()) & set(quote.split()))


def _headings(plan: Plan) -> dict[str, str]:
    return {passage.path: passage.text for passage in reversed(plan.passages) if len(passage.text) <= 160}


def _ancestors(path: str) -> list[str]:
    parts = path.split(SEPARATOR)
    return [SEPARATOR.join(parts[:depth]) for depth in range(1, len(parts))]
