"""Registrations from a shell: `python -m actions.registration COMMAND`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from actions.registration.database import StoreUnavailable
from actions.registration.form import BadForm
from actions.registration.papers.command import add_export
from actions.registration.records import Registration, as_record
from actions.registration.shell import Commands, Run, Shell, refuse
from actions.registration.staff_commands import STAFF_COMMANDS
from actions.registration.units import BadUnits
from knowledge.reading import UnreadablePlan


def as_table(registrations: Sequence[Registration]) -> str:
    """Return registrations as aligned columns, one line each under a head."""
    columns = ("reference", "status", "plan_id", "unit_name", "model_name", "quantity", "user", "updated_at")
    rows = [[str(as_record(each)[name] or "-")[:40] for name in columns] for each in registrations]
    widths = [max(len(row[at]) for row in [list(columns), *rows]) for at in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [columns, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def add_list(commands: Commands) -> None:
    """Add `list`: registrations and drafts, of everyone or one person, of all plans or one."""
    listing = commands.add_parser("list", help="registrations and drafts, oldest first")
    listing.add_argument("--user", help="only of this person, such as web:1234")
    listing.add_argument("--plan", help="only under this plan id")
    listing.add_argument("--json", action="store_true", help="a JSON array instead of a table")
    listing.set_defaults(run=run_list)


def run_list(options: argparse.Namespace, shell: Shell) -> int:
    """Print what was asked for."""
    found = shell.store.registrations(person=options.user, plan_id=options.plan)
    if options.json:
        print(json.dumps([as_record(each) for each in found], ensure_ascii=False, indent=2))
    else:
        print(as_table(found))
    return 0


COMMANDS: tuple[Callable[[Commands], None], ...] = (add_list, add_export, *STAFF_COMMANDS)
"""Each adds one command and sets `run`, which gets the arguments and the shell and returns the exit code."""


def parser() -> argparse.ArgumentParser:
    """Return the commands and their arguments."""
    root = argparse.ArgumentParser(prog="python -m actions.registration", description="Registrations of models.")
    commands = root.add_subparsers(dest="command", required=True)
    for add in COMMANDS:
        add(commands)
    return root


def main(arguments: Sequence[str], shell: Shell) -> int:
    """Run the command line; return 0, or 1 with a sentence on standard error."""
    options = parser().parse_args(arguments)
    run: Run = options.run
    try:
        return run(options, shell)
    except (StoreUnavailable, UnreadablePlan, BadForm, BadUnits) as error:
        return refuse(str(error))
    finally:
        shell.close()


if __name__ == "__main__":
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    opened = Shell(
        settings.database_url,
        settings.added_plans,
        settings.now,
        settings.units_path,
        units_required=settings.units_file is not None,
    )
    sys.exit(main(sys.argv[1:], opened))
