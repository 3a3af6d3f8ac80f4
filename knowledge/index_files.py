"""The files of an index beside its vectors: the questions as embedded, what was learned from them, with many rows also
inverted lists of what is near, and a manifest of all.

Nothing is pickled. The manifest is put in place last, and every other file is checked against it when read.
"""

import itertools
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

FORMAT = 3
REBUILD = "run `python -m knowledge index`"

_FIRST = "vectors.faiss"
_QUESTIONS = "questions.json"
_LEARNED = "learned.npz"
_NEAR = "near.faiss"
MANIFEST = "manifest.json"

Learned = Mapping[str, NDArray[np.float16]]
Places = Mapping[str, tuple[int, int]]
"""For each plan the number of its file of vectors, and its first row there."""


class IndexProblem(Exception):
    """The index is missing, damaged, or made by another encoder or from other texts; says what to run."""


@dataclass(frozen=True)
class Manifest:
    """What an index was made of.

    `digests` holds per plan one digest for each row, in order, and `sources` one of all that these rows were made from;
    `near` tells whether there are inverted lists. `files` are those of the vectors; where no `places` are given, all
    plans stand in the first one, in order.
    """

    format: int
    encoder: str
    dimension: int
    digests: dict[str, list[str]]
    near: bool = False
    sources: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=lambda: [_FIRST])
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the index has."""
        return sum(map(len, self.digests.values()))

    def places_of_plans(self) -> Places:
        """Return the place of each plan in the files of the vectors."""
        if self.places:
            return {plan_id: (file, row) for plan_id, (file, row) in self.places.items()}
        ends = itertools.accumulate(map(len, self.digests.values()), initial=0)
        return {plan_id: (0, end) for plan_id, end in zip(self.digests, ends, strict=False)}


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in `folder`.

    Raises:
        IndexProblem: there is none, or it cannot be read.
    """
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
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
    questions: Mapping[str, str],
    learned: Learned,
    manifest: Manifest,
    near: faiss.IndexIVF | None = None,
) -> None:
    """Write all files but the vectors beside their old ones, then put them in place, the manifest last.

    Files that the manifest does not tell of are taken away.
    """
    arrays: dict[str, Any] = dict(learned)
    with (folder / f"{_LEARNED}.new").open("wb") as file:
        np.savez(file, **arrays)
    for name, data in ((_QUESTIONS, questions), (MANIFEST, vars(manifest))):
        (folder / f"{name}.new").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    if near is not None:
        faiss.write_index(near, str(folder / f"{_NEAR}.new"))
    for name in (_QUESTIONS, _LEARNED, *([_NEAR] if near is not None else []), MANIFEST):
        os.replace(folder / f"{name}.new", folder / name)
    if near is None:
        (folder / _NEAR).unlink(missing_ok=True)
    for path in folder.glob("vectors*.faiss*"):
        if path.name not in manifest.files:
            path.unlink(missing_ok=True)


def known_lists(folder: Path) -> faiss.IndexIVF | None:
    """Return the inverted lists in `folder`, None where it has none or they cannot be read."""
    try:
        return read_near(folder) if read_manifest(folder).near else None
    except IndexProblem:
        return None
