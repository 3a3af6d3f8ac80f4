"""Evidence for each snippet of a plan as the answer to a question, and for the plan being silent on it.

A snippet speaks for itself (its own vector, its own words) and through the questions of the bank that it answers; the
questions that the plan does not answer speak for silence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked, holds
from knowledge.coverage import Words
from knowledge.embedding import Encoder, Vectors
from knowledge.facts import Facts
from knowledge.index import Index, embedded_text
from knowledge.learned_bank import bank_words
from knowledge.lexical import LexicalIndex
from knowledge.plan_bank import PlanBank, Silence
from knowledge.question_reader import Reading
from knowledge.shortlist import worth_looking_into
from knowledge.snippets import Snippet
from knowledge.structure import SEPARATOR, layout
from knowledge.vietnamese import is_marked, unmark
from knowledge.word_table import Among, WordTable

SHORT_LINE = 80
"""Characters below which a line of the opening (a motto, a place and date) is no sentence that answers."""

CLOSING = ("recipients", "signer")
"""Kinds of question that the lines at the end of a plan answer."""

FEATURES = ("passage", "asked", "asked_often", "words", "asked_words", "learned", "coverage", "kind", "act", "slight")
"""Columns of `Evidence.features`."""

LIKENESSES = 6
"""The first of them, which have no scale of their own."""

REMEMBERED = 20_000
"""Plans with a kind of question for which is kept what holds it."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """All evidence within one plan for one reading of the question.

    `rows` are the snippets' rows, shape (n,). `features` has shape (n, len(FEATURES)): likenesses and word scores as
    deviations from the plan's mean, coverage from 0 to 1, the rest 0 or 1. `raw` is the same before that, and
    `nearest` the row of the bank's question most like the one asked, -1 where a snippet has none.
    """

    rows: NDArray[np.int64]
    features: Scores
    raw: Scores
    nearest: NDArray[np.int64]
    silence: Silence
    has_bank: bool = True

    def where(self, kept: Sequence[bool]) -> "Evidence":
        """Return the evidence of the rows marked in `kept`, all of it where none is."""
        if not any(kept):
            return self
        rows = np.array(kept, dtype=bool)
        columns = (self.rows[rows], self.features[rows], self.raw[rows], self.nearest[rows])
        return Evidence(*columns, self.silence, self.has_bank)


class Searcher:
    """Gathers evidence in one index; in one that is large, only in the plans worth looking into."""

    def __init__(self, index: Index, encoder: Encoder, facts: Mapping[str, Facts]) -> None:
        self.index = index
        self.encoder = encoder
        self._facts = facts
        texts = (embedded_text(snippet) for snippet in index.snippets)
        self._words = WordTable(texts) if index.near is not None else _AllWords(list(texts))
        self._questions = bank_words([question.text for question in index.questions])
        kept = facts if index.near is None else index.questions_of
        self._parts = {plan_id: _Part(index, plan_id) for plan_id in kept}
        self._passages = _flat(index.vectors) if isinstance(index.vectors, np.ndarray) else None
        self._holding = lru_cache(maxsize=REMEMBERED)(self._held_in)
        slight = [[is_slight(snippet, closing) for snippet in index.snippets] for closing in (False, True)]
        self._slight = np.array(slight, dtype=np.float32)

    def search(self, readings: Sequence[Reading], plan_ids: Sequence[str]) -> dict[str, tuple[Evidence, ...]]:
        """Return the evidence in the plans that are looked into, one for each reading of the question."""
        distinct = list(dict.fromkeys(readings))
        vectors = self.encoder.queries([reading.forms.to_embed for reading in distinct])
        parts = {plan_id: self._part(plan_id) for plan_id in worth_looking_into(self.index, vectors, plan_ids)}
        if not parts:
            return {}
        rows = np.concatenate([part.rows for part in parts.values()])
        among = self._words.among(rows)
        found: dict[str, list[Evidence]] = {plan_id: [] for plan_id in parts}
        for number, reading in enumerate(distinct):
            vector, place = vectors[number : number + 1], 0
            own = (self._cosines(rows, vector), *self._own(among, rows, reading, parts))
            banked = self._questions.likeness(reading.forms.to_embed)
            for plan_id, part in parts.items():
                of_plan = slice(place, place := place + len(part.rows))
                found[plan_id].append(_in_plan(part, vector, [column[of_plan] for column in own], banked))
        order = [distinct.index(reading) for reading in readings]
        return {plan_id: tuple(of_plan[number] for number in order) for plan_id, of_plan in found.items()}

    def known_share(self, readings: Sequence[Reading]) -> float:
        """Return what share, from 0 to 1, of the question's words stand in any plan or bank; 0 where it has none."""
        words = re.findall(r"\w{2,}", unmark(" ".join(reading.forms.to_embed for reading in readings)).lower())
        words = [word for word in words if not word.isdigit()]
        known = [word for word in words if self._words.holds(word) or self._questions.knows(word)]
        return len(known) / len(words) if words else 0.0

    def _cosines(self, rows: NDArray[np.int64], vector: Vectors) -> Scores:
        """Return the cosine of the snippets of `rows` with `vector`, shape (1, columns), in the order of the rows."""
        if self._passages is None:
            return np.asarray(self.index.vectors[rows] @ vector[0], dtype=np.float32)
        cosines, asked = np.empty(len(rows), dtype=np.float32), np.ascontiguousarray(vector, dtype=np.float32)
        pointers = (faiss.swig_ptr(cosines), faiss.swig_ptr(rows))
        self._passages.compute_distance_subset(1, faiss.swig_ptr(asked), len(rows), *pointers)  # type: ignore[attr-defined]
        return cosines

    def _own(
        self, among: "Among | _AmongAll", rows: NDArray[np.int64], reading: Reading, plan_ids: Iterable[str]
    ) -> tuple[Scores, ...]:
        """Return what the snippets of `rows`, all those of the plans in their order, say by their own words."""
        asked = reading.asked
        return (
            among.scores(reading.forms.lexical),
            among.coverage(asked),
            np.concatenate([self._holding(plan_id, asked.kind, asked.counted) for plan_id in plan_ids]),
            among.hold_all(asked.act),
            self._slight[int(asked.kind in CLOSING), rows],
        )

    def _part(self, plan_id: str) -> "_Part":
        return self._parts.get(plan_id) or _Part(self.index, plan_id)

    def _held_in(self, plan_id: str, kind: str | None, counted: str) -> Scores:
        """Return which snippets of a plan are of the kind asked for."""
        snippets = (self.index.snippets[row] for row in self.index.rows_of.get(plan_id, ()))
        return np.array([self._holds(snippet, kind, counted) for snippet in snippets], dtype=np.float32)

    def _holds(self, snippet: Snippet, kind: str | None, counted: str) -> bool:
        told = holds(kind, snippet.text, counted)
        if told is not None:
            return told
        return kind in self._facts[snippet.plan_id].kinds_at(snippet.path, snippet.start, snippet.end)


