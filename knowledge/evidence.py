"""Evidence for each snippet of a plan as the answer to a question, and for the plan being silent on it.

A snippet speaks for itself (its own vector, its own words) and through the questions of the bank that it answers; the
questions that the plan does not answer speak for silence.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked, holds
from knowledge.embedding import Encoder, Vectors
from knowledge.facts import Facts
from knowledge.index import Index, embedded_text
from knowledge.lexical import LexicalIndex
from knowledge.rewriting import Rewritten
from knowledge.snippets import Snippet
from knowledge.structure import SEPARATOR, layout
from knowledge.vietnamese import is_marked, syllables, unmark

SHORT_LINE = 80
"""Characters below which a line of the opening (a motto, a place and date) is no sentence that answers."""

CLOSING = ("recipients", "signer")
"""Kinds of question that the lines at the end of a plan answer."""

OFTEN = 3
"""Questions of the bank whose likenesses are averaged, so that one lucky wording does not decide."""

ACT_STRESS = 3.0
"""How many times the words of the act count in a question for a unit ("who tracks ...?")."""

WITHOUT_MARKS = 0.7
"""What a word counts that a text holds only without its marks."""

FEATURES = ("passage", "asked", "asked_often", "words", "asked_words", "coverage", "kind", "act", "slight")
"""Columns of `Evidence.features`."""

LIKENESSES = 5
"""The first of them, which have no scale of their own."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Silence:
    """How like the question is to questions on which the plan is silent: cosines from -1 to 1, and a BM25 score."""

    asked: float
    asked_often: float
    words: float


@dataclass(frozen=True)
class Evidence:
    """All evidence within one plan.

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
    """Gathers evidence in one index."""

    def __init__(self, index: Index, encoder: Encoder, facts: Mapping[str, Facts]) -> None:
        self.index = index
        self.encoder = encoder
        self._facts = facts
        self._snippets = LexicalIndex([embedded_text(snippet) for snippet in index.snippets])
        self._questions = LexicalIndex([question.text for question in index.questions] or [""])
        self._words = Words([f"{snippet.context} {snippet.text}" for snippet in index.snippets])
        self._parts = {plan_id: _Part(index, plan_id) for plan_id in facts}
        self._held: dict[tuple[str | None, str], Scores] = {}
        slight = [[is_slight(snippet, closing) for snippet in index.snippets] for closing in (False, True)]
        self._slight = np.array(slight, dtype=np.float32)

    def search(self, question: Rewritten, asked: Asked, plan_ids: Sequence[str]) -> dict[str, Evidence]:
        """Return the evidence in each of the plans; the question is embedded once."""
        vector = self.encoder.queries([question.to_embed])
        told, banked = _scores(self._snippets, question.lexical), _scores(self._questions, question.to_embed)
        flags = (
            self._words.coverage(asked),
            self._holding(asked),
            self._words.hold_all(asked.act),
            self._slight[int(asked.kind in CLOSING)],
        )
        own = np.column_stack([told, *flags]).astype(np.float32)
        return {plan_id: _in_plan(self._parts[plan_id], vector, own, banked) for plan_id in plan_ids}

    def known_share(self, question: Rewritten) -> float:
        """Return what share, from 0 to 1, of the question's words stand in any plan or bank; 0 where it has none."""
        words = re.findall(r"\w{2,}", unmark(question.to_embed).lower())
        words = [word for word in words if not word.isdigit()]
        known = [word for word in words if self._snippets.holds(word) or self._questions.holds(word)]
        return len(known) / len(words) if words else 0.0

    def _holding(self, asked: Asked) -> Scores:
        """Return which snippets are of the kind asked for."""
        key = (asked.kind, asked.counted)
        if key not in self._held:
            held = [self._holds(snippet, asked) for snippet in self.index.snippets]
            self._held[key] = np.array(held, dtype=np.float32)
        return self._held[key]

    def _holds(self, snippet: Snippet, asked: Asked) -> bool:
        told = holds(asked.kind, snippet.text, asked.counted)
        if told is not None:
            return told
        return asked.kind in self._facts[snippet.plan_id].kinds_at(snippet.path, snippet.start, snippet.end)


