"""Which plan a message means: named in words, chosen by a button, or by its number in a list."""

import json
import re
from collections.abc import Mapping, Sequence

from actions.registration.commands import plain, words
from knowledge.corpus import Plan, find_plans

_PAYLOAD = re.compile(r"/?choose_plan\s*(\{.*\})", re.DOTALL)


def chosen_by_button(message: str) -> str | None:
    """Return the plan id in `/choose_plan{"plan_id": "..."}`, known or not; None for other messages."""
    match = _PAYLOAD.fullmatch(message.strip())
    if match is None:
        return None
    try:
        return str(json.loads(match.group(1)).get("plan_id"))
    except (ValueError, AttributeError):
        return ""


def plans_named(message: str, plans: Mapping[str, Plan], offered: Sequence[str] = ()) -> list[str]:
    """Return the ids of the plans that `message` names; a number is that of one of the `offered` plans."""
    button = chosen_by_button(message)
    if button is not None:
        return [button] if button in plans else []
    number = plain(message)
    if number.isdecimal() and 1 <= int(number) <= len(offered):
        return [offered[int(number) - 1]]
    found = find_plans(message, plans)
    within = [plan_id for plan_id in found if plan_id in offered]
    return within if len(within) == 1 else found


def change_of_plan(message: str, plans: Mapping[str, Plan]) -> list[str] | None:
    """Return the plans to which a message sent mid-form asks to change; None if it asks for no change.

    Only "đổi sang kế hoạch Cao Bằng", "kế hoạch Cao Bằng 2023" and the like: a unit's name may hold a place
    too. An empty list is a button that names a plan unknown here.
    """
    if chosen_by_button(message) is not None:
        return plans_named(message, plans)
    said = plain(message)
    exact = [plan.id for plan in plans.values() if said in (plan.id, plain(plan.label))]
    if exact:
        return exact
    for prefix in sorted(map(plain, words()["plan_change"]), key=len, reverse=True):
        if said.startswith(prefix + " "):
            name = said.removeprefix(prefix).strip()
            return [plan.id for plan in plans.values() if name in _names(plan)] or None
    return None


def _names(plan: Plan) -> set[str]:
    names = (plan.id, plan.place, plan.label, plan.issuer, plan.title, *plan.aliases)
    return {plain(name) for name in names} | {plain(f"{name} {plan.year}") for name in names}
