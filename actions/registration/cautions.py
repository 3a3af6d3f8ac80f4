"""Warnings that stop nothing: a registration like this one is there already, the unit stays below its target."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from actions.registration.draft import ASKING, REVIEWING, Draft
from actions.registration.duplicates import Described, Similarity, duplicates_data, near_duplicates
from actions.registration.form import Form
from actions.registration.records import Registration, unit_key
from actions.registration.steps import Event, Step
from actions.registration.store import COUNTED, Store
from actions.registration.values import Value

logger = logging.getLogger(__name__)

COMPARED = ("model_name", "location", "field")


def warn_of_duplicate(before: Draft, step: Step, store: Store, similarity: Similarity | None) -> Step:
    """Return `step`, or in its place the warning that a near-duplicate is registered under the same plan.

    It is given once for the same title, place and field. A failure of the encoder costs the warning, nothing else.

    Raises:
        StoreUnavailable: the registrations cannot be read.
    """
    draft = step.draft
    described = "\n".join(str(draft.answers.get(name, "")) for name in COMPARED)
    ready = draft.state in (ASKING, REVIEWING) and draft.pending is None and all(n in draft.answers for n in COMPARED)
    if similarity is None or not ready or described == draft.compared or draft.answers == before.answers:
        return step
    others = [each for each in store.registrations(plan_id=draft.plan_id) if _counts(each, draft)]
    try:
        found = near_duplicates(_described(draft.answers), [_described(each.answers) for each in others], similarity)
    except Exception:
        logger.exception("a registration was not compared with the others")
        return step
    compared = draft.but(compared=described)
    if not found:
        return replace(step, draft=compared)
    mine = {each.reference for each in store.registrations(person=draft.person)}
    own = next((others[at] for at in found if others[at].reference in mine), None)
    said = Event("duplicate_own", text=str(own.reference)) if own else Event("duplicate", text=_unit(others[found[0]]))
    noted = tuple(event for event in step.events if event.key in ("noted", "given", "consented"))
    return Step(compared.but(pending="duplicate"), (*noted, said))


def missing_after(form: Form, draft: Draft, store: Store) -> tuple[int, int] | None:
    """Return how many models the unit has with this draft, and how many are missing then; None without a target.

    Raises:
        StoreUnavailable: the registrations cannot be counted.
    """
    target = form.targets.get(str(draft.answers.get("unit_type")))
    if target is None:
        return None
    registered = store.count_models(form.plan_id, str(draft.answers["unit_name"]), str(draft.answers["unit_type"]))
    before = store.registration(draft.reference) if draft.reference else None
    if before is not None and before.status in COUNTED and _same_unit(before.answers, draft.answers):
        registered -= int(before.answers.get("quantity") or 0)
    together = registered + int(draft.answers.get("quantity") or 0)
    return together, max(0, target.at_least - together)


def _counts(each: Registration, draft: Draft) -> bool:
    return each.reference not in (None, draft.reference) and each.status in duplicates_data()["counted"]


def _same_unit(before: Mapping[str, Value], now: Mapping[str, Value]) -> bool:
    names = unit_key(str(before.get("unit_name"))), unit_key(str(now.get("unit_name")))
    return names[0] == names[1] and before.get("unit_type") == now.get("unit_type")


def _described(answers: Mapping[str, Value]) -> Described:
    return Described(*(str(answers.get(name, "")) for name in COMPARED))


def _unit(each: Registration) -> str:
    return str(each.answers.get("unit_name", ""))
