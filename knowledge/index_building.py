"""Building an index, and bringing one up to date: only what changed is cut, embedded and written.

A plan made from the same source as its rows in the index is not cut again, and one whose rows are the same keeps its
vectors where they lie.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import faiss
import numpy as np

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.index import SHIPPED_INDEX, OfPlan, assemble, embedded_text, learn_from, rows_of
from knowledge.index_files import (
    FORMAT,
    IndexProblem,
    Learned,
    Manifest,
    known_lists,
    read_learned,
    read_manifest,
    read_near,
    read_questions,
    write_index,
)
from knowledge.near import EXACT_UP_TO, brought_up_to_date, keys_of
from knowledge.question_reader import as_embedded
from knowledge.snippets import Snippet
from knowledge.vector_files import StoredRows, VectorFiles, open_vectors, write_vectors

_DECIDING = ("*.py", "*.yml", "*.txt")  # files of this room: some decide how a plan is cut, and all are few

Texts = dict[str, str]
AsEmbedded = Callable[[Mapping[str, Banked], Mapping[str, str]], Texts]
"""Gives questions of banks as they are embedded, by digest; the second mapping holds those that are known."""


@dataclass(frozen=True)
class Changes:
    """How many rows a build embedded anew, kept, and dropped."""

    embedded: int
    kept: int
    dropped: int


@dataclass(frozen=True)
class Source:
    """What a plan's rows are made from: `digest` changes whenever they may; `rows` makes them."""

    digest: str
    rows: Callable[[], OfPlan]


def build_index(
    plans: Mapping[str, Plan],
    encoder: Encoder,
    folder: Path,
    seed: Path = SHIPPED_INDEX,
    compact: bool = False,
    exact_up_to: int = EXACT_UP_TO,
) -> Changes:
    """Write the index of `plans` to `folder`, embedding only what neither an index there nor `seed` holds already.

    Args:
        plans: what to index, with their banks.
        encoder: makes the vectors.
        folder: where the index is written.
        seed: an index whose vectors are taken over where its encoder is the same.
        compact: whether to write a seed: vectors of a byte a number, nothing learned.
        exact_up_to: passages up to which every plan in scope is searched; for more, inverted lists are written.
    """
    return bring_up_to_date(sources_of(plans), partial(as_embedded, plans), encoder, folder, seed, compact, exact_up_to)


def bring_up_to_date(
    sources: Mapping[str, Source],
    as_embedded: AsEmbedded,
    encoder: Encoder,
    folder: Path,
    seed: Path = SHIPPED_INDEX,
    compact: bool = False,
    exact_up_to: int = EXACT_UP_TO,
) -> Changes:
    """Write the index of the plans with these sources; see `build_index`."""
    before = _known(folder, encoder)
    manifest = before.manifest
    cut = {key: source.rows() for key, source in sources.items() if manifest.sources.get(key) != source.digest}
    digests = {key: list(cut[key]) if key in cut else manifest.digests[key] for key in sources}
    changed = [key for key in sources if before.files is None or manifest.digests.get(key) != digests[key]]
    wanted = {digest: row for key in changed for digest, row in (cut.get(key) or sources[key].rows()).items()}
    known = [before]
    if len(before.held(wanted)) < len(wanted):
        known.append(_known(seed, encoder))
    fresh, texts, embedded = _vectors(wanted, as_embedded, encoder, known)
    files, places = write_vectors(folder, digests, before.files, fresh, encoder.name, encoder.dimension, compact)
    rows = {digest for of_plan in digests.values() for digest in of_plan}
    texts = {digest: text for digest, text in texts.items() if digest in rows}
    made_from = {key: source.digest for key, source in sources.items()}
    near = _has_lists(digests, texts, exact_up_to) and not compact
    made = Manifest(FORMAT, encoder.name, encoder.dimension, digests, near, made_from, files, places)
    stored = open_vectors(folder, made)
    learned = {} if compact else _learned(folder, before, made, sources, stored, texts)
    write_index(folder, texts, learned, made, _lists(folder, before, made, stored, texts) if near else None)
    gone = {digest for of_plan in manifest.digests.values() for digest in of_plan} - rows
    return Changes(embedded, len(rows) - embedded, len(gone))


def sources_of(plans: Mapping[str, Plan]) -> dict[str, Source]:
    """Return the sources of plans: their texts, their banks, and all that decides how these are cut."""
    how = reading_digest()
    return {plan.id: Source(_source_digest(plan, how), partial(rows_of, plan)) for plan in plans.values()}


