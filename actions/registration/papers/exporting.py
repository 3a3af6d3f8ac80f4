"""Registrations written as a file: which are taken, in which format, and how the file comes to stand in its place."""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from actions.registration.form import Form
from actions.registration.papers.composing import plan_paper, text_of, unit_key, unit_paper
from actions.registration.papers.csv_paper import csv_of
from actions.registration.papers.docx_paper import docx_of
from actions.registration.papers.flat import flat_table
from actions.registration.papers.wording import paper_words
from actions.registration.papers.xlsx_paper import xlsx_of
from actions.registration.records import Registration
from actions.registration.units import NO_UNITS, Units
from knowledge.corpus import Plan

FORMATS = ("docx", "xlsx", "csv")

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def paper_for(registration: Registration, form: Form, plan: Plan, now: datetime) -> tuple[str, bytes]:
    """Return the name and the content of the .docx that a person gets of their registration.

    The name is ASCII, made from the reference: `dang-ky-DVK-2023-0001.docx`. `now` (aware) is the date on the paper.

    Raises:
        ValueError: it is a draft, which has no paper.
    """
    if registration.reference is None:
        raise ValueError("a draft has no paper")
    name = f"dang-ky-{_UNSAFE.sub('-', registration.reference)}.docx"
    return name, docx_of(unit_paper([registration], form, plan, now), now)


def chosen(
    registrations: Iterable[Registration],
    plan_id: str,
    unit: str | None = None,
    reference: str | None = None,
    units: Units = NO_UNITS,
) -> list[Registration]:
    """Return the submitted and accepted registrations of a plan, of one unit or with one reference if told so.

    A unit is found by its name, or an alias in the office's list `units`, without regard to marks and capitals.
    """
    shown = paper_words()["values"]["status"]
    return [
        each
        for each in registrations
        if each.status in shown
        and each.plan_id == plan_id
        and (unit is None or units.key(unit, plan_id, text_of(each, "unit_type")) == unit_key(each, units))
        and (reference is None or (each.reference or "").casefold() == reference.casefold())
    ]


def written(
    registrations: Sequence[Registration],
    form: Form,
    plan: Plan,
    now: datetime,
    file_format: str,
    *,
    of_unit: bool,
    units: Units = NO_UNITS,
) -> bytes:
    """Return the content of a file of `file_format` (one of `FORMATS`) with `registrations`, at least one.

    `of_unit` asks for the paper of a unit; otherwise it is the table of the office that collects them.
    """
    if file_format == "docx":
        if of_unit:
            return docx_of(unit_paper(registrations, form, plan, now), now)
        return docx_of(plan_paper(registrations, form, plan, now, units), now)
    table = flat_table(registrations, form, plan)
    return csv_of(table) if file_format == "csv" else xlsx_of(table, now)


def put(content: bytes, file: Path) -> None:
    """Write `file` as a whole or not at all; an existing one is replaced.

    Raises:
        OSError: it cannot be written there.
    """
    scratch = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with scratch.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
