"""How many models units have registered: summed in the database, never read out of text."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from actions.registration.keeping.changes import COUNTED, models_of_unit
from actions.registration.keeping.sessions import Sessions
from actions.registration.tables import RegistrationRow


class Counting(Sessions):
    """Counts models by unit."""

    def count_models(self, plan_id: str, unit_name: str, unit_type: str) -> int:
        """Return how many models the unit has registered under the plan: `quantity` summed, from anyone."""
        key = self._units.key(unit_name, plan_id, unit_type)
        return self._read(lambda session: models_of_unit(session, plan_id, key, unit_type))

    def tally(self, plan_id: str) -> Sequence[tuple[str, str, int]]:
        """Return (unit's name as typed, its type, models) for all that is submitted or accepted under the plan."""
        typed = (RegistrationRow.unit_name, RegistrationRow.unit_type)
        counted = select(*typed, func.sum(RegistrationRow.quantity)).group_by(*typed).order_by(*typed)
        here = counted.where(RegistrationRow.plan_id == plan_id, RegistrationRow.status.in_(COUNTED))
        return self._read(lambda session: [(n or "", t or "", int(q or 0)) for n, t, q in session.execute(here)])

    def count_by_the_list(self) -> int:
        """Set the unit of every registration by the list of units as it is now; return how many rows changed."""
        wanted = (RegistrationRow.plan_id, RegistrationRow.unit_type, RegistrationRow.unit_name)

        def write(session: Session) -> int:
            changed = 0
            for plan_id, unit_type, name, key in session.execute(
                select(*wanted, RegistrationRow.unit_key).distinct()
            ).all():
                now_key = self._units.key(name or "", plan_id, unit_type)
                if now_key != key:
                    same = (RegistrationRow.plan_id == plan_id, RegistrationRow.unit_key == key)
                    typed = (
                        RegistrationRow.unit_type.is_not_distinct_from(unit_type),
                        RegistrationRow.unit_name == name,
                    )
                    moved = update(RegistrationRow).where(*same, *typed).values(unit_key=now_key)
                    changed += len(session.execute(moved.returning(RegistrationRow.id)).all())
            return changed

        return self._write(write)
