"""The office's list of units: its check, and which unit a name as typed means (see `unit_names`)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from actions.registration.commands import plain
from actions.registration.form import Form, PlanLike, form_of
from actions.registration.unit_names import NameIndex, name_of
from knowledge.vietnamese import normalise

FILE_NAME = "units.yml"
LONGEST = 300  # characters of a name or an alias

_KEYS = {"name", "type", "plans", "aliases"}
_WORD = re.compile(r"[^\W_]+")


class BadUnits(ValueError):
    """The list of units cannot be used; the message names the file, the row and the key."""


@dataclass(frozen=True)
class Unit:
    """A unit of the list, one of those that register under the plans `plans`; `type` is a unit type's code."""

    name: str
    type: str
    plans: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


class Units:
    """A list of units."""

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        self._units = tuple(units)
        self._names = {
            plan_id: NameIndex((name, unit) for unit in self.of_plan(plan_id) for name in unit.names)
            for plan_id in {plan_id for unit in self._units for plan_id in unit.plans}
        }
        self._keys = {plan_id: _keys(self.of_plan(plan_id)) for plan_id in self._names}
        self._taken = {plan_id: frozenset(keys.values()) for plan_id, keys in self._keys.items()}

    def __len__(self) -> int:
        return len(self._units)

    def of_plan(self, plan_id: str) -> tuple[Unit, ...]:
        """Return the units that register under the plan, in the order of the list."""
        return tuple(unit for unit in self._units if plan_id in unit.plans)

    def match(self, typed: str, plan_id: str, unit_type: str | None = None) -> Unit | None:
        """Return the unit that `typed` means under the plan; None for none and for several.

        Of several with the same name, the one of the type `unit_type` is meant.
        """
        found = self._names[plan_id].find(typed) if plan_id in self._names else []
        of_type = [unit for unit in found if unit.type == unit_type]
        return found[0] if len(found) == 1 else of_type[0] if len(of_type) == 1 else None

    def key(self, typed: str, plan_id: str, unit_type: str | None = None) -> str:
        """Return the text under which the registrations of the unit that `typed` means are counted.

        A name that means no unit of the list has a key of its own, the same however its marks are typed.
        """
        unit = self.match(typed, plan_id, unit_type)
        if unit is not None:
            return self._keys[plan_id][unit]
        own = plain(typed)
        return normalise(typed).lower() if own in self._taken.get(plan_id, ()) else own


NO_UNITS = Units()


def load_units(file: Path, unit_types: Mapping[str, Sequence[str]], *, required: bool = False) -> Units:
    """Return the list in `file`; an empty one where there is no such file, unless it is `required`.

    Args:
        file: YAML with the key `units`, a list of rows with `name`, `type`, `plans` and, if wanted, `aliases`.
        unit_types: the codes of unit types that each plan, by id, lets register.
        required: whether the file must exist.

    Raises:
        BadUnits: the file is missing or wrong; the message names it and every wrong row and key.
    """
    if not required and not file.exists():
        return NO_UNITS
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadUnits(f"{file}: cannot be read as YAML ({error}).") from error
    if data is None:
        return NO_UNITS
    rows = data.get("units") if isinstance(data, dict) and set(data) == {"units"} else None
    if not isinstance(rows, list | None) or not isinstance(data, dict) or "units" not in data:
        raise BadUnits(f"{file}: must hold the one key `units`, a list of units.")
    problems = [
        f"units[{number}]: {problem}" for number, row in enumerate(rows or (), 1) for problem in _wrong(row, unit_types)
    ]
    if not problems:
        units = [_unit(row) for row in rows or ()]
        problems = _double(units)
    if problems:
        raise BadUnits("\n".join(f"{file}: {problem}" for problem in problems))
    return Units(units)


def open_units(file: Path | None, plans: Iterable[PlanLike], *, required: bool = False) -> Units:
    """Return the list in `file`, checked against what `plans` let register; no units for no file.

    Raises:
        BadUnits: the file is wrong, or `required` and missing.
        BadForm: the form of a plan is wrong.
    """
    return NO_UNITS if file is None else load_units(file, unit_types_of(map(form_of, plans)), required=required)


def unit_types_of(forms: Iterable[Form]) -> dict[str, list[str]]:
    """Return the codes of the unit types that register under each plan, by plan id."""
    return {
        form.plan_id: [option.code for option in form.field("unit_type").options] if form.accepts else []
        for form in forms
    }


def _wrong(row: Any, unit_types: Mapping[str, Sequence[str]]) -> list[str]:
    if not isinstance(row, dict):
        return ["must be a mapping with `name`, `type` and `plans`"]
    found = [f"`{key}` is not a known key; known are {', '.join(sorted(_KEYS))}" for key in row if key not in _KEYS]
    if not _is_name(row.get("name")):
        found.append(f"`name` must be words, at most {LONGEST} characters")
    aliases = row.get("aliases") or []
    if not isinstance(aliases, list) or not all(_is_name(each) for each in aliases):
        found.append(f"`aliases` must be a list of names, each at most {LONGEST} characters; quote numbers")
    plans = row.get("plans")
    if not isinstance(plans, list) or not plans:
        return [*found, "`plans` must be a list of plan ids"]
    for plan_id in plans:
        if plan_id not in unit_types:
            found.append(f"`plans`: {plan_id!r} is no plan; there are {', '.join(unit_types)}")
        elif row.get("type") not in unit_types[plan_id]:
            known = ", ".join(unit_types[plan_id]) or "none"
            found.append(f"`type`: {row.get('type')!r} does not register under {plan_id}; these do: {known}")
    return found


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(_WORD.search(value)) and len(value) <= LONGEST


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(row["name"].strip(), row["type"], tuple(row["plans"]), tuple(row.get("aliases") or ()))


def _double(units: Sequence[Unit]) -> list[str]:
    """Return what stands twice: a name or alias that two units of one type and plan share."""
    seen: dict[tuple[str, str, tuple[str, ...]], int] = {}
    found = []
    for number, unit in enumerate(units, 1):
        for plan_id in unit.plans:
            for name in unit.names:
                first = seen.setdefault((plan_id, unit.type, name_of(name).words), number)
                if first != number:
                    found.append(f"units[{number}]: {name!r} is a name of units[{first}] too, under {plan_id}")
    return found


def _keys(units: Sequence[Unit]) -> dict[Unit, str]:
    """Return the key of each unit: its name without marks, with them where they alone tell two units apart."""
    shared: dict[tuple[str, str], set[str]] = {}
    for unit in units:
        shared.setdefault((unit.type, plain(unit.name)), set()).add(unit.name)
    return {
        unit: plain(unit.name) if len(shared[unit.type, plain(unit.name)]) == 1 else normalise(unit.name).lower()
        for unit in units
    }
