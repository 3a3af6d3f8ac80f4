"""What was understood of a plan that is taken in, laid out so that a person can check it in two minutes, or as data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import yaml

from knowledge.reading import page_at
from knowledge.registers import fact_records
from knowledge.structure import outline
from knowledge.taking_in import TakenIn

_NAMED = ("id", "number", "title", "issuer", "place", "date", "year")
_SHOWN = 90  # characters of a fact's words
_PLACES = {"plan_id", "kind", "path", "start", "end", "words"}


def as_data(taken: TakenIn) -> dict[str, Any]:
    """Return everything that was understood as plain data."""
    plan = taken.plan
    return {
        **{name: getattr(plan, name) for name in _NAMED},
        "language": plan.language,
        "outline": [
            {
                "path": passage.path,
                "start": passage.start,
                "end": passage.end,
                "page": page_at(plan.text, passage.start),
                "text": passage.text,
            }
            for passage in plan.passages
        ],
        "facts": list(fact_records(plan, taken.facts)),
        "doubts": taken.doubts,
        "registration_draft": _plain(taken.draft),
        "passages": asdict(taken.counts),
    }


def as_lines(taken: TakenIn) -> Iterator[str]:
    """Yield the lines for a person: what the paper is, its outline, its Facts, the draft of a form, the doubts."""
    plan = taken.plan
    for name in _NAMED:
        yield f"{name + ':':8} {getattr(plan, name) or '-'}"
    yield f"\n{len(plan.passages)} passages:"
    yield from (f"  {row}" for row in outline(plan.text, plan.root))
    yield "\nFacts:"
    kinds: dict[str, list[dict[str, Any]]] = {}
    for record in fact_records(plan, taken.facts):
        kinds.setdefault(record["kind"], []).append(record)
    for kind, records in kinds.items():
        yield f"  {kind} ({len(records)})"
        yield from (f"    {_fact(record)}" for record in records)
    if not kinds:
        yield "  none"
    if taken.draft is not None:
        yield "\nDraft of the registration, from the form:"
        yield from (f"  {row}" for row in yaml.safe_dump(_plain(taken.draft), allow_unicode=True).splitlines())
    yield "\nPlease check:" if taken.doubts else "\nNothing doubtful was found."
    yield from (f"  - {doubt}" for doubt in taken.doubts)


def _fact(record: dict[str, Any]) -> str:
    words = record["words"] if len(record["words"]) <= _SHOWN else f"{record['words'][: _SHOWN - 2]} …"
    given = {key: value for key, value in record.items() if key not in _PLACES and value not in (None, False)}
    return f"{record['path']}: {words}  [{', '.join(f'{key}: {value}' for key, value in given.items())}]"


def _plain(draft: Any) -> Any:
    """Return a draft with its days as text, as JSON has them."""
    if isinstance(draft, dict):
        return {key: _plain(value) for key, value in draft.items()}
    return draft.isoformat() if hasattr(draft, "isoformat") else draft
