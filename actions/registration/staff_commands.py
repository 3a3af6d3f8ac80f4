"""What the office does from a shell: accept or return registrations, see who is missing and what is unfinished."""

import argparse
import getpass
import json
from collections.abc import Callable, Sequence
from typing import Any

from actions.registration.commands import field_named
from actions.registration.form import VIETNAM, Form, default_fields, form_of
from actions.registration.missing import Report, report
from actions.registration.records import Registration
from actions.registration.retention import is_closed
from actions.registration.shell import Commands, Shell, refuse
from actions.registration.store import RegistrationProblem

_LONGEST_NAME = 100


def add_accept(commands: Commands) -> None:
    """Add `accept`."""
    command = commands.add_parser("accept", help="accept a registration")
    command.add_argument("reference", metavar="REF", help="such as DVK-2023-0001")
    command.add_argument("--comment", default="", metavar="TEXT", help="what to tell its registrant")
    _add_common(command)
    command.set_defaults(run=run_accept)


def run_accept(options: argparse.Namespace, shell: Shell) -> int:
    """Accept a registration and print how it stands."""
    try:
        accepted = shell.store.accept(
            options.reference, _staff(options), shell.clock(), options.comment, expected_version=options.version
        )
    except RegistrationProblem as problem:
        return refuse(str(problem))
    print(_line(accepted))
    return 0


def add_return(commands: Commands) -> None:
    """Add `return`."""
    command = commands.add_parser("return", help="return a registration, saying which fields to correct")
    command.add_argument("reference", metavar="REF", help="such as DVK-2023-0001")
    command.add_argument(
        "--comment",
        action="append",
        required=True,
        metavar='"FIELD: TEXT"',
        help="a field, by its code or its name on the form, and what is wrong with it; once for each field",
    )
    _add_common(command)
    command.set_defaults(run=run_return)


def run_return(options: argparse.Namespace, shell: Shell) -> int:
    """Return a registration and print how it stands and what its registrant will be asked."""
    found = shell.store.registration(options.reference)
    if found is None:
        return refuse(f"There is no registration {options.reference}.")
    form = _form(shell, found)
    try:
        comments = comments_of(options.comment, form)
        returned = shell.store.return_for(
            options.reference, _staff(options), comments, shell.clock(), expected_version=options.version
        )
    except (RegistrationProblem, ValueError) as problem:
        return refuse(str(problem))
    print(_line(returned))
    for field, text in returned.comments.items():
        print(f"  {form.field(field).label['vi']}: {text}")
    if returned.person.startswith("erased:"):
        print("  Its registrant has erased their data: nobody will be asked. Reach the unit another way.")
    return 0


def comments_of(said: Sequence[str], form: Form) -> dict[str, str]:
    """Return comments such as "quantity: too many" by the field they name; two to one field are joined.

    Raises:
        ValueError: one names no field of the form or says nothing; the message says what to write.
    """
    found: dict[str, str] = {}
    for comment in said:
        name, colon, text = comment.partition(":")
        field = field_named(name.strip(), form) if colon else None
        if field is None or not text.strip():
            fields = "\n".join(f"  {each.name}  ({each.label['vi']})" for each in form.fields)
            raise ValueError(f'--comment "{comment}": write "FIELD: TEXT", with one of these fields:\n{fields}')
        found[field] = f"{found[field]}; {text.strip()}" if field in found else text.strip()
    return found


def add_missing(commands: Commands) -> None:
    """Add `missing`."""
    command = commands.add_parser("missing", help="units below the target of a plan, by the office's list of units")
    command.add_argument("--plan", required=True, metavar="ID", help="the plan's id")
    command.add_argument("--json", action="store_true", help="a JSON object instead of lines")
    command.set_defaults(run=run_missing)


def run_missing(options: argparse.Namespace, shell: Shell) -> int:
    """Print which units have registered too little, and which are not in the list."""
    plan = shell.plans.get(options.plan)
    if plan is None:
        return refuse(f"There is no plan {options.plan}; there are {', '.join(shell.plans)}.")
    form = form_of(plan)
    found = report(form, shell.units, shell.store.tally(plan.id))
    if options.json:
        print(json.dumps(_as_json(form, found), ensure_ascii=False, indent=2))
        return 0
    print("\n".join(_as_lines(form, found, str(shell.units_file or "units.yml"))))
    return 0


