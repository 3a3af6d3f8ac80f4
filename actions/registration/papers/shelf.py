"""Papers waiting to be fetched: files in the state folder, each under a name that nobody can guess, for one person.

`<folder>/<digest of the person>/<token>/<name>`: whoever asks for another's token finds nothing. A paper can be made
again at any time, so old ones are removed.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

KEPT_FOR = timedelta(days=7)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,60}")


class Shelf:
    """The papers below `folder`, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, person: str, name: str, content: bytes, now: datetime) -> str:
        """Keep a file for the person and return its token; files older than `KEPT_FOR` go. `now` is aware.

        Raises:
            OSError: it cannot be written.
        """
        self._forget_old(now)
        token = secrets.token_urlsafe(24)
        place = self._of(person) / token
        place.mkdir(parents=True, mode=0o700)
        scratch = place / f".{name}"
        scratch.write_bytes(content)
        scratch.replace(place / name)
        os.utime(place, (now.timestamp(), now.timestamp()))
        return token

    def find(self, person: str, token: str) -> Path | None:
        """Return the file that was kept for this very person under `token`, or None."""
        place = self._of(person) / token
        if not _TOKEN.fullmatch(token) or not place.is_dir():
            return None
        return next((file for file in place.iterdir() if not file.name.startswith(".")), None)

    def forget(self, person: str) -> None:
        """Remove everything kept for the person."""
        shutil.rmtree(self._of(person), ignore_errors=True)

    def _of(self, person: str) -> Path:
        return self._folder / hashlib.sha256(person.encode()).hexdigest()[:32]

    def _forget_old(self, now: datetime) -> None:
        before = (now - KEPT_FOR).timestamp()
        for place in self._places():
            if place.stat().st_mtime < before:
                shutil.rmtree(place, ignore_errors=True)

    def _places(self) -> Iterator[Path]:
        yield from self._folder.glob("*/*")
