"""An index brought up to date beside the one in use, no file that stays as it is copied, and put in place at once."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from knowledge.corpus import Plan
from knowledge.index_building import Changes
from knowledge.index_files import MANIFEST
from knowledge.intake.commit import commit, emptied

BuildIndex = Callable[[Mapping[str, Plan], Path], Changes]
"""Writes the index of the plans into a folder that holds the files of the index in use, which it may only replace."""


def commit_with_index(
    plans: Mapping[str, Plan],
    build: BuildIndex,
    index_folder: Path,
    folder: Path,
    moves: Mapping[Path, Path],
    removals: Sequence[Path] = (),
) -> Changes:
    """Build the index of `plans`, then put it in place together with other files: all of it or nothing.

    `moves`, `removals` and the journal's `folder` are those of `commit`.
    """
    following = staged(index_folder)
    changes = build(plans, following)
    of_index, gone = changed_files(index_folder, following)
    commit(folder, {**moves, **of_index}, [*removals, *gone])
    shutil.rmtree(following, ignore_errors=True)
    return changes


def staged(folder: Path) -> Path:
    """Return a new folder beside `folder` with the same files by a second name; copies, where the disk has no such."""
    following = emptied(folder.with_name(f"{folder.name}.next"))
    for path in _files(folder):
        try:
            os.link(path, following / path.name)
        except OSError:
            shutil.copy2(path, following / path.name)
    return following


def changed_files(folder: Path, following: Path) -> tuple[dict[Path, Path], list[Path]]:
    """Return where each file that is new to `folder` belongs, the manifest last, and which files are to be removed."""
    new = sorted(following.iterdir(), key=lambda path: path.name == MANIFEST)
    moves = {path: folder / path.name for path in new if not _is_there(path, folder)}
    return moves, [path for path in _files(folder) if not (following / path.name).exists()]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file()]


def _is_there(path: Path, folder: Path) -> bool:
    place = folder / path.name
    return place.exists() and place.samefile(path)