def add_unfinished(commands: Commands) -> None:
    """Add `unfinished`."""
    command = commands.add_parser("unfinished", help="drafts that were not submitted before their plan closed")
    command.add_argument("--plan", metavar="ID", help="only under this plan id, closed or not")
    command.add_argument("--json", action="store_true", help="a JSON array instead of lines")
    command.set_defaults(run=run_unfinished)


def run_unfinished(options: argparse.Namespace, shell: Shell) -> int:
    """Print the drafts left behind: whose unit, how far, since when."""
    if options.plan is not None and options.plan not in shell.plans:
        return refuse(f"There is no plan {options.plan}; there are {', '.join(shell.plans)}.")
    closed = {plan.id for plan in shell.plans.values() if is_closed(form_of(plan), shell.clock())}
    wanted = closed if options.plan is None else {options.plan}
    drafts = [each for each in shell.store.registrations() if each.status == "draft" and each.plan_id in wanted]
    if options.json:
        print(json.dumps([_left(each) for each in drafts], ensure_ascii=False, indent=2))
        return 0
    for each in map(_left, drafts):
        print(f"{each['plan_id']}: {each['unit_name'] or '-'}, {each['answered']} of 10 fields, {each['updated_at']}")
    if not drafts:
        print("No unfinished drafts.")
    return 0


STAFF_COMMANDS: tuple[Callable[[Commands], None], ...] = (add_accept, add_return, add_missing, add_unfinished)
"""Each adds one command and sets `run`, as those of `__main__` do."""


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", type=_name, metavar="NAME", help="who decides; default: your login name")
    command.add_argument("--version", type=int, metavar="N", help="only if it is still at this version")


def _name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"a name is wanted, at most {_LONGEST_NAME} characters")
    return name.strip()


def _staff(options: argparse.Namespace) -> str:
    return f"shell:{options.by or getpass.getuser()}"


def _form(shell: Shell, registration: Registration) -> Form:
    plan = shell.plans.get(registration.plan_id or "")
    return form_of(plan) if plan else Form(registration.plan_id or "", 0, default_fields(), accepts=False)


def _line(registration: Registration) -> str:
    said = registration.answers
    what = f"{said.get('unit_name', '-')}, {said.get('model_name', '-')}"
    return f"{registration.reference} {registration.status}, version {registration.version}: {what}"


def _as_lines(form: Form, found: Report, file: str) -> list[str]:
    lines = [f"{form.plan_id}: {len(found.below)} of {len(found.standings)} units are below their target."]
    if not found.standings:
        lines = [f"{form.plan_id}: no units are listed in {file}; see docs/operating.md."]
    for each in found.below:
        count = f"{each.registered} of {each.target} registered, {each.missing} missing"
        lines.append(f"  {each.unit.name} ({each.unit.type}): {count} [{each.clause}]")
    without = [each for each in found.standings if each.target is None]
    if without:
        lines.append("The plan sets no target for:")
        lines += [f"  {each.unit.name} ({each.unit.type}): {each.registered} registered" for each in without]
    if found.unlisted:
        lines.append("Registered, but not in the list:")
    for other in found.unlisted:
        listed = f"; listed as {other.listed_as}" if other.listed_as else ""
        lines.append(f"  {other.typed} ({other.unit_type}): {other.registered} registered{listed}")
    return lines


def _as_json(form: Form, found: Report) -> dict[str, Any]:
    units = [
        {
            "unit": each.unit.name,
            "unit_type": each.unit.type,
            "registered": each.registered,
            "target": each.target,
            "missing": each.missing,
            "clause": each.clause,
        }
        for each in found.standings
    ]
    unlisted = [
        {"unit": each.typed, "unit_type": each.unit_type, "registered": each.registered, "listed_as": each.listed_as}
        for each in found.unlisted
    ]
    return {
        "plan_id": form.plan_id,
        "listed": len(units),
        "below": [each for each in units if each["missing"]],
        "unlisted": unlisted,
    }


def _left(draft: Registration) -> dict[str, Any]:
    return {
        "plan_id": draft.plan_id,
        "user": draft.person,
        "unit_name": draft.answers.get("unit_name"),
        "model_name": draft.answers.get("model_name"),
        "answered": len(draft.answers),
        "updated_at": draft.updated_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
    }