def is_current(plans: Mapping[str, Plan], encoder: str, folder: Path, exact_up_to: int = EXACT_UP_TO) -> bool:
    """Tell whether the index in `folder` is whole and belongs to the encoder of this name and to these plans."""
    try:
        manifest = read_manifest(folder)
        open_vectors(folder, manifest)
        texts = read_questions(folder)
        read_learned(folder)
        if manifest.near:
            read_near(folder)
    except IndexProblem:
        return False
    sources = {plan_id: source.digest for plan_id, source in sources_of(plans).items()}
    fits = (manifest.encoder, manifest.sources) == (encoder, sources)
    return fits and manifest.near == _has_lists(manifest.digests, texts, exact_up_to)


def reading_digest() -> str:
    """Return a digest of the code and the word lists of this room, by which plans are cut and questions read."""
    here = Path(__file__).parent
    files = sorted(file for pattern in _DECIDING for file in here.glob(pattern))
    return _digest(*(file.read_bytes() for file in files))


def _source_digest(plan: Plan, how: str) -> str:
    bank = plan.bank_file.read_bytes() if plan.bank_file is not None and plan.bank_file.exists() else b""
    return _digest(how.encode(), plan.text.encode(), bank)


def _digest(*parts: bytes) -> str:
    return hashlib.blake2b(b"\x1f".join(parts), digest_size=16).hexdigest()


@dataclass(frozen=True)
class _Known:
    """What an index holds already; `files` is None where there is none by the same encoder."""

    manifest: Manifest
    texts: Texts
    files: VectorFiles | None

    def held(self, digests: Collection[str]) -> dict[str, Vectors]:
        """Return the vectors of those `digests` that stand in the index."""
        return self.files.held(digests) if self.files is not None else {}


def _known(folder: Path, encoder: Encoder) -> _Known:
    """Return what the index in `folder` holds, which is nothing where it is missing or damaged."""
    try:
        manifest, texts = read_manifest(folder), read_questions(folder)
        if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
            return _Known(manifest, texts, None)
        return _Known(manifest, texts, open_vectors(folder, manifest))
    except IndexProblem:
        return _Known(Manifest(FORMAT, "", 0, {}), {}, None)


def _vectors(
    wanted: Mapping[str, Snippet | Banked], as_embedded: AsEmbedded, encoder: Encoder, known: Sequence[_Known]
) -> tuple[dict[str, Vectors], Texts, int]:
    """Return the vectors of the rows `wanted`, all questions known as embedded, and how many rows were embedded."""
    vectors = _held(known, wanted)
    texts = {digest: text for index in reversed(known) for digest, text in index.texts.items()}
    missing = {digest: row for digest, row in wanted.items() if digest not in vectors}
    told = {digest: embedded_text(row) for digest, row in missing.items() if isinstance(row, Snippet)}
    asked = as_embedded({digest: row for digest, row in missing.items() if isinstance(row, Banked)}, texts)
    reads = {text: digest for digest, text in texts.items()}
    same = _held(known, {reads[text] for text in asked.values() if text in reads})
    anew = {digest: text for digest, text in asked.items() if reads.get(text) not in same}
    vectors |= {digest: same[reads[text]] for digest, text in asked.items() if digest not in anew}
    vectors |= zip(told, encoder.passages(list(told.values())), strict=True)
    vectors |= zip(anew, encoder.queries(list(anew.values())), strict=True)
    return vectors, {**texts, **asked}, len(told) + len(anew)


def _held(known: Sequence[_Known], digests: Collection[str]) -> dict[str, Vectors]:
    return {digest: vector for index in reversed(known) for digest, vector in index.held(digests).items()}


def _has_lists(digests: Mapping[str, Sequence[str]], texts: Collection[str], exact_up_to: int) -> bool:
    return sum(digest not in texts for of_plan in digests.values() for digest in of_plan) > exact_up_to


def _lists(folder: Path, before: _Known, made: Manifest, stored: VectorFiles, texts: Texts) -> faiss.IndexIVF:
    """Return the inverted lists of all rows, those there are brought up to date."""
    lists = known_lists(folder) if before.files is not None else None
    keys = keys_of((digest for of_plan in made.digests.values() for digest in of_plan), texts)
    rows = np.concatenate([stored.numbers(plan_id) for plan_id in made.digests])
    return brought_up_to_date(lists, keys, StoredRows(stored, rows))


def _learned(
    folder: Path,
    before: _Known,
    made: Manifest,
    sources: Mapping[str, Source],
    stored: VectorFiles,
    texts: Texts,
) -> Learned:
    """Return what is learned from the banks, taken over where neither they nor their plans have changed."""
    banked = [plan_id for plan_id, of_plan in made.digests.items() if not texts.keys().isdisjoint(of_plan)]
    same = all(before.manifest.digests.get(plan_id) == made.digests[plan_id] for plan_id in banked)
    try:
        if same and before.files is not None and (known := read_learned(folder)).keys() == set(banked):
            return known
    except IndexProblem:
        pass
    rows = ((plan_id, sources[plan_id].rows()) for plan_id in banked)
    return learn_from(assemble(rows, stored, texts)).learned