class _AllWords:
    """The words of all snippets of a small index, in the way of a `WordTable`; rarity is that among them all."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._index = LexicalIndex(texts)
        self._words = Words(texts)

    def holds(self, word: str) -> bool:
        """Tell whether any snippet holds `word`, marks aside."""
        return self._index.holds(word)

    def among(self, rows: NDArray[np.int64]) -> "_AmongAll":
        """Return what the snippets of `rows` hold."""
        return _AmongAll(self._index, self._words, rows)


@dataclass(frozen=True)
class _AmongAll:
    """What some snippets hold, in the way of `Among`."""

    index: LexicalIndex
    words: Words
    rows: NDArray[np.int64]

    def scores(self, question: str) -> Scores:
        return _scores(self.index, question)[self.rows]

    def coverage(self, asked: Asked) -> Scores:
        return self.words.coverage(asked)[self.rows]

    def hold_all(self, words: Sequence[str]) -> Scores:
        return self.words.hold_all(words)[self.rows]


class _Part:
    """The rows of one plan, and its bank."""

    def __init__(self, index: Index, plan_id: str) -> None:
        self.rows = index.rows_of.get(plan_id, np.zeros(0, dtype=np.int64))
        self.bank = PlanBank(index, plan_id, self.rows)


def _in_plan(part: _Part, vector: Vectors, own: Sequence[Scores], banked: Scores) -> Evidence:
    passage, words, *rest = own
    echo = part.bank.echo(vector, banked)
    raw = np.array([passage, echo.asked, echo.asked_often, words, echo.words, echo.learned, *rest], dtype=np.float32).T
    features = raw.copy()
    features[:, :LIKENESSES] = standard(raw[:, :LIKENESSES])
    return Evidence(part.rows, features, raw, echo.nearest, echo.silence, bool(len(part.bank)))


def _flat(vectors: Vectors) -> faiss.IndexFlatIP:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors))
    return flat


def is_slight(snippet: Snippet, closing: bool = False) -> bool:
    """Tell whether a snippet is a heading, a motto or, unless `closing` is asked for, a line of the closing part."""
    labels = layout()["labels"]
    part = snippet.path.split(SEPARATOR)[0]
    if part in (labels["recipients"], labels["signer"]):
        return not closing
    short_opening = part == labels["opening"] and len(snippet.text) < SHORT_LINE
    return snippet.is_heading or short_opening


def standard(columns: Scores) -> Scores:
    """Return `columns` with mean 0 and deviation 1 each, or zeros where all numbers of one are the same."""
    if not len(columns):
        return columns
    size = np.float32(len(columns))
    moved = columns - columns.sum(axis=0) / size
    spread = np.sqrt(np.square(moved).sum(axis=0) / size)
    scaled: Scores = np.divide(moved, spread, out=np.zeros_like(moved), where=spread > 1e-9)
    return scaled


def _scores(index: LexicalIndex, words: str) -> Scores:
    unmarked = index.unmarked(words)
    if not is_marked(words):
        return unmarked
    both: Scores = (index.marked(words) + unmarked) / np.float32(2)
    return both
