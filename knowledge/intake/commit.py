"""Several files put in place as one: all of them or none, also where the machine stops in the middle.

The files are prepared elsewhere, then a journal says where each belongs. From that moment the change is made: whoever
opens the folder next finishes what the journal says.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_JOURNAL = "commit.json"
_LOCK = ".lock"


class Busy(Exception):
    """Another process is changing the same folder."""


@contextmanager
def alone(folder: Path, wait: bool = False) -> Iterator[None]:
    """Hold `folder` against other changes while the block runs; the lock ends with the process.

    Raises:
        Busy: another process holds it, and it is not to `wait` for that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy("Another plan is being taken in. Wait until that is done, then try again.") from None
        yield


def commit(folder: Path, moves: Mapping[Path, Path], removals: Sequence[Path] = ()) -> None:
    """Move each file to its place and remove others, as one change whose journal stands in `folder`."""
    said = {
        "moves": [[str(source.resolve()), str(target.resolve())] for source, target in moves.items()],
        "removals": [str(path.resolve()) for path in removals],
    }
    written = folder / f"{_JOURNAL}.new"
    with written.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(written, folder / _JOURNAL)
    finish(folder)


def finish(folder: Path) -> None:
    """Do what the journal in `folder` says, where there is one; what is done already is passed over."""
    journal = folder / _JOURNAL
    try:
        said = json.loads(journal.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    for source, target in said["moves"]:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(source, target)
        except FileNotFoundError:
            continue  # moved before the machine stopped, or by another reader just now
    for path in said["removals"]:
        Path(path).unlink(missing_ok=True)
    journal.unlink(missing_ok=True)


def emptied(folder: Path) -> Path:
    """Return `folder`, made new and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
