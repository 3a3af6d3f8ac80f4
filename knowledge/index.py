"""The index of what is searched: the vectors of every snippet and of every question of the banks, bound to their maker.

The rows are the snippets in the order of the plans, then the questions, each with a digest. Words and offsets are read
anew from the plans, so a citation can never come from a stale copy.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.index_files import (
    FORMAT,
    REBUILD,
    IndexProblem,
    Learned,
    Manifest,
    read_learned,
    read_manifest,
    read_questions,
    read_vectors,
    write_index,
)
from knowledge.learned_bank import bank_words, learn
from knowledge.question_reader import QuestionReader
from knowledge.rewriting import rewriting_digest
from knowledge.snippets import Snippet, snippets_of

SHIPPED_INDEX = Path(__file__).with_name("encoder") / "index"
"""The vectors of the shipped plans by the shipped encoder, so that a first start embeds nothing."""


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
    last for silence.
    """

    snippets: tuple[Snippet, ...]
    vectors: Vectors
    questions: tuple[IndexedQuestion, ...]
    question_vectors: Vectors
    learned: Learned


def embedded_text(snippet: Snippet) -> str:
    """Return what is embedded for a snippet: the headings it stands under, then its own words."""
    return f"{snippet.context}. {snippet.text}" if snippet.context else snippet.text


def build_index(
    plans: Mapping[str, Plan], encoder: Encoder, folder: Path, seed: Path = SHIPPED_INDEX, halves: bool = False
) -> Changes:
    """Write the index of `plans` to `folder`, embedding only what neither an index there nor `seed` holds already.

    Args:
        plans: what to index, with their banks.
        encoder: makes the vectors.
        folder: where the index is written.
        seed: an index whose vectors are taken over where its encoder is the same.
        halves: whether to write a seed: vectors in half precision, nothing learned.
    """
    rows = {plan.id: rows_of(plan) for plan in plans.values()}
    wanted = {digest: row for of_plan in rows.values() for digest, row in of_plan.items()}
    vectors, texts = _known_vectors(folder, encoder), _known_texts(folder)
    if not wanted.keys() <= vectors.keys():
        vectors = {**_known_vectors(seed, encoder), **vectors}
        texts = {**_known_texts(seed), **texts}
    missing = {digest: row for digest, row in wanted.items() if digest not in vectors}
    told = {digest: embedded_text(row) for digest, row in missing.items() if isinstance(row, Snippet)}
    asked = _rewritten(plans, {digest: row for digest, row in missing.items() if isinstance(row, Banked)}, texts)
    same = {text: vectors[digest] for digest, text in texts.items() if digest in vectors}
    vectors.update({digest: same[text] for digest, text in asked.items() if text in same})
    anew = {digest: text for digest, text in asked.items() if text not in same}
    vectors.update(zip(told, encoder.passages(list(told.values())), strict=True))
    vectors.update(zip(anew, encoder.queries(list(anew.values())), strict=True))
    texts.update(asked)
    digests = {plan_id: list(of_plan) for plan_id, of_plan in rows.items()}
    ordered = [vectors[digest] for of_plan in digests.values() for digest in of_plan]
    stacked = np.stack(ordered) if ordered else np.zeros((0, encoder.dimension), dtype=np.float32)
    kept_texts = {digest: texts[digest] for digest, row in wanted.items() if isinstance(row, Banked)}
    dropped = set(_known_digests(folder)) - set(wanted)
    manifest = Manifest(FORMAT, encoder.name, encoder.dimension, digests)
    learned: Learned = {} if halves else _learned(folder, manifest, rows, stacked, kept_texts)
    write_index(folder, stacked, kept_texts, learned, manifest, halves)
    embedded = len(told) + len(anew)
    return Changes(embedded, len(wanted) - embedded, len(dropped))


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


def is_current(plans: Mapping[str, Plan], encoder: str, folder: Path) -> bool:
    """Tell whether the index in `folder` is whole and belongs to the encoder of this name and to these plans."""
    try:
        manifest = read_manifest(folder)
        rows = len(read_vectors(folder))
        read_questions(folder)
        read_learned(folder)
    except IndexProblem:
        return False
    digests = {plan.id: list(rows_of(plan)) for plan in plans.values()}
    return (manifest.encoder, manifest.digests, rows) == (encoder, digests, sum(map(len, digests.values())))


