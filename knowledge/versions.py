"""Former texts of a plan, so that a citation opens the text it was given from.

Each lies with its description in a folder of its own, `versions/<id>/<digest of the text>/` of the added plans.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from knowledge.corpus import PLANS_FOLDER, Plan, load_plan, load_plans
from knowledge.reading import fold

FOLDER = "versions"


def version_folder(added: Path, plan: Plan) -> Path:
    """Return where `plan` is kept once another text takes its place."""
    digest = hashlib.blake2b(plan.text.encode(), digest_size=6).hexdigest()
    return added / FOLDER / plan.id / digest


def former(added: Path, plan_id: str) -> Iterator[Plan]:
    """Yield the earlier versions of a plan, then the one it ships with."""
    for description in sorted((added / FOLDER / plan_id).glob(f"*/{plan_id}.yml")):
        yield load_plan(description)
    shipped = PLANS_FOLDER / f"{plan_id}.yml"
    if shipped.exists():
        yield load_plan(shipped)


def quote_digest(quote: str) -> str:
    """Return a short name of a citation's words for an address: 8 hexadecimal digits."""
    return hashlib.blake2b(quote.encode(), digest_size=4).hexdigest()


def version_reading(added: Path, plan_id: str, start: int, end: int, quote: str) -> Plan | None:
    """Return the plan, in use or retired, or else an earlier version, in which a stretch reads certain words.

    `quote` is their digest, `[start, end)` the stretch.
    """
    current = load_plans(added=added, retired=True).get(plan_id)
    candidates = [*([current] if current else []), *former(added, plan_id)]
    return next((plan for plan in candidates if quote_digest(fold(plan.text[start:end])) == quote), None)
