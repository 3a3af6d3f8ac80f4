"""What the shell commands print that list something: unanswered questions, deadlines, facts."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from knowledge.corpus import Plan
from knowledge.deadlines import Due, register
from knowledge.facts import Facts, draw_facts
from knowledge.reading import UnreadablePlan
from knowledge.unanswered import ZONE, day_begins
from knowledge.unanswered_store import open_unanswered

_SHOWN = 100  # characters of a text in a line
_ALWAYS = ("plan_id", "kind", "path", "start", "end", "words")


def unanswered(
    database_url: str, retention_days: int, now: datetime, plan_id: str | None, since: date | None, as_data: bool
) -> int:
    """Print the questions without an answer, most asked first."""
    store = open_unanswered(database_url, retention_days)
    found = store.listed(now, day_begins(since) if since else None, plan_id)
    store.close()
    if as_data:
        _print_data([item.as_record() for item in found])
        return 0
    print(f"{len(found)} questions without an answer")
    for item in found:
        last = item.last_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        print(f"{item.times:4} x  {item.outcome:12} {item.plan_id or '-':18} {last}  {_short(item.question)}")
    return 0


def deadlines(plans: Mapping[str, Plan], now: datetime, plan_id: str | None, as_data: bool) -> int:
    """Print what is due: dated first, by the last day, each with the days left."""
    found = register(_chosen(plans, plan_id), now)
    if as_data:
        _print_data([due.as_record() for due in found])
        return 0
    for due in found:
        print("\n".join(_due_lines(due)))
    return 0


def facts(plans: Mapping[str, Plan], plan_id: str | None, as_data: bool) -> int:
    """Print the facts drawn out of each plan, with the path that each stands at."""
    records = [record for plan in _chosen(plans, plan_id) for record in fact_records(plan, draw_facts(plan))]
    if as_data:
        _print_data(records)
        return 0
    for record in records:
        given = {key: value for key, value in record.items() if key not in _ALWAYS and value not in (None, False)}
        said = ", ".join(f"{key}: {value}" for key, value in given.items())
        print(f"{record['plan_id']:18} {record['kind']:12} {record['path']:24} {_short(record['words'])}")
        print(f"{'':32}{said}")
    return 0


def fact_records(plan: Plan, drawn: Facts) -> Iterable[dict[str, Any]]:
    """Yield every fact as plain data: kind, path, start, end, words, and the fields of its class."""
    for deadline in drawn.deadlines:
        given = {name: getattr(deadline, name) for name in ("day", "month", "year", "period", "subject")}
        given |= {name: getattr(deadline, name) for name in ("bound", "recipient", "through", "footnote")}
        place = (deadline.passage.path, deadline.start, deadline.end, deadline.words)
        yield _record(plan, "deadline", place, given)
    for duty in drawn.duties:
        at = (duty.passage.path, duty.passage.start, duty.passage.end, duty.passage.text)
        yield _record(plan, "duty", at, {"unit": duty.unit})
    groups: Mapping[str, Iterable[Any]] = {
        "target": drawn.targets,
        "recipient": drawn.recipients,
        "signer": drawn.signers,
        "legal_basis": drawn.legal_bases,
    }
    for kind, group in groups.items():
        for fact in group:
            stretch, given = fact.place, asdict(fact)
            del given["place"]
            yield _record(plan, kind, (stretch.passage.path, stretch.start, stretch.end, stretch.words), given)


def _record(plan: Plan, kind: str, place: tuple[str, int, int, str], given: Mapping[str, Any]) -> dict[str, Any]:
    path, start, end, words = place
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in given.items()}
    return {"plan_id": plan.id, "kind": kind, "path": path, "start": start, "end": end, "words": words, **plain}


def _due_lines(due: Due) -> list[str]:
    if due.last_day is None or due.days_left is None:
        when = "no date stated"
    else:
        left = f"passed {-due.days_left} days ago" if due.passed else f"{due.days_left} days left"
        when = f"{due.last_day.isoformat()}, {left}"
    to = due.recipient or "-"
    return [
        f"{due.plan_id:18} {due.subject or '-'}/{due.period or '-'}: {when}",
        f"    {due.words}  [{due.citation.path}{f', {due.note.path}' if due.note else ''}]",
        f"    bound: {due.bound or '-'}; to: {to}{f' (through {due.through})' if due.through else ''}",
        f"    {due.citation.quote}",
    ]


def _chosen(plans: Mapping[str, Plan], plan_id: str | None) -> list[Plan]:
    if plan_id is None:
        return list(plans.values())
    if plan_id not in plans:
        raise UnreadablePlan(f"There is no plan {plan_id}; known are {', '.join(plans)}.")
    return [plans[plan_id]]


def _print_data(records: list[dict[str, Any]]) -> None:
    print(json.dumps(records, ensure_ascii=False, indent=2))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]} …"
