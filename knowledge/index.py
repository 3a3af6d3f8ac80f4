"""The index on disk: the vectors of every snippet and of every question of the banks, bound to their maker.

The folder holds `vectors.faiss` (the snippets in the order of the plans, then the questions), `questions.json` (the
questions as embedded) and `manifest.json`: encoder, dimension, how questions were rewritten, and per plan one digest
for each row. Nothing is pickled; words and offsets are read anew from the plans, so a citation can never come from a
stale copy.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.question_reader import QuestionReader
from knowledge.rewriting import rewriting_digest
from knowledge.snippets import Snippet, snippets_of

FORMAT = 2
SHIPPED_INDEX = Path(__file__).with_name("encoder") / "index"
"""The index of the shipped plans by the shipped encoder, so that a first start embeds nothing."""
REBUILD = "run `python -m knowledge index`"

_VECTORS = "vectors.faiss"
_QUESTIONS = "questions.json"
_MANIFEST = "manifest.json"


class IndexProblem(Exception):
    """The index is missing, damaged, or made by another encoder or from other texts; says what to run."""


@dataclass(frozen=True)
class Manifest:
    """What an index was made of: `digests` holds per plan one digest for each row, in order."""

    format: int
    encoder: str
    dimension: int
    digests: dict[str, list[str]]


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
    """An opened index: row n of `vectors` belongs to `snippets[n]`, of `question_vectors` to `questions[n]`."""

    snippets: tuple[Snippet, ...]
    vectors: Vectors
    questions: tuple[IndexedQuestion, ...]
    question_vectors: Vectors


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
        halves: whether vectors are stored in half precision.
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
    vectors.update(zip(told, encoder.passages(list(told.values())), strict=True))
    vectors.update(zip(asked, encoder.queries(list(asked.values())), strict=True))
    texts.update(asked)
    digests = {plan_id: list(of_plan) for plan_id, of_plan in rows.items()}
    ordered = [vectors[digest] for of_plan in digests.values() for digest in of_plan]
    stacked = np.stack(ordered) if ordered else np.zeros((0, encoder.dimension), dtype=np.float32)
    kept_texts = {digest: texts[digest] for digest, row in wanted.items() if isinstance(row, Banked)}
    dropped = set(_known_digests(folder)) - set(wanted)
    _write(folder, stacked, kept_texts, Manifest(FORMAT, encoder.name, encoder.dimension, digests), halves)
    return Changes(len(missing), len(wanted) - len(missing), len(dropped))


def rows_of(plan: Plan) -> dict[str, Snippet | Banked]:
    """Return what is embedded of a plan by digest, its snippets first, then the questions of its bank."""
    how = rewriting_digest()
    seen: Counter[str] = Counter()
    snippets: dict[str, Snippet | Banked] = {}
    for snippet in snippets_of(plan):
        text = embedded_text(snippet)
        snippets[_digest("passage", text, str(seen[text]))] = snippet  # a text may stand in a plan twice
        seen[text] += 1
    asked = {_digest("query", how, *question.history, question.text): question for question in plan.bank}
    return {**snippets, **asked}


def is_current(plans: Mapping[str, Plan], encoder: str, folder: Path) -> bool:
    """Tell whether the index in `folder` is whole and belongs to the encoder of this name and to these plans."""
    try:
        manifest = read_manifest(folder)
        rows = len(_read_vectors(folder))
        _read_questions(folder)
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
    vectors, texts = _read_vectors(folder), _read_questions(folder)
    ordered = [(digest, row) for of_plan in rows.values() for digest, row in of_plan.items()]
    if vectors.shape != (len(ordered), encoder.dimension):
        raise IndexProblem(f"{folder / _VECTORS} holds {vectors.shape}, its manifest {len(ordered)} rows: {REBUILD}.")
    told = [n for n, (_, row) in enumerate(ordered) if isinstance(row, Snippet)]
    asked = [n for n, (_, row) in enumerate(ordered) if isinstance(row, Banked)]
    snippets = tuple(row for _, row in ordered if isinstance(row, Snippet))
    bound = bind(snippets, [row for _, row in ordered if isinstance(row, Banked)])
    questions = tuple(
        IndexedQuestion(row.plan_id, texts.get(digest, row.text), at, row)
        for (digest, row), at in zip((ordered[n] for n in asked), bound, strict=True)
        if isinstance(row, Banked)
    )
    return Index(snippets, vectors[told], questions, vectors[asked])


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in `folder`.

    Raises:
        IndexProblem: there is none, or it cannot be read.
    """
    try:
        data = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**data)
    except FileNotFoundError:
        raise IndexProblem(f"There is no index in {folder}: {REBUILD}.") from None
    except (OSError, ValueError, TypeError) as error:
        raise IndexProblem(f"The index in {folder} is damaged ({error}): {REBUILD}.") from error
    if manifest.format != FORMAT:
        raise IndexProblem(f"The index in {folder} has format {manifest.format}, not {FORMAT}: {REBUILD}.")
    return manifest


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
        manifest, vectors = read_manifest(folder), _read_vectors(folder)
    except IndexProblem:
        return {}
    digests = [digest for of_plan in manifest.digests.values() for digest in of_plan]
    if manifest.encoder != encoder.name or vectors.shape != (len(digests), encoder.dimension):
        return {}
    return dict(zip(digests, vectors, strict=True))


def _known_texts(folder: Path) -> dict[str, str]:
    try:
        return _read_questions(folder)
    except IndexProblem:
        return {}


def _known_digests(folder: Path) -> list[str]:
    try:
        return [digest for of_plan in read_manifest(folder).digests.values() for digest in of_plan]
    except IndexProblem:
        return []


def _read_questions(folder: Path) -> dict[str, str]:
    try:
        loaded: dict[str, str] = json.loads((folder / _QUESTIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexProblem(f"{folder / _QUESTIONS} is missing or damaged: {REBUILD}.") from error
    return loaded


def _read_vectors(folder: Path) -> Vectors:
    path = folder / _VECTORS
    try:
        index = faiss.read_index(str(path))
        rows = index.reconstruct_n(0, index.ntotal) if index.ntotal else np.zeros((0, index.d))
        return np.asarray(rows, dtype=np.float32)
    except (RuntimeError, OSError) as error:
        raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error


def _write(folder: Path, vectors: Vectors, questions: Mapping[str, str], manifest: Manifest, halves: bool) -> None:
    """Write all files beside their old ones, then put the vectors, the questions and last the manifest in place."""
    folder.mkdir(parents=True, exist_ok=True)
    size = manifest.dimension
    half = faiss.IndexScalarQuantizer(size, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    flat = half if halves else faiss.IndexFlatIP(size)
    flat.add(vectors)
    faiss.write_index(flat, str(folder / f"{_VECTORS}.new"))
    for name, data in ((_QUESTIONS, questions), (_MANIFEST, asdict(manifest))):
        (folder / f"{name}.new").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    for name in (_VECTORS, _QUESTIONS, _MANIFEST):
        os.replace(folder / f"{name}.new", folder / name)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
