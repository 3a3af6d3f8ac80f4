"""The index of what is searched: the vectors of every snippet and of every question of the banks, bound to their maker.

The rows are the snippets in the order of the plans, then the questions, each with a digest. Words and offsets are read
anew from the plans, so a citation can never come from a stale copy.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.index_files import (
    REBUILD,
    IndexProblem,
    Learned,
    Manifest,
    read_learned,
    read_manifest,
    read_near,
    read_questions,
)
from knowledge.learned_bank import bank_words, learn
from knowledge.near import Near, keys_of
from knowledge.rewriting import rewriting_digest
from knowledge.snippet_columns import SnippetColumns
from knowledge.snippets import Snippet, bind, snippets_of
from knowledge.vector_files import StoredRows, VectorFiles, open_vectors

SHIPPED_INDEX = Path(__file__).with_name("encoder") / "index"
"""The vectors of the shipped plans by the shipped encoder, so that a first start embeds nothing."""


OfPlan = Mapping[str, Snippet | Banked]
"""The rows of a plan by their digests, snippets first."""

Rows = Mapping[str, Callable[[], OfPlan]]
"""For each plan what makes its rows: of very many they are not all wanted at a time."""


@dataclass(frozen=True)
class IndexedQuestion:
    """A question of a bank as embedded; `snippet` is the row of what answers it, None where the plan is silent."""

    plan_id: str
    text: str
    snippet: int | None
    banked: Banked


@dataclass(frozen=True)
class Index:
    """An opened index: row n of `vectors` belongs to `snippets[n]`, of `question_vectors` to `questions[n]`.

    `learned` holds for each plan with a bank what its questions, in order, say for each of its snippets, in order, and
    last for silence. Where there are many snippets, `near` finds some, and `vectors` are read when they are taken.
    """

    snippets: Sequence[Snippet]
    vectors: Vectors | StoredRows
    questions: tuple[IndexedQuestion, ...]
    question_vectors: Vectors
    learned: Learned
    near: Near | None = None

    @cached_property
    def rows_of(self) -> Mapping[str, NDArray[np.int64]]:
        """The rows of the snippets of each plan."""
        return _grouped(snippet.plan_id for snippet in self.snippets)

    @cached_property
    def questions_of(self) -> Mapping[str, NDArray[np.int64]]:
        """The rows of the questions of each plan that has any."""
        return _grouped(question.plan_id for question in self.questions)


def embedded_text(snippet: Snippet) -> str:
    """Return what is embedded for a snippet: the headings it stands under, then its own words."""
    return f"{snippet.context}. {snippet.text}" if snippet.context else snippet.text


def rows_of(plan: Plan) -> dict[str, Snippet | Banked]:
    """Return what is embedded of a plan by digest, its snippets first, then the questions of its bank."""
    how = rewriting_digest()
    seen: Counter[str] = Counter()
    snippets: dict[str, Snippet | Banked] = {}
    for snippet in snippets_of(plan):
        text = embedded_text(snippet)
        snippets[_digest("passage", text, str(seen[text]))] = snippet  # a text may stand in a plan twice
        seen[text] += 1
    asked = {
        _digest("follow-up" if question.history else "query", how, *question.history, question.text): question
        for question in plan.bank
    }
    return {**snippets, **asked}


def open_index(plans: Mapping[str, Plan], encoder: Encoder, folder: Path) -> Index:
    """Return the index in `folder`, checked against its maker and the plans as they are now.

    Raises:
        IndexProblem: it is missing, damaged, or does not belong to this encoder and these plans.
    """
    return open_rows({plan.id: partial(rows_of, plan) for plan in plans.values()}, encoder, folder)


def open_rows(rows: Rows, encoder: Encoder, folder: Path) -> Index:
    """Return the index in `folder`, which must be that of `rows`; raises as `open_index`."""
    manifest = read_manifest(folder)
    if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
        raise IndexProblem(
            f"The index in {folder} was made by the encoder {manifest.encoder} ({manifest.dimension} columns), "
            f"the setting ENCODER now gives {encoder.name} ({encoder.dimension}): {REBUILD}."
        )
    files, texts, learned = open_vectors(folder, manifest), read_questions(folder), read_learned(folder)
    opened = assemble(_checked(rows, manifest), files, texts, many=manifest.near)
    for plan_id, shape in shapes(opened).items():
        if plan_id not in learned or learned[plan_id].shape != shape:
            raise IndexProblem(f"What was learned from the questions on {plan_id} does not fit them: {REBUILD}.")
    if not manifest.near:
        return replace(opened, learned=learned)
    keys = keys_of((digest for plan_id in rows for digest in manifest.digests[plan_id]), texts)
    try:
        return replace(opened, learned=learned, near=Near(read_near(folder), keys))
    except ValueError as problem:
        raise IndexProblem(f"In {folder} {problem}: {REBUILD}.") from problem


def _checked(rows: Rows, manifest: Manifest) -> Iterator[tuple[str, OfPlan]]:
    """Yield the rows of each plan; IndexProblem at the end, where they are not those that the manifest tells of."""
    changed = list(manifest.digests.keys() - rows.keys())
    for plan_id, make in rows.items():
        of_plan = make()
        if list(of_plan) == manifest.digests.get(plan_id):
            yield plan_id, of_plan
        else:
            changed.append(plan_id)
    if changed:
        names = ", ".join(sorted(changed))
        raise IndexProblem(f"The plans {names} or their questions have changed since the index was made: {REBUILD}.")


def assemble(
    rows: Iterable[tuple[str, OfPlan]], files: VectorFiles, texts: Mapping[str, str], many: bool = False
) -> Index:
    """Return an index with nothing learned: the rows of each plan by digest, their vectors, the questions as embedded.

    Where there are `many`, the snippets are kept in columns, and their vectors on disk.
    """
    snippets: SnippetColumns | list[Snippet] = SnippetColumns() if many else []
    questions: list[IndexedQuestion] = []
    told, asked = array("q"), array("q")
    for plan_id, of_plan in rows:
        own = [row for row in of_plan.values() if isinstance(row, Snippet)]
        banked = {digest: row for digest, row in of_plan.items() if isinstance(row, Banked)}
        bound = [None if row is None else row + len(snippets) for row in bind(own, list(banked.values()))]
        questions += [
            IndexedQuestion(plan_id, texts.get(digest, row.text), at, row)
            for (digest, row), at in zip(banked.items(), bound, strict=True)
        ]
        snippets.extend(own)
        numbers = files.numbers(plan_id)
        told.extend(numbers[: len(own)])
        asked.extend(numbers[len(own) :])
    of_snippets, of_questions = np.array(told, dtype=np.int64), np.array(asked, dtype=np.int64)
    vectors = StoredRows(files, of_snippets) if many else files.read(of_snippets)
    held = snippets if isinstance(snippets, SnippetColumns) else tuple(snippets)
    return Index(held, vectors, tuple(questions), files.read(of_questions), {})


def shapes(index: Index) -> dict[str, tuple[int, int]]:
    """Return, for each plan with a bank, how many questions it has, and how many snippets and silence."""
    return {plan_id: (len(own), len(index.rows_of[plan_id]) + 1) for plan_id, own in index.questions_of.items()}


def learn_from(index: Index) -> Index:
    """Return `index` with what is learned from its questions."""
    words = bank_words([question.text for question in index.questions])
    learned = {}
    for plan_id, (_, answers) in shapes(index).items():
        first = next(n for n, snippet in enumerate(index.snippets) if snippet.plan_id == plan_id)
        own = [(n, q.snippet) for n, q in enumerate(index.questions) if q.plan_id == plan_id]
        places = np.array([-1 if row is None else row - first for _, row in own])
        at = [n for n, _ in own]
        learned[plan_id] = learn(index.question_vectors[at], words.matrix[at], places, answers - 1)
    return replace(index, learned=learned)


def _grouped(plan_ids: Iterable[str]) -> dict[str, NDArray[np.int64]]:
    """Return by plan the places at which its id stands."""
    at: dict[str, list[int]] = {}
    for place, plan_id in enumerate(plan_ids):
        at.setdefault(plan_id, []).append(place)
    return {plan_id: np.array(places, dtype=np.int64) for plan_id, places in at.items()}


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
