"""Bringing an index up to date touches what changed and nothing else, and takes over what older programs wrote."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge import index_building, vector_files
from knowledge.corpus import Plan
from knowledge.embedding import HashEncoder
from knowledge.index import SHIPPED_INDEX, Index, open_index, rows_of
from knowledge.index_building import Changes, build_index, is_current, reading_digest
from knowledge.index_staging import changed_files, commit_with_index, staged
from knowledge.snippets import Snippet
from tests.knowledge.test_index import BANK, CountingEncoder, vectors_in


@pytest.fixture
def plans(plans: Mapping[str, Plan], tmp_path: Path) -> dict[str, Plan]:
    """The five plans, one of them with a bank of three questions, the others with none."""
    file = tmp_path / "honglinh-2023.questions.yml"
    file.write_text(BANK, encoding="utf-8")
    return {key: replace(plan, bank_file=file if key == "honglinh-2023" else None) for key, plan in plans.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def changed(plans: Mapping[str, Plan], plan_id: str) -> dict[str, Plan]:
    return {**plans, plan_id: replace(plans[plan_id], text=plans[plan_id].text + "\n\nMột câu hoàn toàn mới.\n")}


def same_content(one: Index, other: Index) -> bool:
    rows = np.arange(len(one.snippets))
    return list(one.snippets) == list(other.snippets) and np.array_equal(one.vectors[rows], other.vectors[rows])


def test_only_a_changed_plan_is_cut_again(
    plans: dict[str, Plan], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(plans, HashEncoder(), folder)
    cut = []
    monkeypatch.setattr(index_building, "rows_of", lambda plan: cut.append(plan.id) or rows_of(plan))
    assert build_index(plans, HashEncoder(), folder).embedded == 0 and not cut
    build_index(changed(plans, "caobang-2023"), HashEncoder(), folder)
    assert set(cut) == {"caobang-2023"}
    bank_file = plans["honglinh-2023"].bank_file
    assert bank_file is not None
    bank_file.write_text(BANK.replace("Which division?", "Which office?"), encoding="utf-8")
    assert not is_current(plans, "hash-64", folder)
    build_index({key: replace(plan) for key, plan in plans.items()}, HashEncoder(), folder)
    assert set(cut) == {"caobang-2023", "honglinh-2023"}


def test_other_code_or_word_lists_let_all_plans_be_cut_again(
    plans: dict[str, Plan], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(plans, HashEncoder(), folder)
    assert is_current(plans, "hash-64", folder) and reading_digest() == reading_digest()
    monkeypatch.setattr(index_building, "reading_digest", lambda: "another program")
    assert not is_current(plans, "hash-64", folder)
    before = vectors_in(folder)
    assert build_index(plans, HashEncoder(), folder).embedded == 0
    assert is_current(plans, "hash-64", folder) and vectors_in(folder) == before


@pytest.mark.parametrize("exact_up_to", [2000, 0])
def test_step_by_step_comes_to_the_same_as_at_once(
    plans: dict[str, Plan], folder: Path, exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plans are added, changed and retired, over several files of vectors, some in another order than they are read."""
    monkeypatch.setattr(vector_files, "SMALL", 20)
    encoder = CountingEncoder()
    later = changed(plans, "caobang-2023")
    few = {key: later[key] for key in list(later)[2:]}
    for step in (few, dict(reversed(few.items())), plans, later):
        build_index(step, encoder, folder, exact_up_to=exact_up_to)
    once = folder.with_name("once")
    build_index(later, encoder, once, exact_up_to=exact_up_to)
    one, other = (open_index(later, encoder, each) for each in (folder, once))
    assert same_content(one, other) and (one.question_vectors == other.question_vectors).all()
    assert [question.snippet for question in one.questions] == [question.snippet for question in other.questions]
    assert len(list(folder.glob("vectors*"))) > 1
    turned = open_index(dict(reversed(later.items())), encoder, folder)
    last = one.rows_of[list(later)[-1]]
    assert turned.snippets[0] == one.snippets[int(last[0])]
    assert np.array_equal(turned.vectors[np.arange(len(last))], one.vectors[last])


def test_an_index_of_an_older_program_is_taken_over(plans: dict[str, Plan], folder: Path) -> None:
    build_index(plans, HashEncoder(), folder)
    vectors_in(folder).rename(folder / "vectors.faiss")
    data = json.loads((folder / "manifest.json").read_text("utf-8"))
    older = {key: data[key] for key in ("format", "encoder", "dimension", "digests", "near")}
    (folder / "manifest.json").write_text(json.dumps(older, indent=1), encoding="utf-8")
    assert open_index(plans, HashEncoder(), folder).snippets
    encoder = CountingEncoder()
    assert not is_current(plans, encoder.name, folder)
    assert build_index(changed(plans, "caobang-2023"), encoder, folder).embedded == 1
    assert not (folder / "vectors.faiss").exists()


