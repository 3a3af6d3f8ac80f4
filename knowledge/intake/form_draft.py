"""A draft of how a plan takes registrations, proposed from the columns and notes of its form and from its Facts."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from knowledge.corpus import Plan
from knowledge.deadline_facts import Deadline
from knowledge.facts import Facts
from knowledge.intake.description import rules
from knowledge.structure import SEPARATOR, Passage, layout


def draft_registration(plan: Plan, facts: Facts) -> Mapping[str, Any] | None:
    """Return a draft of `registration:` for the plan's description, or None where the plan brings no form.

    It closes with `unmatched`: what the form asks that is none of the fields of a registration. A person goes through
    the draft and takes it over without that key.
    """
    form = layout()["labels"]["form"]
    asked = [passage for passage in plan.passages if passage.path.startswith(f"{form}{SEPARATOR}")]
    clauses = _clauses_by_field(asked)
    if not clauses:
        return None
    targets = _targets(facts)
    due = next((d for d in facts.deadlines if d.subject == "registration" and d.day and d.month), None)
    matched = {path for paths in _fields(asked).values() for path in paths}
    columns = f"{form}{SEPARATOR}{layout()['labels']['column']} "
    return {
        "accepts": True,
        "openly": True,
        "form": "own",
        "asked_in": _asked_in(plan, form),
        **({"unit_types": list(targets)} if targets else {}),
        "targets": targets,
        "deadline": _deadline(plan, due),
        "recipient": {"name": due.recipient, "clause": due.passage.path} if due and due.recipient else None,
        "clauses": clauses,
        **({"paper": {"clauses": _places(form, asked)}} if any(p.path.startswith(columns) for p in asked) else {}),
        "unmatched": [f"{p.path}: {p.text}" for p in asked if p.path not in matched and _asks(p)],
    }


def _clauses_by_field(asked: list[Passage]) -> dict[str, str]:
    """Return for each field the note that explains its column, or else the column or line that asks for it."""
    return {field: paths[-1] for field, paths in _fields(asked).items()}


def _fields(asked: list[Passage]) -> dict[str, list[str]]:
    cues, labels = rules()["columns"], layout()["labels"]
    notes = {p.path.rpartition(f"{labels['note']} ")[2]: p for p in asked if labels["note"] in p.path}
    found: dict[str, list[str]] = {}
    for passage in asked:
        if labels["note"] in passage.path or not _asks(passage):
            continue
        words = re.sub(r"^(?:\(?\d+\)?|[a-z]|-)[.)\s]\s*", "", passage.text)
        field = next((name for name, cue in cues.items() if name not in found and re.search(cue, words)), None)
        if field is not None:
            note = notes.get(passage.path.rpartition(f"{labels['column']} ")[2])
            found[field] = [passage.path, *([note.path] if note else [])]
    return found


def _asks(passage: Passage) -> bool:
    """Tell whether a part of the form is something to be filled in: a column or a line, no group, note or serial."""
    last, labels = passage.path.rsplit(SEPARATOR, 1)[-1], layout()["labels"]
    serial = re.fullmatch(layout()["cues"]["form_head"], passage.text)
    return not serial and not last.startswith(labels["note"]) and not re.fullmatch(r"[IVX]+|¶\[\d+\]", last)


def _targets(facts: Facts) -> dict[str, dict[str, Any]]:
    targets: dict[str, dict[str, Any]] = {}
    for target in facts.targets:
        for unit_type, cue in rules()["unit_types"].items():
            named = re.search(cue, target.whom or "")
            if named and unit_type not in targets:
                targets[unit_type] = {"at_least": target.number, "clause": target.place.passage.path}
                if named.start() == 0:
                    break
    return targets


def _deadline(plan: Plan, due: Deadline | None) -> dict[str, Any] | None:
    if due is None or due.day is None or due.month is None:
        return None
    try:
        return {"before": date(due.year or plan.year, due.month, due.day), "clause": due.passage.path}
    except ValueError:  # no such day, or no year known: a person fills it in
        return None


def _asked_in(plan: Plan, form: str) -> str | None:
    cue = rules()["asks_to_register"]
    return next((p.path for p in plan.passages if not p.path.startswith(form) and re.search(cue, p.text)), None)


def _places(form: str, asked: list[Passage]) -> dict[str, str]:
    labels = layout()["labels"]
    has_notes = any(labels["note"] in passage.path for passage in asked)
    has_groups = any(re.fullmatch(rf"{form}{SEPARATOR}[IVX]+", passage.path) for passage in asked)
    return {
        "title": form,
        "columns": f"{form}{SEPARATOR}{labels['column']} ({{}})",
        **({"groups": f"{form}{SEPARATOR}{{}}"} if has_groups else {}),
        **({"notes": f"{form}{SEPARATOR}{labels['note']} ({{}})"} if has_notes else {}),
    }
