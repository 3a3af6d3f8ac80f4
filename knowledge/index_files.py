"""The files of an index: vectors, the questions as embedded, what was learned from them, and a manifest of all; with
many rows also inverted lists of what is near.

Nothing is pickled. The manifest is put in place last, and every other file is checked against it when read.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Mapping
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
_NEAR = "near.faiss"
_MANIFEST = "manifest.json"

Learned = Mapping[str, NDArray[np.float16]]


class IndexProblem(Exception):
    """The index is missing, damaged, or made by another encoder or from other texts; says what to run."""


@dataclass(frozen=True)
class Manifest:
    """What an index was made of: `digests` holds per plan one digest for each row, in order; `near` tells whether it
    has inverted lists.
    """

    format: int
    encoder: str
    dimension: int
    digests: dict[str, list[str]]
    near: bool = False

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


class StoredRows:
    """Vectors that stay on disk: `rows[numbers]` reads some, shape (n, columns).

    Args:
        stored: all vectors of an index.
        numbers: which of them these are, in order.
    """

    def __init__(self, stored: faiss.Index, numbers: NDArray[np.int64]) -> None:
        self._stored, self._numbers = stored, numbers
        self.shape = (len(numbers), int(stored.d))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    def __getitem__(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of some rows."""
        if not len(rows):
            return np.zeros((0, self.shape[1]), dtype=np.float32)
        return np.asarray(self._stored.reconstruct_batch(self._numbers[rows]), dtype=np.float32)

    def only(self, rows: NDArray[np.int64]) -> "StoredRows":
        """Return some of these, still on disk."""
        return StoredRows(self._stored, self._numbers[rows])


def stored_vectors(folder: Path) -> StoredRows:
    """Return the vectors as they lie on disk, read when needed; IndexProblem where they cannot be read."""
    path = folder / _VECTORS
    try:
        stored = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        return StoredRows(stored, np.arange(stored.ntotal))
    except RuntimeError as error:
        raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error


def vectors_of(folder: Path, manifest: Manifest) -> Vectors | StoredRows:
    """Return the vectors, of an index with inverted lists as they lie on disk."""
    return stored_vectors(folder) if manifest.near else read_vectors(folder)


def read_near(folder: Path) -> faiss.IndexIVF:
    """Return the inverted lists; IndexProblem where they cannot be read."""
    path = folder / _NEAR
    try:
        lists = faiss.read_index(str(path))
        assert isinstance(lists, faiss.IndexIVF)
        return lists
    except RuntimeError as error:
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
    folder: Path,
    vectors: Iterable[Vectors],
    questions: Mapping[str, str],
    learned: Learned,
    manifest: Manifest,
    halves: bool = False,
    near: faiss.IndexIVF | None = None,
) -> None:
    """Write all files beside their old ones, then put them in place, the manifest last.

    Vectors come in blocks of rows, and are stored in half precision where `halves` is set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = manifest.dimension
    half = faiss.IndexScalarQuantizer(size, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    flat = half if halves else faiss.IndexFlatIP(size)
    for block in vectors:
        flat.add(block)
    faiss.write_index(flat, str(folder / f"{_VECTORS}.new"))
    arrays: dict[str, Any] = dict(learned)
    with (folder / f"{_LEARNED}.new").open("wb") as file:
        np.savez(file, **arrays)
    for name, data in ((_QUESTIONS, questions), (_MANIFEST, asdict(manifest))):
        (folder / f"{name}.new").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    if near is not None:
        faiss.write_index(near, str(folder / f"{_NEAR}.new"))
    for name in (_VECTORS, _QUESTIONS, _LEARNED, *([_NEAR] if near is not None else []), _MANIFEST):
        os.replace(folder / f"{name}.new", folder / name)


def known_vectors(folder: Path, encoder: str, dimension: int) -> dict[str, Vectors]:
    """Return the vectors in `folder` by digest; none where it has none of this encoder."""
    try:
        manifest, vectors = read_manifest(folder), read_vectors(folder)
    except IndexProblem:
        return {}
    digests = [digest for of_plan in manifest.digests.values() for digest in of_plan]
    if manifest.encoder != encoder or vectors.shape != (len(digests), dimension):
        return {}
    return dict(zip(digests, vectors, strict=True))


def known_lists(folder: Path) -> faiss.IndexIVF | None:
    """Return the inverted lists in `folder`, None where it has none."""
    try:
        return read_near(folder) if read_manifest(folder).near else None
    except IndexProblem:
        return None


def known_texts(folder: Path) -> dict[str, str]:
    """Return the questions in `folder` as they were embedded, by digest; none where they cannot be read."""
    try:
        return read_questions(folder)
    except IndexProblem:
        return {}


def known_digests(folder: Path) -> list[str]:
    """Return the digests of all rows in `folder`; none where it has no manifest."""
    try:
        return [digest for of_plan in read_manifest(folder).digests.values() for digest in of_plan]
    except IndexProblem:
        return []
