"""Which units are below the target of a plan, by the office's list, and who has registered without standing in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.registration.form import Form
from actions.registration.units import Unit, Units


@dataclass(frozen=True)
class Standing:
    """How a unit of the list stands: `target` models at least by the plan's `clause`, both None where it sets none."""

    unit: Unit
    registered: int
    target: int | None
    clause: str | None

    @property
    def missing(self) -> int:
        """How many models are missing; 0 where the target is met or there is none."""
        return max((self.target or 0) - self.registered, 0)


@dataclass(frozen=True)
class Unlisted:
    """Registrations of a unit that the list does not have so: its name `typed`, and its type.

    `listed_as` is the type under which the list has that name, if it has.
    """

    typed: str
    unit_type: str
    registered: int
    listed_as: str | None = None


@dataclass(frozen=True)
class Report:
    """The units of a plan, in the order of the list, and those registered beside it."""

    standings: tuple[Standing, ...]
    unlisted: tuple[Unlisted, ...]

    @property
    def below(self) -> tuple[Standing, ...]:
        """The units below their target."""
        return tuple(each for each in self.standings if each.missing)


def report(form: Form, units: Units, tally: Iterable[tuple[str, str, int]]) -> Report:
    """Return who has registered what of the plan's targets.

    Args:
        form: the plan's form, with its targets.
        units: the office's list.
        tally: (name as typed, type, models) of all registrations that count.
    """
    registered: dict[Unit, int] = {}
    beside: dict[tuple[str, str], Unlisted] = {}
    for typed, unit_type, models in tally:
        unit = units.match(typed, form.plan_id, unit_type)
        if unit is not None and unit.type == unit_type:
            registered[unit] = registered.get(unit, 0) + models
            continue
        place = (units.key(typed, form.plan_id, unit_type), unit_type)
        before = beside.get(place, Unlisted(typed, unit_type, 0, unit.type if unit else None))
        beside[place] = Unlisted(before.typed, unit_type, before.registered + models, before.listed_as)
    standings = [_standing(form, unit, registered.get(unit, 0)) for unit in units.of_plan(form.plan_id)]
    return Report(tuple(standings), _by_name(list(beside.values())))


def _standing(form: Form, unit: Unit, registered: int) -> Standing:
    target = form.targets.get(unit.type)
    return Standing(unit, registered, target.at_least if target else None, target.clause if target else None)


def _by_name(found: Sequence[Unlisted]) -> tuple[Unlisted, ...]:
    return tuple(sorted(found, key=lambda each: (each.typed.lower(), each.unit_type)))
