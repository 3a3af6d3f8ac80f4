"""What has become of the bodies that a plan names: dated notes beside its words, never part of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.corpus import Plan
from knowledge.reading import UnreadablePlan
from knowledge.vietnamese import normalise

FILE_NAME = "current_bodies.yml"
MOST_NOTES = 2
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Change:
    """What became of a body. No `names`: of every body of the plans of `places`; no `places`: of all plans."""

    names: tuple[str, ...]
    places: tuple[str, ...]
    since: str
    known_on: date
    note: dict[str, str]

    def concerns(self, plan: Plan, bodies: str) -> bool:
        """Tell whether one of the bodies named in `bodies`, words of `plan`, is the changed one."""
        if self.places and plan.place not in self.places:
            return False
        return not self.names or any(_holds(bodies, name) for name in self.names)


@dataclass(frozen=True)
class CurrentBodies:
    """The table of changes, those of one named body before those of a whole place."""

    changes: tuple[Change, ...]
    wording: dict[str, str]

    def notes_for(self, plan: Plan, bodies: str | None, language: str = "vi") -> tuple[str, ...]:
        """Return the notes to show beside an answer of `plan` that names `bodies`, at most `MOST_NOTES`; () for None.

        A note holds dates and bodies that stand in no plan: it goes below an answer already verified.
        """
        if not bodies:
            return ()
        found = [change for change in self.changes if change.concerns(plan, bodies)]
        return tuple(
            self.wording[language].format(known_on=change.known_on.strftime("%d/%m/%Y"), note=change.note[language])
            for change in found[:MOST_NOTES]
        )


def load_current_bodies(home: Path | None = None) -> CurrentBodies:
    """Return the office's table in the state folder `home`, else the shipped one.

    Raises:
        UnreadablePlan: the office's table is wrong; the message names the row and the key.
    """
    own = home / FILE_NAME if home is not None else None
    if own is None or not own.exists():
        return _shipped()
    return _read(own)


def notes_for(answer_plan: Plan, unit: str | None, language: str = "vi") -> tuple[str, ...]:
    """Return the notes of the shipped table; see `CurrentBodies.notes_for`."""
    return _shipped().notes_for(answer_plan, unit, language)


@cache
def _shipped() -> CurrentBodies:
    return _read(Path(__file__).with_name(FILE_NAME))


def _read(file: Path) -> CurrentBodies:
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        changes = [_change(number, row) for number, row in enumerate(data["bodies"], start=1)]
        wording = {language: str(data["wording"][language]) for language in LANGUAGES}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadablePlan(f"{file}: not readable as YAML ({error}).") from error
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadablePlan(f"{file}: {error}. Compare it with the shipped {FILE_NAME}.") from error
    return CurrentBodies(tuple(sorted(changes, key=lambda change: not change.names)), wording)


def _change(number: int, row: dict[str, Any]) -> Change:
    for key in ("since", "known_on", *LANGUAGES):
        if not row.get(key):
            raise ValueError(f"row {number} of `bodies` has no `{key}`")
    if not isinstance(row["known_on"], date):
        raise ValueError(f"row {number} of `bodies`: `known_on` must be a day such as 2026-11-21")
    return Change(
        names=_words(row.get("names")),
        places=_words(row.get("places")),
        since=str(row["since"]),
        known_on=row["known_on"],
        note={language: str(row[language]) for language in LANGUAGES},
    )


def _words(given: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(str(word) for word in given or ())


def _holds(text: str, name: str) -> bool:
    """Tell whether `text` holds `name` as whole words; spelling is normalised, so that "uỷ" is "ủy"."""
    pattern = rf"(?<!\w){re.escape(normalise(name).lower())}(?!\w)"
    return re.search(pattern, normalise(text).lower()) is not None
