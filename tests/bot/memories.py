"""Fresh memories for tests: copies of one migrated SQLite file, all deleted when the tests end."""

import shutil
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.memory.opening import Memory, open_memory

_numbers = count()


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="memories-")


@cache
def _template() -> Path:
    file = Path(_folder().name) / "template.sqlite"
    open_memory(f"sqlite:///{file}").close()
    return file


def new_url() -> str:
    """Return the URL of a database of its own, migrated and empty."""
    return f"sqlite:///{shutil.copy(_template(), Path(_folder().name) / f'{next(_numbers)}.sqlite')}"


def new_memory() -> Memory:
    """Return an empty memory."""
    return open_memory(new_url())
