"""The index on disk: the vectors of every snippet in a FAISS file, and a manifest that binds it to its maker.

The folder holds `vectors.faiss`, row by row in the order of the plans and their snippets, and `manifest.json`:
encoder, dimension, and per plan the digest of what was embedded. Nothing is pickled; words and offsets are read anew
from the plans, so a citation can never come from a stale copy.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np

from knowledge.corpus import Plan
from knowledge.embedding import Encoder, Vectors
from knowledge.snippets import Snippet, snippets_of

FORMAT = 1
REBUILD = "run `python -m knowledge index`"

_VECTORS = "vectors.faiss"
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
    """How many snippets a build embedded anew, kept, and dropped."""

    embedded: int
    kept: int
    dropped: int


@dataclass(frozen=True)
class Index:
    """An opened index: row n of `vectors` belongs to `snippets[n]`."""

    snippets: tuple[Snippet, ...]
    vectors: Vectors


def embedded_text(snippet: Snippet) -> str:
    """Return what is embedded for a snippet: the headings it stands under, then its own words."""
    return f"{snippet.context}. {snippet.text}" if snippet.context else snippet.text


def build_index(plans: Mapping[str, Plan], encoder: Encoder, folder: Path) -> Changes:
    """Write the index of `plans` to `folder`, embedding only what an index there does not hold already."""
    snippets = {plan.id: snippets_of(plan) for plan in plans.values()}
    texts = {plan_id: [embedded_text(snippet) for snippet in of_plan] for plan_id, of_plan in snippets.items()}
    digests = {plan_id: [_digest(text) for text in of_plan] for plan_id, of_plan in texts.items()}
    known = _known_vectors(folder, encoder)
    wanted = {digest: text for plan_id in texts for digest, text in zip(digests[plan_id], texts[plan_id], strict=True)}
    missing = {digest: text for digest, text in wanted.items() if digest not in known}
    known.update(zip(missing, encoder.passages(list(missing.values())), strict=True))
    rows = [known[digest] for of_plan in digests.values() for digest in of_plan]
    vectors = np.stack(rows) if rows else np.zeros((0, encoder.dimension), dtype=np.float32)
    _write(folder, vectors, Manifest(FORMAT, encoder.name, encoder.dimension, digests))
    return Changes(len(missing), len(wanted) - len(missing), len(set(known) - set(wanted)))


def is_current(plans: Mapping[str, Plan], encoder: str, folder: Path) -> bool:
    """Tell whether the index in `folder` is whole and belongs to the encoder of this name and to these plans."""
    try:
        manifest = read_manifest(folder)
        rows = len(_read_vectors(folder))
    except IndexProblem:
        return False
    digests = _digests_of(plans)
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
    snippets = {plan.id: snippets_of(plan) for plan in plans.values()}
    digests = _digests_of(plans)
    if digests != manifest.digests:
        changed = sorted(
            plan_id
            for plan_id in {*digests, *manifest.digests}
            if digests.get(plan_id) != manifest.digests.get(plan_id)
        )
        raise IndexProblem(f"The plans {', '.join(changed)} have changed since the index was made: {REBUILD}.")
    vectors = _read_vectors(folder)
    ordered = tuple(snippet for of_plan in snippets.values() for snippet in of_plan)
    if vectors.shape != (len(ordered), encoder.dimension):
        raise IndexProblem(f"{folder / _VECTORS} holds {vectors.shape}, its manifest {len(ordered)} rows: {REBUILD}.")
    return Index(ordered, vectors)


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


def _digests_of(plans: Mapping[str, Plan]) -> dict[str, list[str]]:
    return {plan.id: [_digest(embedded_text(snippet)) for snippet in snippets_of(plan)] for plan in plans.values()}


def _known_vectors(folder: Path, encoder: Encoder) -> dict[str, Vectors]:
    try:
        manifest = read_manifest(folder)
        vectors = _read_vectors(folder)
    except IndexProblem:
        return {}
    digests = [digest for of_plan in manifest.digests.values() for digest in of_plan]
    if manifest.encoder != encoder.name or vectors.shape != (len(digests), encoder.dimension):
        return {}
    return dict(zip(digests, vectors, strict=True))


def _read_vectors(folder: Path) -> Vectors:
    path = folder / _VECTORS
    try:
        index = faiss.read_index(str(path))
        rows = index.reconstruct_n(0, index.ntotal) if index.ntotal else np.zeros((0, index.d))
        return np.asarray(rows, dtype=np.float32)
    except (RuntimeError, OSError) as error:
        raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error


def _write(folder: Path, vectors: Vectors, manifest: Manifest) -> None:
    """Write both files beside their old ones, then put the vectors and last the manifest in place."""
    folder.mkdir(parents=True, exist_ok=True)
    flat = faiss.IndexFlatIP(manifest.dimension)
    flat.add(vectors)
    faiss.write_index(flat, str(folder / f"{_VECTORS}.new"))
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / f"{_MANIFEST}.new").write_text(text, encoding="utf-8")
    for name in (_VECTORS, _MANIFEST):
        os.replace(folder / f"{name}.new", folder / name)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
