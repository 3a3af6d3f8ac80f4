"""What the commands of `python -m actions.registration` share: store, plans and clock, opened when asked for."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from actions.registration.form import VIETNAM
from actions.registration.store import Store, open_store
from actions.registration.units import Units, open_units
from knowledge.corpus import Plan, load_plans


def _now() -> datetime:
    return datetime.now(VIETNAM)


@dataclass(frozen=True)
class Shell:
    """What a command works with.

    `added_plans` is the folder of the office's own plans, `units_file` its list of units, which must exist if
    `units_required`; `clock` gives aware moments.
    """

    database_url: str
    added_plans: Path | None = None
    clock: Callable[[], datetime] = _now
    units_file: Path | None = None
    units_required: bool = False

    @cached_property
    def store(self) -> Store:
        """The registrations; StoreUnavailable if they cannot be opened."""
        return open_store(self.database_url)

    @cached_property
    def plans(self) -> Mapping[str, Plan]:
        """The plans by id; UnreadablePlan if one cannot be read."""
        return load_plans(added=self.added_plans)

    @cached_property
    def units(self) -> Units:
        """The office's list of units; BadUnits if it is wrong."""
        return open_units(self.units_file, self.plans.values(), required=self.units_required)

    def close(self) -> None:
        """Let go of what has been opened."""
        if "store" in vars(self):
            self.store.close()


class Commands(Protocol):
    """Where a command adds its arguments; what `add_subparsers` gives."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """Return the parser of a new command."""


Run = Callable[[argparse.Namespace, Shell], int]


def refuse(message: str) -> int:
    """Say on standard error why nothing was done; return the exit code for it."""
    print(message, file=sys.stderr)
    return 1
