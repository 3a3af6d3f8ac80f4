"""The vectors of an index, in files that are never changed: the rows of a plan stand together in one of them.

What is new or changed goes into a new file, named by what it holds, so adding a plan leaves the vectors of all others
where they are, and a manifest never finds other vectors than its own. Files that are small, or not much larger than
what is written, or mostly no longer used, go into the new one too: there are few, and large ones are rarely written.
"""

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from knowledge.index_files import REBUILD, IndexProblem, Manifest, Places

SMALL = 50_000
"""Rows up to which a file is written anew with whatever is added."""

A_READING = 100_000
"""Rows that are read in one go, at most."""

TWICE = 2  # the size of what is written, up to which a larger file is written anew with it

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class VectorFiles:
    """The vectors of an index, numbered through all its files; read when they are taken.

    `places` gives for each plan the number of its file and its first row there, `digests` one digest for each of its
    rows.
    """

    files: Mapping[str, "VectorFile"]
    places: Places
    digests: Mapping[str, Sequence[str]]

    @property
    def columns(self) -> int:
        """How many columns they have."""
        return next(iter(self.files.values())).columns

    def numbers(self, plan_id: str) -> Rows:
        """Return the numbers of a plan's rows, in order."""
        first = self._first(plan_id)
        return np.arange(first, first + len(self.digests[plan_id]))

    def read(self, numbers: Rows) -> Vectors:
        """Return the vectors with these numbers, shape (n, columns)."""
        opened = list(self.files.values())
        found = np.zeros((len(numbers), self.columns), dtype=np.float32)
        file_of = np.searchsorted(self._ends, numbers, side="right") - 1
        for file in np.unique(file_of):
            at = np.flatnonzero(file_of == file)
            found[at] = opened[file].read(numbers[at] - self._ends[file])
        return found

    def held(self, digests: Collection[str]) -> dict[str, Vectors]:
        """Return the vectors of those `digests` that stand here."""
        if not digests:
            return {}
        numbers = {
            digest: number
            for plan_id, of_plan in self.digests.items()
            for number, digest in enumerate(of_plan, self._first(plan_id))
            if digest in digests
        }
        return dict(zip(numbers, self.read(np.array(list(numbers.values()), dtype=np.int64)), strict=True))

    def _first(self, plan_id: str) -> int:
        file, row = self.places[plan_id]
        return int(self._ends[file]) + row

    @cached_property
    def _ends(self) -> Rows:
        return np.cumsum([0, *(file.rows for file in self.files.values())])


