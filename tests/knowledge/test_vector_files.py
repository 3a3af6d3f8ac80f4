"""Adding, changing and removing plans leaves the files of the others as they are, as long as it is worth it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from knowledge import vector_files
from knowledge.embedding import Vectors
from knowledge.index import SHIPPED_INDEX
from knowledge.index_files import FORMAT, IndexProblem, Manifest, read_manifest
from knowledge.vector_files import StoredRows, VectorFiles, open_vectors, write_vectors

Plans = dict[str, list[str]]
PLANS: Plans = {"a": [f"a{n}" for n in range(40)], "b": [f"b{n}" for n in range(30)], "c": ["c0", "a0"], "d": []}


def vector_of(digest: str) -> Vectors:
    drawn = np.random.default_rng(list(digest.encode())).standard_normal(8).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn), dtype=np.float32)


class Shelf:
    """A folder of vectors by one encoder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, None

    files: VectorFiles | None

    def write(self, digests: Mapping[str, list[str]], compact: bool = False) -> list[str]:
        """Write, open and check the vectors of these plans; return the names of the files in use."""
        known = self.files.digests if self.files else {}
        fresh = {d: vector_of(d) for plan_id, rows in digests.items() if known.get(plan_id) != rows for d in rows}
        names, places = write_vectors(self.folder, digests, self.files, fresh, "hash-8", 8, compact)
        manifest = Manifest(FORMAT, "hash-8", 8, dict(digests), files=names, places=places)
        self.files = open_vectors(self.folder, manifest)
        for plan_id, of_plan in digests.items():
            expected = np.array([vector_of(digest) for digest in of_plan], dtype=np.float32).reshape(-1, 8)
            assert np.allclose(self.files.read(self.files.numbers(plan_id)), expected, atol=0.01 if compact else 0)
        return names


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(vector_files, "SMALL", 10)
    return Shelf(tmp_path)


def test_a_plan_more_leaves_the_large_file_alone(shelf: Shelf) -> None:
    [large] = shelf.write(PLANS)
    assert shelf.write({**PLANS, "new": ["n0", "n1"]})[0] == large
    first, small = shelf.write({"new": ["n0", "n1"], "newer": ["m0"], **PLANS})
    assert first == large and len(list(shelf.folder.iterdir())) == 3
    assert shelf.write({**PLANS, "new": ["n0", "n1"], "newer": ["m0", "m1"]}) != [large, small]


def test_a_changed_plan_is_written_anew_and_a_retired_one_is_left_where_it_is(shelf: Shelf) -> None:
    [large] = shelf.write(PLANS)
    assert shelf.write({**PLANS, "c": ["c1", "a0"]})[0] == large
    assert shelf.write({key: PLANS[key] for key in ("a", "b")}) == [large]
    assert shelf.write({"a": PLANS["a"]}) == [large]


def test_a_file_of_which_little_is_used_is_written_anew(shelf: Shelf) -> None:
    [large] = shelf.write(PLANS)
    [other] = shelf.write({"b": PLANS["b"]})
    assert other != large


def test_a_file_not_much_larger_than_what_is_written_goes_into_it(shelf: Shelf) -> None:
    shelf.write({"a": PLANS["a"]})
    assert len(shelf.write({"a": PLANS["a"], "b": PLANS["b"][:15]})) == 2
    assert len(shelf.write(PLANS)) == 1


def test_what_stays_the_same_is_not_written(shelf: Shelf) -> None:
    names = shelf.write(PLANS)
    before = (shelf.folder / names[0]).stat()
    assert shelf.write(PLANS) == names
    assert (shelf.folder / names[0]).stat() == before
    assert shelf.write({}) != names


def test_vectors_are_found_by_digest(shelf: Shelf) -> None:
    shelf.write(PLANS)
    shelf.write({**PLANS, "new": ["n0", "n1"]})
    assert shelf.files is not None
    held = shelf.files.held({"a0", "b29", "n1", "none"})
    assert held.keys() == {"a0", "b29", "n1"}
    assert all(np.array_equal(vector, vector_of(digest)) for digest, vector in held.items())


def test_rows_of_several_files_are_read_in_the_order_asked(shelf: Shelf) -> None:
    shelf.write(PLANS)
    shelf.write({**PLANS, "new": ["n0", "n1"]})
    assert shelf.files is not None
    rows = StoredRows(shelf.files, np.concatenate([shelf.files.numbers("new"), shelf.files.numbers("b")]))
    assert rows.shape == (32, 8) and len(rows) == 32
    assert np.array_equal(rows[np.array([2, 1, 31])], [vector_of(digest) for digest in ("b0", "n1", "b29")])
    assert rows[np.zeros(0, dtype=np.int64)].shape == (0, 8)


def test_a_compact_one_is_one_file(shelf: Shelf) -> None:
    shelf.write(PLANS)
    assert len(shelf.write({**PLANS, "new": ["n0"]}, compact=True)) == 1


@pytest.mark.parametrize("content", [None, b"", b"no vectors", "short"])
def test_damage_is_told(shelf: Shelf, content: bytes | str | None) -> None:
    [name] = shelf.write(PLANS)
    assert shelf.files is not None
    manifest = Manifest(FORMAT, "hash-8", 8, PLANS, files=[name], places=dict(shelf.files.places))
    shelf.files = None
    whole = (shelf.folder / name).read_bytes()
    (shelf.folder / name).unlink()
    if content is not None:
        (shelf.folder / name).write_bytes(whole[:-100] if isinstance(content, str) else content)
    with pytest.raises(IndexProblem, match="python -m knowledge index"):
        open_vectors(shelf.folder, manifest)


def test_vectors_that_are_not_those_of_the_manifest_are_told(shelf: Shelf) -> None:
    names = shelf.write({"a": PLANS["a"]})
    for wrong in ({"a": (0, 1)}, {"a": (1, 0)}, {"b": (0, 0)}):
        with pytest.raises(IndexProblem, match="rows"):
            open_vectors(shelf.folder, Manifest(FORMAT, "hash-8", 8, {"a": PLANS["a"]}, files=names, places=wrong))
    with pytest.raises(IndexProblem, match="rows"):
        open_vectors(shelf.folder, Manifest(FORMAT, "hash-8", 9, {"a": PLANS["a"]}, files=names))


def test_the_shipped_vectors_are_read() -> None:
    manifest = read_manifest(SHIPPED_INDEX)
    shipped = open_vectors(SHIPPED_INDEX, manifest)
    last = list(manifest.digests)[-1]
    assert len(manifest.files) == 1 and shipped.numbers(last)[-1] == manifest.rows - 1
    assert np.allclose(np.linalg.norm(shipped.read(shipped.numbers(last)), axis=1), 1.0, atol=0.01)
