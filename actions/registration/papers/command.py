"""The command `export`: registrations of a plan written into a file."""

import argparse
from pathlib import Path

from actions.registration.form import form_of
from actions.registration.papers.exporting import FORMATS, chosen, put, written
from actions.registration.shell import Commands, Shell, refuse

DEFAULT_FORMAT = "docx"


def add_export(commands: Commands) -> None:
    """Add `export`: a whole plan, one unit or one registration as .docx, .xlsx or .csv."""
    export = commands.add_parser("export", help="write submitted registrations of a plan into a file")
    export.add_argument("--plan", required=True, metavar="ID", help="the plan's id, such as yenbai-duk-2023")
    export.add_argument(
        "--unit", metavar="NAME", help="only of this unit, as its own paper; marks and capitals do not count"
    )
    export.add_argument("--reference", metavar="REF", help="only this registration, such as DVK-2023-0001")
    export.add_argument("--format", choices=FORMATS, help="default: what the file's name ends in, else docx")
    export.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file to write")
    export.add_argument("--force", action="store_true", help="replace the file if there is one")
    export.set_defaults(run=run_export)


def run_export(options: argparse.Namespace, shell: Shell) -> int:
    """Write the file whole or not at all; drafts, returned and withdrawn registrations are left out."""
    out: Path = options.out
    plan = shell.plans.get(options.plan)
    if plan is None:
        return refuse(f"There is no plan {options.plan}; there are {', '.join(shell.plans)}.")
    form = form_of(plan)
    if not form.accepts:
        return refuse(f"The plan {plan.id} takes no registrations.")
    if problem := _cannot_write(out, force=options.force):
        return refuse(problem)
    units = shell.units
    found = chosen(shell.store.registrations(plan_id=plan.id), plan.id, options.unit, options.reference, units)
    if not found:
        asked = [f"{name} {value}" for name in ("unit", "reference") if (value := getattr(options, name))]
        return refuse(f"No submitted registration under {' and '.join([f'the plan {plan.id}', *asked])}.")
    file_format = options.format or _ending(out)
    of_unit = bool(options.unit or options.reference)
    try:
        put(written(found, form, plan, shell.clock(), file_format, of_unit=of_unit, units=units), out)
    except OSError as error:
        return refuse(f"{out} cannot be written ({error.strerror}).")
    print(f"Written: {out}, {len(found)} registration{'s' if len(found) > 1 else ''}.")
    return 0


def _cannot_write(out: Path, *, force: bool) -> str:
    """Return why the file should not be begun, "" if it may."""
    try:
        if out.is_dir():
            return f"{out} is a folder."
        if not out.parent.is_dir():
            return f"There is no folder {out.parent}."
        return f"{out} exists; --force replaces it." if out.exists() and not force else ""
    except OSError as error:
        return f"{out} cannot be written ({error.strerror})."


def _ending(file: Path) -> str:
    ending = file.suffix.lower().removeprefix(".")
    return ending if ending in FORMATS else DEFAULT_FORMAT