class VectorFile:
    """One file: a flat index of FAISS, four bytes a number or fewer, whose vectors stand last in the file.

    They are read from where they stand, not mapped: mapped, each one that was ever looked at would stay in memory with
    dozens of its neighbours.

    Raises:
        IndexProblem: it is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self._file = path.open("rb", buffering=0)
        except (RuntimeError, OSError) as error:
            raise IndexProblem(f"{path} is missing or damaged: {REBUILD}.") from error
        self.rows, self.columns = int(index.ntotal), int(index.d)
        self._coded = index
        self._row = int(index.sa_code_size())
        self._start = os.fstat(self._file.fileno()).st_size - self.rows * self._row

    def read(self, rows: Rows) -> Vectors:
        """Return the vectors of some rows, those that stand together in one go."""
        found = np.zeros((len(rows), self.columns), dtype=np.float32)
        apart = np.flatnonzero(np.diff(rows) != 1) + 1
        edges = np.unique([*apart, *range(0, len(rows), A_READING), len(rows)])
        for first, end in itertools.pairwise(edges):
            size, place = (end - first) * self._row, self._start + rows[first] * self._row
            codes = np.frombuffer(os.pread(self._file.fileno(), size, place), np.uint8)
            found[first:end] = self._coded.sa_decode(codes.reshape(end - first, self._row))
        return found


class StoredRows:
    """Vectors that stay on disk: `rows[numbers]` reads some, shape (n, columns).

    Args:
        files: the vectors of an index.
        numbers: which of them these are, in order.
    """

    def __init__(self, files: VectorFiles, numbers: Rows) -> None:
        self._files, self._numbers = files, numbers
        self.shape = (len(numbers), files.columns)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    def __getitem__(self, rows: Rows) -> Vectors:
        """Return the vectors of some rows."""
        return self._files.read(self._numbers[rows])


def open_vectors(folder: Path, manifest: Manifest) -> VectorFiles:
    """Return the vectors that a manifest tells of, as they lie on disk.

    Raises:
        IndexProblem: they cannot be read, or are not what the manifest says.
    """
    files = {name: VectorFile(folder / name) for name in manifest.files}
    places, sizes = manifest.places_of_plans(), [file.rows for file in files.values()]
    ends = Counter[int]()
    for plan_id, (file, row) in places.items():
        ends[file] = max(ends[file], row + len(manifest.digests.get(plan_id, ())))
    fits = places.keys() == manifest.digests.keys()
    fits = fits and all(file < len(sizes) and end <= sizes[file] for file, end in ends.items())
    if not fits or any(file.columns != manifest.dimension for file in files.values()):
        held = " and ".join(f"({file.rows}, {file.columns})" for file in files.values())
        raise IndexProblem(f"{folder} holds vectors of {held}, its manifest {manifest.rows} rows: {REBUILD}.")
    return VectorFiles(files, places, manifest.digests)


def write_vectors(
    folder: Path,
    digests: Mapping[str, Sequence[str]],
    before: VectorFiles | None,
    fresh: Mapping[str, Vectors],
    encoder: str,
    dimension: int,
    compact: bool = False,
) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Write what is to be moved into a new file; return the names of the files in use and the place of each plan.

    Args:
        folder: where the files lie; none of those there is changed.
        digests: for each plan one digest for each of its rows.
        before: what lies in the folder by the same encoder; plans with the same digests are taken from there.
        fresh: the vectors of all other plans, by digest.
        encoder: the name of what made the vectors.
        dimension: their number of columns.
        compact: whether all is written anew, in a byte a number.
    """
    known = before or VectorFiles({}, {}, {})
    same = {plan_id: place for plan_id, place in known.places.items() if known.digests[plan_id] == digests.get(plan_id)}
    sizes = [file.rows for file in known.files.values()]
    new = sum(len(of_plan) for plan_id, of_plan in digests.items() if plan_id not in same)
    used = Counter[int]()
    for plan_id, (file, _) in same.items():
        used[file] += len(digests[plan_id])
    left = [file for file, kept in enumerate(_kept(sizes, used, new)) if kept and not compact]
    staying = {plan_id: (left.index(file), row) for plan_id, (file, row) in same.items() if file in left}
    moved = [plan_id for plan_id in digests if plan_id not in staying]
    starts = np.cumsum([0, *(len(digests[plan_id]) for plan_id in moved)])
    places = {plan_id: (len(left), int(start)) for plan_id, start in zip(moved, starts, strict=False)}
    names = [name for file, name in enumerate(known.files) if file in left]
    if moved or not names:
        name = _name([encoder, str(compact), *names, *(digest for plan_id in moved for digest in digests[plan_id])])
        if name not in known.files:
            folder.mkdir(parents=True, exist_ok=True)
            of_plans = (
                known.read(known.numbers(plan_id))
                if plan_id in same
                else np.stack([fresh[digest] for digest in digests[plan_id]])
                for plan_id in moved
                if digests[plan_id]
            )
            flat = _compact(list(of_plans), dimension) if compact else _flat(of_plans, dimension)
            faiss.write_index(flat, str(folder / f"{name}.new"))
            os.replace(folder / f"{name}.new", folder / name)
        names.append(name)
    return names, {**staying, **places}


def _flat(parts: Iterable[Vectors], columns: int) -> faiss.Index:
    """Return an index that holds the vectors of all parts as they are."""
    flat = faiss.IndexFlatIP(columns)
    for part in parts:
        flat.add(part)
    return flat


def _compact(parts: Sequence[Vectors], columns: int) -> faiss.Index:
    """Return an index that holds the vectors of all parts in a byte a number."""
    vectors = np.concatenate([np.zeros((1, columns), dtype=np.float32), *parts])
    flat = faiss.IndexScalarQuantizer(columns, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    flat.train(vectors)
    flat.add(vectors[1:])
    return flat


def _kept(sizes: Sequence[int], used: Mapping[int, int], new: int) -> list[bool]:
    """Tell which files stay as they are, `new` rows being written, of the oldest to the newest."""
    kept, written = [False] * len(sizes), new
    for file in reversed(range(len(sizes))):
        kept[file] = 2 * used[file] >= sizes[file] and used[file] > max(SMALL, TWICE * written)
        written += 0 if kept[file] else used[file]
    return kept


def _name(parts: Sequence[str]) -> str:
    return f"vectors-{hashlib.blake2b(' '.join(parts).encode(), digest_size=8).hexdigest()}.faiss"