class Words:
    """Which of a list of texts holds which word, and what share of a question's words each holds."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._rows: dict[str, Scores] = {}
        for row, text in enumerate(texts):
            words = syllables(text)
            for word in {*words, *map(unmark, words)}:
                self._rows.setdefault(word, np.zeros(self._size, dtype=np.float32))[row] = 1.0
        self._none = np.zeros(self._size, dtype=np.float32)

    def coverage(self, asked: Asked) -> Scores:
        """Return per text the share, from 0 to 1, of the question's words by their rarity; bare ones count less.

        The words of the act that a unit is asked for count several times.
        """
        total, found = 0.0, self._none.copy()
        for word in asked.words:
            marked, bare = self._rows.get(word, self._none), self._rows.get(unmark(word), self._none)
            worth = math.log(1 + self._size / float(marked.sum() or 1.0)) * (ACT_STRESS if word in asked.act else 1.0)
            total += worth
            found += worth * np.maximum(marked, WITHOUT_MARKS * bare)
        return found / total if total else found

    def hold_all(self, words: Sequence[str]) -> Scores:
        """Return 1 for each text that holds all of `words`, of which there must be some."""
        rows = [self._rows.get(word, self._none) for word in words]
        return np.minimum.reduce(rows) if rows else self._none


class _Part:
    """The rows of one plan: its snippets, and its questions in the order of the snippets that answer them."""

    def __init__(self, index: Index, plan_id: str) -> None:
        self.rows = np.array([n for n, s in enumerate(index.snippets) if s.plan_id == plan_id], dtype=np.int64)
        place = {int(row): n for n, row in enumerate(self.rows)}
        own = [(n, q.snippet) for n, q in enumerate(index.questions) if q.plan_id == plan_id]
        bound = sorted((-1 if row is None else place[row], n) for n, row in own)
        self.questions = np.array([n for _, n in bound], dtype=np.int64)
        self.bound = np.array([at for at, _ in bound], dtype=np.int64)
        self.silent = int((self.bound < 0).sum())
        self.answered, self.starts = np.unique(self.bound, return_index=True)
        self.passages_index = _flat(index.vectors[self.rows])
        self.questions_index = _flat(index.question_vectors[self.questions])


def _in_plan(part: _Part, vector: Vectors, own: Scores, banked: Scores) -> Evidence:
    cosines, likeness = _cosines(part.passages_index, vector), _cosines(part.questions_index, vector)
    words = banked[part.questions]
    best, often, nearest, most_words = _by_snippet(part, likeness, words)
    told = own[part.rows]
    raw = np.column_stack([cosines, best, often, told[:, 0], most_words, told[:, 1:]]).astype(np.float32)
    features = raw.copy()
    features[:, :LIKENESSES] = standard(raw[:, :LIKENESSES])
    silence = _silence(likeness[: part.silent], words[: part.silent])
    return Evidence(part.rows, features, raw, nearest, silence, bool(len(likeness)))


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
    spread = columns.std(axis=0)
    moved = columns - columns.mean(axis=0)
    scaled: Scores = np.divide(moved, spread, out=np.zeros_like(moved), where=spread > 1e-9)
    return scaled


def _by_snippet(part: _Part, likeness: Scores, words: Scores) -> tuple[Scores, Scores, NDArray[np.int64], Scores]:
    """Return per snippet the best likeness of its questions, the mean of the best few, which is best, the best words.

    A snippet without questions gets the plan's mean: nothing for it, nothing against it.
    """
    size = len(part.rows)
    mean = float(likeness.mean()) if len(likeness) else 0.0
    best, often = np.full(size, mean, dtype=np.float32), np.full(size, mean, dtype=np.float32)
    nearest, most_words = np.full(size, -1, dtype=np.int64), np.zeros(size, dtype=np.float32)
    if part.silent == len(likeness):
        return best, often, nearest, most_words
    order = np.lexsort((-likeness, part.bound))
    ends = np.append(part.starts[1:], len(likeness))
    at = part.answered >= 0
    places, starts, ends = part.answered[at], part.starts[at], ends[at]
    best[places], nearest[places] = likeness[order[starts]], part.questions[order[starts]]
    few = np.minimum(starts[:, None] + np.arange(OFTEN), ends[:, None] - 1)
    often[places] = likeness[order[few]].mean(axis=1)
    most_words[places] = np.maximum.reduceat(words, starts)
    return best, often, nearest, most_words


def _silence(likeness: Scores, words: Scores) -> Silence:
    if not len(likeness):
        return Silence(0.0, 0.0, 0.0)
    ordered = np.sort(likeness)[::-1]
    return Silence(float(ordered[0]), float(ordered[:OFTEN].mean()), float(words.max()))


def _scores(index: LexicalIndex, words: str) -> Scores:
    unmarked = index.unmarked(words)
    if not is_marked(words):
        return unmarked
    both: Scores = (index.marked(words) + unmarked) / np.float32(2)
    return both


def _flat(vectors: Vectors) -> faiss.IndexFlatIP:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors))
    return flat


def _cosines(flat: faiss.IndexFlatIP, vector: Vectors) -> Scores:
    """Return the cosine of every row with `vector`, shape (rows,)."""
    if not flat.ntotal:
        return np.zeros(0, dtype=np.float32)
    scores, found = flat.search(vector, flat.ntotal)
    by_row = np.empty(flat.ntotal, dtype=np.float32)
    by_row[found[0]] = scores[0]
    return by_row
