"""What a plan's description says about papers, its key `registration: paper:`, read and checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

_CLAUSES = ("title", "columns", "groups", "notes")
_OFFICE = ("head", "above", "name", "sign")


@dataclass(frozen=True)
class CollectingOffice:
    """The office that collects the registrations of a plan, as the head and the signature of its table say it.

    `head` is a head of `heads.yml`; `above` the body over the office, `sign` whoever signs, both None if unknown.
    """

    name: str
    head: str = "state"
    above: str | None = None
    sign: str | None = None


@dataclass(frozen=True)
class PlanPaper:
    """How papers under one plan look.

    `clauses` says where the plan's own form has its words: `title` is a path; `columns`, `groups` and `notes` are
    paths in which `{}` stands for a column's number or a group's Roman numeral. `above` names the body over a unit,
    `heads` another head than the usual one, both by unit type.
    """

    clauses: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    office: CollectingOffice | None = None


def plan_paper_of(data: Mapping[str, Any] | None) -> PlanPaper:
    """Return what `data` says, None being nothing; TypeError or AttributeError if `paper_problems` finds any."""
    own = data or {}
    office = CollectingOffice(**own["office"]) if own.get("office") else None
    return PlanPaper(own.get("clauses") or {}, own.get("above") or {}, own.get("heads") or {}, office)


def paper_problems(data: object, unit_types: Collection[str], heads: Collection[str]) -> list[str]:
    """Return what is wrong with a plan's `paper:`, each problem naming its key; `heads` are those of `heads.yml`."""
    if data is None:
        return []
    if not isinstance(data, Mapping):
        return ["`paper` must be a mapping"]
    found = [f"`paper.{key}` is not a known key" for key in data if key not in ("clauses", "above", "heads", "office")]
    parts: dict[str, Mapping[str, Any]] = {}
    for key in ("clauses", "above", "heads", "office"):
        part = data.get(key) or {}
        if isinstance(part, Mapping) and all(isinstance(text, str) for text in part.values()):
            parts[key] = part
        else:
            found.append(f"`paper.{key}` must be a mapping of texts")
    found += _unknown("clauses", parts, _CLAUSES) + _unknown("office", parts, _OFFICE)
    found += _unknown("above", parts, unit_types) + _unknown("heads", parts, unit_types)
    for key, path in parts.get("clauses", {}).items():
        if key != "title" and path.count("{}") != 1:
            found.append(f"`paper.clauses.{key}` must have one {{}}, for the number")
    if parts.get("office") and "name" not in parts["office"]:
        found.append("`paper.office` needs `name`")
    named = [*parts.get("heads", {}).values(), *(v for k, v in parts.get("office", {}).items() if k == "head")]
    return found + [f"`paper` names an unknown head: {head}" for head in named if head not in heads]


def _unknown(key: str, parts: Mapping[str, Mapping[str, Any]], known: Collection[str]) -> list[str]:
    return [f"`paper.{key}.{name}` is not a known key" for name in parts.get(key, {}) if name not in known]