def test_the_shipped_index_spares_the_first_start_all_embedding(plans: dict[str, Plan], folder: Path) -> None:
    encoder = CountingEncoder(384)
    encoder.name = json.loads((SHIPPED_INDEX / "manifest.json").read_text("utf-8"))["encoder"]
    without_banks = {key: replace(plan, bank_file=None) for key, plan in plans.items()}
    assert build_index(without_banks, encoder, folder).embedded == encoder.embedded == 0


def test_another_encoder_makes_the_inverted_lists_anew(plans: dict[str, Plan], folder: Path) -> None:
    class Other(HashEncoder):
        def _encode(self, texts: object) -> object:
            return -super()._encode(texts)  # type: ignore[arg-type]

    build_index(plans, HashEncoder(), folder, exact_up_to=0)
    other = Other()
    other.name = "other-64"
    build_index(plans, other, folder, exact_up_to=0)
    index = open_index(plans, other, folder)
    assert index.near is not None and index.near.passages(index.vectors[[7]], 1)[0] == 7


@pytest.mark.parametrize("content", [None, b"", b"no lists"])
def test_damaged_inverted_lists_are_made_anew(plans: dict[str, Plan], folder: Path, content: bytes | None) -> None:
    build_index(plans, HashEncoder(), folder, exact_up_to=0)
    (folder / "near.faiss").unlink()
    if content is not None:
        (folder / "near.faiss").write_bytes(content)
    assert not is_current(plans, "hash-64", folder, exact_up_to=0)
    assert build_index(plans, HashEncoder(), folder, exact_up_to=0).embedded == 0
    assert is_current(plans, "hash-64", folder, exact_up_to=0)
    assert open_index(plans, HashEncoder(), folder).near is not None


def test_inverted_lists_are_for_more_passages_than_set_whatever_the_questions(
    plans: dict[str, Plan], folder: Path
) -> None:
    honglinh = plans["honglinh-2023"]
    shared = replace(plans["yenbai-duk-2023"], text=honglinh.text, bank_file=honglinh.bank_file)
    for some in (plans, {**plans, "yenbai-duk-2023": shared}):
        passages = sum(isinstance(row, Snippet) for plan in some.values() for row in rows_of(plan).values())
        build_index(some, HashEncoder(), folder, exact_up_to=passages - 1)
        assert (folder / "near.faiss").exists()
        build_index(some, HashEncoder(), folder, exact_up_to=passages)
        assert not (folder / "near.faiss").exists()


def test_what_stays_is_linked_and_what_changed_is_moved_the_manifest_last(plans: dict[str, Plan], folder: Path) -> None:
    folder.mkdir()
    for name in ("manifest.json", "near.faiss", "vectors-1.faiss", "vectors-2.faiss"):
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "kept-by-hand").mkdir()
    following = staged(folder)
    assert all(path.samefile(folder / path.name) for path in following.iterdir())
    (following / "vectors-2.faiss").unlink()
    for name in ("manifest.json", "questions.json"):
        (following / f"{name}.new").write_text("new", encoding="utf-8")
        os.replace(following / f"{name}.new", following / name)
    moves, gone = changed_files(folder, following)
    assert [target.name for target in moves.values()] == ["questions.json", "manifest.json"]
    assert gone == [folder / "vectors-2.faiss"]
    assert (folder / "manifest.json").read_text("utf-8") == "manifest.json"


def test_where_the_disk_has_no_second_names_files_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text("{}", encoding="utf-8")

    def link(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", link)
    following = staged(folder)
    assert not (following / "manifest.json").samefile(folder / "manifest.json")
    assert (following / "manifest.json").read_text("utf-8") == "{}"


def test_a_build_that_fails_leaves_the_index_as_it_is(plans: dict[str, Plan], folder: Path) -> None:
    build_index(plans, HashEncoder(), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def build(plans: Mapping[str, Plan], following: Path) -> Changes:
        build_index(plans, HashEncoder(32), following)
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        commit_with_index(plans, build, folder, folder.parent, {})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    shutil.rmtree(folder)
    build_into = folder.with_name("elsewhere")
    changes = commit_with_index(plans, lambda p, f: build_index(p, HashEncoder(), f), build_into, folder.parent, {})
    assert changes.embedded > 200 and open_index(plans, HashEncoder(), build_into).snippets
