"""The index of what is searched: the vectors of every snippet and of every question of the banks, bound to their maker.

The rows are the snippets in the order of the plans, then the questions, each with a digest. Words and offsets are read
anew from the plans, so a citation can never come from a stale copy.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.index_files import (
    FORMAT,
    REBUILD,
    IndexProblem,
    Learned,
    Manifest,
    StoredRows,
    known_digests,
    known_lists,
    known_texts,
    known_vectors,
    read_learned,
    read_manifest,
    read_near,
    read_questions,
    vectors_of,
    write_index,
)
from knowledge.learned_bank import bank_words, learn
from knowledge.near import EXACT_UP_TO, Near, brought_up_to_date, keys_of
from knowledge.question_reader import as_embedded
from knowledge.rewriting import rewriting_digest
from knowledge.snippets import Snippet, bind, snippets_of

SHIPPED_INDEX = Path(__file__).with_name("encoder") / "index"
"""The vectors of the shipped plans by the shipped encoder, so that a first start embeds nothing."""


OfPlans = Mapping[str, Mapping[str, Snippet | Banked]]
"""The rows of each plan by their digests, snippets first."""


@dataclass(frozen=True)
class Changes:
    """How many rows a build embedded anew, kept, and dropped."""

    embedded: int
    kept: int
    dropped: int


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

    snippets: tuple[Snippet, ...]
    vectors: Vectors | StoredRows
    questions: tuple[IndexedQuestion, ...]
    question_vectors: Vectors
    learned: Learned
    near: Near | None = None

    @cached_property
    def rows_of(self) -> Mapping[str, NDArray[np.int64]]:
        """The rows of the snippets of each plan."""
        return _grouped([snippet.plan_id for snippet in self.snippets])

    @cached_property
    def questions_of(self) -> Mapping[str, NDArray[np.int64]]:
        """The rows of the questions of each plan that has any."""
        return _grouped([question.plan_id for question in self.questions])


def embedded_text(snippet: Snippet) -> str:
    """Return what is embedded for a snippet: the headings it stands under, then its own words."""
    return f"{snippet.context}. {snippet.text}" if snippet.context else snippet.text


def build_index(
    plans: Mapping[str, Plan],
    encoder: Encoder,
    folder: Path,
    seed: Path = SHIPPED_INDEX,
    halves: bool = False,
    exact_up_to: int = EXACT_UP_TO,
) -> Changes:
    """Write the index of `plans` to `folder`, embedding only what neither an index there nor `seed` holds already.

    Args:
        plans: what to index, with their banks.
        encoder: makes the vectors.
        folder: where the index is written.
        seed: an index whose vectors are taken over where its encoder is the same.
        halves: whether to write a seed: vectors in half precision, nothing learned.
        exact_up_to: passages up to which every plan in scope is searched; for more, inverted lists are written.
    """
    rows = {plan.id: rows_of(plan) for plan in plans.values()}
    wanted = {digest: row for of_plan in rows.values() for digest, row in of_plan.items()}
    vectors, texts = known_vectors(folder, encoder.name, encoder.dimension), known_texts(folder)
    if not wanted.keys() <= vectors.keys():
        vectors = {**known_vectors(seed, encoder.name, encoder.dimension), **vectors}
        texts = {**known_texts(seed), **texts}
    missing = {digest: row for digest, row in wanted.items() if digest not in vectors}
    told = {digest: embedded_text(row) for digest, row in missing.items() if isinstance(row, Snippet)}
    asked = as_embedded(plans, {digest: row for digest, row in missing.items() if isinstance(row, Banked)}, texts)
    same = {text: vectors[digest] for digest, text in texts.items() if digest in vectors}
    vectors.update({digest: same[text] for digest, text in asked.items() if text in same})
    anew = {digest: text for digest, text in asked.items() if text not in same}
    vectors.update(zip(told, encoder.passages(list(told.values())), strict=True))
    vectors.update(zip(anew, encoder.queries(list(anew.values())), strict=True))
    texts.update(asked)
    dropped = set(known_digests(folder)) - set(wanted)
    store(folder, rows, vectors, texts, encoder, exact_up_to, halves)
    embedded = len(told) + len(anew)
    return Changes(embedded, len(wanted) - embedded, len(dropped))


def store(
    folder: Path,
    rows: OfPlans,
    vectors: Mapping[str, Vectors],
    texts: Mapping[str, str],
    encoder: Encoder,
    exact_up_to: int,
    halves: bool = False,
) -> None:
    """Write the index of `rows`; `vectors` and, for questions, `texts` by digest may hold more. See `build_index`."""
    wanted = {digest: row for of_plan in rows.values() for digest, row in of_plan.items()}
    digests = {plan_id: list(of_plan) for plan_id, of_plan in rows.items()}
    kept_texts = {digest: texts[digest] for digest, row in wanted.items() if isinstance(row, Banked)}
    manifest = Manifest(FORMAT, encoder.name, encoder.dimension, digests, _has_lists(rows, exact_up_to) and not halves)
    learned: Learned = {} if halves else _learned(folder, manifest, rows, vectors, kept_texts)
    near = None
    if manifest.near:
        near = brought_up_to_date(known_lists(folder), keys_of(wanted), [vectors[digest] for digest in wanted])
    blocks = (np.stack([vectors[digest] for digest in of_plan]) for of_plan in digests.values() if of_plan)
    write_index(folder, blocks, kept_texts, learned, manifest, halves, near)


def _has_lists(rows: OfPlans, exact_up_to: int) -> bool:
    return sum(isinstance(row, Snippet) for of_plan in rows.values() for row in of_plan.values()) > exact_up_to


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


def is_current(plans: Mapping[str, Plan], encoder: str, folder: Path, exact_up_to: int = EXACT_UP_TO) -> bool:
    """Tell whether the index in `folder` is whole and belongs to the encoder of this name and to these plans."""
    try:
        manifest = read_manifest(folder)
        held = len(vectors_of(folder, manifest))
        read_questions(folder)
        read_learned(folder)
        if manifest.near:
            read_near(folder)
    except IndexProblem:
        return False
    rows = {plan.id: rows_of(plan) for plan in plans.values()}
    digests = {plan_id: list(of_plan) for plan_id, of_plan in rows.items()}
    fits = (manifest.encoder, manifest.digests, held) == (encoder, digests, sum(map(len, digests.values())))
    return fits and manifest.near == _has_lists(rows, exact_up_to)


def open_index(plans: Mapping[str, Plan], encoder: Encoder, folder: Path) -> Index:
    """Return the index in `folder`, checked against its maker and the plans as they are now.

    Raises:
        IndexProblem: it is missing, damaged, or does not belong to this encoder and these plans.
    """
    return open_rows({plan.id: rows_of(plan) for plan in plans.values()}, encoder, folder)


def open_rows(rows: OfPlans, encoder: Encoder, folder: Path) -> Index:
    """Return the index in `folder`, which must be that of `rows`; raises as `open_index`."""
    manifest = read_manifest(folder)
    if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
        raise IndexProblem(
            f"The index in {folder} was made by the encoder {manifest.encoder} ({manifest.dimension} columns), "
            f"the setting ENCODER now gives {encoder.name} ({encoder.dimension}): {REBUILD}."
        )
    changed = [key for key in {*rows, *manifest.digests} if list(rows.get(key, ())) != manifest.digests.get(key, [])]
    if changed:
        names = ", ".join(sorted(changed))
        raise IndexProblem(f"The plans {names} or their questions have changed since the index was made: {REBUILD}.")
    vectors, texts, learned = vectors_of(folder, manifest), read_questions(folder), read_learned(folder)
    if vectors.shape != (manifest.rows, encoder.dimension):
        raise IndexProblem(f"{folder} holds vectors of {vectors.shape}, its manifest {manifest.rows} rows: {REBUILD}.")
    opened = assemble(rows, vectors, texts)
    for plan_id, shape in shapes(opened).items():
        if plan_id not in learned or learned[plan_id].shape != shape:
            raise IndexProblem(f"What was learned from the questions on {plan_id} does not fit them: {REBUILD}.")
    if not manifest.near:
        return replace(opened, learned=learned)
    try:
        keys = np.concatenate([keys_of(of_plan) for of_plan in rows.values()])
        return replace(opened, learned=learned, near=Near(read_near(folder), keys))
    except ValueError as problem:
        raise IndexProblem(f"In {folder} {problem}: {REBUILD}.") from problem


def assemble(rows: OfPlans, vectors: Vectors | StoredRows, texts: Mapping[str, str]) -> Index:
    """Return an index with nothing learned: `rows` by plan and digest, a vector each, the questions as embedded."""
    ordered = [(digest, row) for of_plan in rows.values() for digest, row in of_plan.items()]
    told = [n for n, (_, row) in enumerate(ordered) if isinstance(row, Snippet)]
    asked = [n for n, (_, row) in enumerate(ordered) if isinstance(row, Banked)]
    snippets = tuple(row for _, row in ordered if isinstance(row, Snippet))
    bound = bind(snippets, [row for _, row in ordered if isinstance(row, Banked)])
    questions = tuple(
        IndexedQuestion(row.plan_id, texts.get(digest, row.text), at, row)
        for (digest, row), at in zip((ordered[n] for n in asked), bound, strict=True)
        if isinstance(row, Banked)
    )
    of_snippets = vectors[told] if isinstance(vectors, np.ndarray) else vectors.only(np.array(told, dtype=np.int64))
    return Index(snippets, of_snippets, questions, vectors[np.array(asked, dtype=np.int64)], {})


def shapes(index: Index) -> dict[str, tuple[int, int]]:
    """Return, for each plan with a bank, how many questions it has, and how many snippets and silence."""
    questions = Counter(question.plan_id for question in index.questions)
    snippets = Counter(snippet.plan_id for snippet in index.snippets)
    return {plan_id: (size, snippets[plan_id] + 1) for plan_id, size in questions.items()}


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


def _learned(
    folder: Path, manifest: Manifest, rows: OfPlans, vectors: Mapping[str, Vectors], texts: Mapping[str, str]
) -> Learned:
    """Return what is learned from the banks, taken over where neither they nor their plans have changed."""
    banked = {key: of_plan for key, of_plan in rows.items() if any(isinstance(r, Banked) for r in of_plan.values())}
    try:
        before, known = read_manifest(folder), read_learned(folder)
        same = all(before.digests.get(plan_id) == manifest.digests[plan_id] for plan_id in banked)
        if same and before.encoder == manifest.encoder and known.keys() == banked.keys():
            return known
    except IndexProblem:
        pass
    ordered = [vectors[digest] for of_plan in banked.values() for digest in of_plan]
    return learn_from(assemble(banked, np.stack(ordered), texts)).learned if ordered else {}


def _grouped(plan_ids: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Return by plan the places at which its id stands."""
    at: dict[str, list[int]] = {}
    for place, plan_id in enumerate(plan_ids):
        at.setdefault(plan_id, []).append(place)
    return {plan_id: np.array(places, dtype=np.int64) for plan_id, places in at.items()}


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
