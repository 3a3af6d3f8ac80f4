"""Registrations from a shell: `python -m actions.registration list [--user ID] [--plan ID] [--json]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from actions.registration.database import StoreUnavailable
from actions.registration.form import VIETNAM
from actions.registration.records import FIELDS, Registration
from actions.registration.store import open_store


def as_record(registration: Registration) -> dict[str, Any]:
    """Return a registration as plain data: the ten fields, reference, status, user, plan, version, times."""
    times = {
        name: moment.astimezone(VIETNAM).isoformat(timespec="seconds") if moment else None
        for name, moment in (
            ("created_at", registration.created_at),
            ("updated_at", registration.updated_at),
            ("submitted_at", registration.submitted_at),
        )
    }
    return {
        "reference": registration.reference,
        "status": registration.status,
        "user": registration.person,
        "plan_id": registration.plan_id,
        "version": registration.version,
        "late": registration.late,
        **{name: registration.answers.get(name) for name in FIELDS},
        **times,
    }


def as_table(registrations: Sequence[Registration]) -> str:
    """Return registrations as aligned columns, one line each under a head."""
    columns = ("reference", "status", "plan_id", "unit_name", "model_name", "quantity", "user", "updated_at")
    rows = [[str(as_record(each)[name] or "-")[:40] for name in columns] for each in registrations]
    widths = [max(len(row[at]) for row in [list(columns), *rows]) for at in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [columns, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def main(arguments: Sequence[str], database_url: str) -> int:
    """Run the command line; return 0, or 1 where the store cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m actions.registration", description="Registrations of models.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="registrations and drafts, oldest first")
    listing.add_argument("--user", help="only of this person, such as web:1234")
    listing.add_argument("--plan", help="only under this plan id")
    listing.add_argument("--json", action="store_true", help="a JSON array instead of a table")
    chosen = parser.parse_args(arguments)
    try:
        store = open_store(database_url)
        found = store.registrations(person=chosen.user, plan_id=chosen.plan)
        store.close()
    except StoreUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps([as_record(each) for each in found], ensure_ascii=False, indent=2))
    else:
        print(as_table(found))
    return 0


if __name__ == "__main__":
    from bot.settings import SettingsError, load_settings

    try:
        address = load_settings().database_url
    except SettingsError as error:
        sys.exit(str(error))
    sys.exit(main(sys.argv[1:], address))
