"""The plans as they are now: read anew when a plan was taken in, corrected or retired."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from knowledge.corpus import Plan, load_plans
from knowledge.reading import UnreadablePlan
from knowledge.versions import version_reading

Stamp = tuple[tuple[str, int, int], ...]

_log = logging.getLogger(__name__)


def stamp(*folders: Path) -> Stamp:
    """Return what changes whenever a file directly in one of `folders` does: names, times in nanoseconds, sizes."""
    found = []
    for folder in folders:
        for path in sorted(folder.glob("[!.]*")):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue  # moved just now
            found.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(found)


class LivePlans(Mapping[str, Plan]):
    """The plans by id, those taken in from the folder `added` among them.

    Raises:
        UnreadablePlan: when made, a plan cannot be read. Later the plans stay as they were until it can be.
    """

    def __init__(self, added: Path) -> None:
        self._added = added
        self._stamp = stamp(added)
        self._plans = load_plans(added=added)

    def __getitem__(self, plan_id: str) -> Plan:
        return self._now()[plan_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def reading(self, plan_id: str, start: int, end: int, quote: str) -> Plan | None:
        """Return the version of a plan, retired or not, in which `[start, end)` reads the words of digest `quote`."""
        return version_reading(self._added, plan_id, start, end, quote)

    def _now(self) -> dict[str, Plan]:
        found = stamp(self._added)
        if found != self._stamp:
            try:
                self._plans = load_plans(added=self._added)
            except UnreadablePlan as problem:
                _log.error("The plans stay as they were. %s", problem)
            self._stamp = found
        return self._plans