def open_index(plans: Mapping[str, Plan], encoder: Encoder, folder: Path) -> Index:
    """Return the index in `folder`, checked against its maker and the plans as they are now.

    Raises:
        IndexProblem: it is missing, damaged, or does not belong to this encoder and these plans.
    """
    manifest = read_manifest(folder)
    if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
        raise IndexProblem(
            f"The index in {folder} was made by the encoder {manifest.encoder} ({manifest.dimension} columns), "
            f"the setting ENCODER now gives {encoder.name} ({encoder.dimension}): {REBUILD}."
        )
    rows = {plan.id: rows_of(plan) for plan in plans.values()}
    changed = [key for key in {*rows, *manifest.digests} if list(rows.get(key, ())) != manifest.digests.get(key, [])]
    if changed:
        names = ", ".join(sorted(changed))
        raise IndexProblem(f"The plans {names} or their questions have changed since the index was made: {REBUILD}.")
    vectors, texts, learned = read_vectors(folder), read_questions(folder), read_learned(folder)
    if vectors.shape != (manifest.rows, encoder.dimension):
        raise IndexProblem(f"{folder} holds vectors of {vectors.shape}, its manifest {manifest.rows} rows: {REBUILD}.")
    opened = assemble(rows, vectors, texts)
    for plan_id, shape in shapes(opened).items():
        if plan_id not in learned or learned[plan_id].shape != shape:
            raise IndexProblem(f"What was learned from the questions on {plan_id} does not fit them: {REBUILD}.")
    return replace(opened, learned=learned)


def assemble(rows: Mapping[str, Mapping[str, Snippet | Banked]], vectors: Vectors, texts: Mapping[str, str]) -> Index:
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
    return Index(snippets, vectors[told], questions, vectors[asked], {})


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
    folder: Path,
    manifest: Manifest,
    rows: Mapping[str, Mapping[str, Snippet | Banked]],
    vectors: Vectors,
    texts: Mapping[str, str],
) -> Learned:
    """Return what is learned from the banks, taken over where neither they nor their plans have changed."""
    assembled = assemble(rows, vectors, texts)
    with_bank = shapes(assembled).keys()
    try:
        before, known = read_manifest(folder), read_learned(folder)
    except IndexProblem:
        return learn_from(assembled).learned
    same = all(before.digests.get(plan_id) == manifest.digests[plan_id] for plan_id in with_bank)
    if same and before.encoder == manifest.encoder and known.keys() == with_bank:
        return known
    return learn_from(assembled).learned


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


def _held(text: str, quote: str) -> tuple[bool, int]:
    return quote in text, len(set(text.split()) & set(quote.split()))


def _rewritten(plans: Mapping[str, Plan], missing: Mapping[str, Banked], known: Mapping[str, str]) -> dict[str, str]:
    """Return the questions as they are embedded: read as one that is typed, unless that was done before."""
    if missing.keys() <= known.keys():
        return {digest: known[digest] for digest in missing}
    reader = QuestionReader(plans)
    return {d: known[d] if d in known else reader.read_banked(asked).to_embed for d, asked in missing.items()}


def _known_vectors(folder: Path, encoder: Encoder) -> dict[str, Vectors]:
    try:
        manifest, vectors = read_manifest(folder), read_vectors(folder)
    except IndexProblem:
        return {}
    digests = [digest for of_plan in manifest.digests.values() for digest in of_plan]
    if manifest.encoder != encoder.name or vectors.shape != (len(digests), encoder.dimension):
        return {}
    return dict(zip(digests, vectors, strict=True))


def _known_texts(folder: Path) -> dict[str, str]:
    try:
        return read_questions(folder)
    except IndexProblem:
        return {}


def _known_digests(folder: Path) -> list[str]:
    try:
        return [digest for of_plan in read_manifest(folder).digests.values() for digest in of_plan]
    except IndexProblem:
        return []


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
