"""The files of an index: vectors, the questions as embedded, what was learned from them, and a manifest of all.

Nothing is pickled. The manifest is put in place last, and every other file is checked against it when read.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors

FORMAT = 3
REBUILD = "run `python -m knowledge index`"

_VECTORS = "vectors.faiss"
_QUESTIONS = "questions.json"
_LEARNED = "learned.npz"
_MANIFEST = "manifest.json"

Learned = Mapping[str, NDArray[np.float16]]


class IndexProblem(Exception):
    """The index is missing, damaged, or made by another encoder or from other texts; says what to run."""


@dataclass(frozen=True)
class Manifest:
    """What an index was made of: `digests` holds per plan one digest for each row, in order."""

    format: int
    encoder: str
    dimension: int
    digests: dict[str, list[str]]

    @property
    def rows(self) -> int:
        """How many rows the index has."""
        return sum(map(len, self.digests.values()))


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


def read_questions(folder: Path) -> dict[str, str]:
    """Return the questions as they were embedded, by digest; IndexProblem where they cannot be read."""
    try:
        loaded: dict[str, str] = json.loads((folder / _QUESTIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexProblem(f"{folder / _QUESTIONS} is missing or damaged: {REBUILD}.") from error
    return loaded


def read_vectors(folder: Path) -> Vectors:
    """Return the vectors, one row each; IndexProblem where they cannot be read."""
    path = folder / _VECTORS
    try:
        index = faiss.read_index(str(path))
        rows = index.reconstruct_n(0, index.ntotal) if index.ntotal else np.zeros((0, index.d))
        return np.asarray(rows, dtype=np.float32)
    except (RuntimeError, OSError) as error:
        raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error


def read_learned(folder: Path) -> dict[str, NDArray[np.float16]]:
    """Return what was learned from the questions of each plan; IndexProblem where it cannot be read."""
    path = folder / _LEARNED
    try:
        with np.load(path, allow_pickle=False) as held:
            return {plan_id: held[plan_id] for plan_id in held.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error


def write_index(
    folder: Path, vectors: Vectors, questions: Mapping[str, str], learned: Learned, manifest: Manifest, halves: bool
) -> None:
    """Write all files beside their old ones, then put them in place, the manifest last.

    Vectors are stored in half precision where `halves` is set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = manifest.dimension
    half = faiss.IndexScalarQuantizer(size, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    flat = half if halves else faiss.IndexFlatIP(size)
    flat.add(vectors)
    faiss.write_index(flat, str(folder / f"{_VECTORS}.new"))
    arrays: dict[str, Any] = dict(learned)
    with (folder / f"{_LEARNED}.new").open("wb") as file:
        np.savez(file, **arrays)
    for name, data in ((_QUESTIONS, questions), (_MANIFEST, asdict(manifest))):
        (folder / f"{name}.new").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    for name in (_VECTORS, _QUESTIONS, _LEARNED, _MANIFEST):
        os.replace(folder / f"{name}.new", folder / name)
