"""A new plan taken in: its file is read, what it says of itself is described, and the index follows, all as one change.

Nothing of the plans or the index in use is touched until everything is prepared; then all files change places together.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.corpus import CLOSED, STORED, Plan, description_problems, plan_of
from knowledge.facts import Facts, draw_facts
from knowledge.index_building import Changes
from knowledge.index_staging import BuildIndex, commit_with_index
from knowledge.intake.commit import Busy, alone, emptied
from knowledge.intake.description import Description, describe
from knowledge.intake.doubts import doubts
from knowledge.intake.files import KINDS, read_file
from knowledge.intake.form_draft import draft_registration
from knowledge.reading import UnreadablePlan, fold
from knowledge.snippets import Snippet, snippets_of
from knowledge.versions import version_folder
from knowledge.vietnamese import normalise, unmark

_INCOMING = ".incoming"
_LONG = 40  # characters of a passage that two papers do not share by chance
_ALIKE = 0.9  # share of such passages, from which two papers of a year are one
_AT_LEAST = 5  # of them, below which nothing can be told
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

LoadPlans = Callable[[], Mapping[str, Plan]]
"""Reads all plans as they are at that moment."""


@dataclass(frozen=True)
class Counts:
    """Passages of a plan beside those of the text it takes the place of; a passage is the same by its place."""

    added: int
    changed: int
    unchanged: int
    removed: int


@dataclass(frozen=True)
class TakenIn:
    """What was understood of a file; nothing is changed yet.

    `description` is the content of `<id>.yml`, a person's corrections kept; `draft` a proposed `registration:`, where
    the plan brings a form; `before` the plan whose place this one takes.
    """

    file: Path
    plan: Plan
    description: Mapping[str, Any]
    facts: Facts
    doubts: list[str]
    counts: Counts
    draft: Mapping[str, Any] | None
    before: Plan | None


def understand(file: Path, plan_id: str | None, folder: Path, known: Mapping[str, Plan]) -> TakenIn:
    """Read a plan's file and describe it; `folder` holds the plans taken in so far, `known` are all plans.

    Taking in a plan again keeps its description, with whatever a person corrected in it.

    Raises:
        UnreadablePlan: the file cannot be read as a plan, its id cannot be used, or its text is known already.
    """
    extracted = read_file(file)
    chosen = plan_id or _id_from(file.stem)
    if not _ID.fullmatch(chosen):
        raise UnreadablePlan(f"“{chosen}” is no id for a plan: use lower-case letters, digits and hyphens (--id).")
    before = known.get(chosen)
    if before is not None and plan_id is None and fold(before.text) != fold(extracted.text):
        raise UnreadablePlan(
            f"There is a plan {chosen} already: {before.title}. If the file is a new version of it, add it with "
            f"--id {chosen}; if it is another plan, give it another --id."
        )
    found = describe(extracted.text)
    description = _description(chosen, found, folder / f"{chosen}.yml", before)
    plan = plan_of(description, extracted.text)
    same = same_paper(plan, [other for other in known.values() if other.id != chosen])
    if same is not None:
        raise UnreadablePlan(f"{file.name} holds the same text as the plan {same.id}; nothing was taken in.")
    facts = draw_facts(plan)
    notes = [*extracted.doubts, *doubts(plan, found)]
    if not any(passage.text for passage in plan.passages):
        raise UnreadablePlan(f"{file.name}: no passage that could be cited was found.")
    return TakenIn(file, plan, description, facts, notes, count(before, plan), draft_registration(plan, facts), before)


def take_in(taken: TakenIn, folder: Path, load: LoadPlans, index_folder: Path, build: BuildIndex) -> Changes:
    """Put an understood plan among those of `folder` and bring the index in `index_folder` up to date, as one change.

    Raises:
        Busy: another process is changing the plans, or has changed this one since it was understood.
    """
    with alone(folder):
        known = load()
        if known.get(taken.plan.id) != taken.before:
            raise Busy(f"The plan {taken.plan.id} was changed meanwhile. Add the file again.")
        staged = emptied(folder / _INCOMING)
        moves = _staged_plan(taken, staged, folder)
        plan, plan_id = taken.plan, taken.plan.id
        names = {target.name for target in moves.values() if target.parent == folder}
        old = [folder / f"{plan_id}{suffix}" for suffix in {*STORED, *KINDS, ".draft.yml", ".retired"}]
        plans = {**known, plan_id: _with_bank(plan, folder)}
        left = [path for path in old if path.name not in names]
        changes = commit_with_index(plans, build, index_folder, folder, moves, left)
        shutil.rmtree(staged, ignore_errors=True)
    return changes


def retire(plan_id: str, folder: Path, load: LoadPlans, index_folder: Path, build: BuildIndex) -> Changes:
    """Take a plan out of the answers; its text stays, so that citations given earlier still open.

    Raises:
        UnreadablePlan: there is no such plan, or it is the only one.
        Busy: another process is changing the plans.
    """
    with alone(folder):
        known = load()
        if plan_id not in known:
            raise UnreadablePlan(f"There is no plan {plan_id}; known are {', '.join(known)}.")
        if len(known) == 1:
            raise UnreadablePlan(f"{plan_id} is the only plan; add another one before it is retired.")
        staged = emptied(folder / _INCOMING)
        mark = staged / f"{plan_id}.retired"
        mark.write_text("", encoding="utf-8")
        plans = {other: plan for other, plan in known.items() if other != plan_id}
        changes = commit_with_index(plans, build, index_folder, folder, {mark: folder / mark.name})
        shutil.rmtree(staged, ignore_errors=True)
    return changes


def same_paper(plan: Plan, others: Iterable[Plan]) -> Plan | None:
    """Return which of `others` is the same paper: the same text, or of one year with nearly all longer passages alike.

    Only one that holds most of the passages somewhere is cut: there may be thousands.
    """
    text, said = fold(plan.text), _long_passages(plan)
    for other in others:
        of_other = fold(other.text)
        if of_other == text:
            return other
        held = sum(passage in of_other for passage in said)
        if other.year == plan.year and 2 * held >= len(said) and _are_alike(said, _long_passages(other)):
            return other
    return None


def _long_passages(plan: Plan) -> set[str]:
    return {passage.text for passage in plan.passages if len(passage.text) >= _LONG}


def _are_alike(one: set[str], other: set[str]) -> bool:
    both = len(one & other)
    return both >= _AT_LEAST and both >= _ALIKE * max(len(one), len(other))


def count(before: Plan | None, plan: Plan) -> Counts:
    """Return how many of what is searched of `plan` is new, changed and the same, and how much of `before` is gone."""
    old, new = _by_place(before), _by_place(plan)
    same = sum(old.get(place) == text for place, text in new.items())
    both = len(old.keys() & new.keys())
    return Counts(len(new) - both, both - same, same, len(old) - both)


def _by_place(plan: Plan | None) -> dict[tuple[str, int], tuple[str, str]]:
    places: dict[tuple[str, int], tuple[str, str]] = {}
    nth: dict[str, int] = {}
    snippets: list[Snippet] = snippets_of(plan) if plan else []
    for snippet in snippets:
        nth[snippet.path] = nth.get(snippet.path, 0) + 1
        places[snippet.path, nth[snippet.path]] = (snippet.context, snippet.text)
    return places


def _staged_plan(taken: TakenIn, staged: Path, folder: Path) -> dict[Path, Path]:
    """Write the plan's files into `staged`; return where each belongs."""
    plan_id, text = taken.plan.id, taken.plan.text
    suffix = taken.file.suffix.lower()
    shutil.copyfile(taken.file, staged / f"{plan_id}{suffix}")
    if text.encode() != taken.file.read_bytes():
        (staged / f"{plan_id}.extracted.txt").write_bytes(text.encode())
    (staged / f"{plan_id}.yml").write_text(_as_yaml(taken.description), encoding="utf-8")
    if taken.draft is not None:
        draft = (
            f"# A proposal; what is right of it belongs under `registration:` of {plan_id}.yml, without `unmatched`.\n"
        )
        (staged / f"{plan_id}.draft.yml").write_text(draft + _as_yaml(taken.draft), encoding="utf-8")
    moves = {path: folder / path.name for path in staged.iterdir()}
    if taken.before is not None and taken.before.text != text:
        kept = version_folder(folder, taken.before)
        earlier = emptied(staged / "version")
        (earlier / f"{plan_id}.txt").write_bytes(taken.before.text.encode())
        (earlier / f"{plan_id}.yml").write_text(_as_yaml(_described(taken.before)), encoding="utf-8")
        moves |= {path: kept / path.name for path in earlier.iterdir()}
    return moves


def _with_bank(plan: Plan, folder: Path) -> Plan:
    """Return `plan` as it will be loaded, with the questions that stand beside it."""
    return plan_of(
        {**_described(plan), "registration": plan.registration}, plan.text, folder / f"{plan.id}.questions.yml"
    )


def _id_from(stem: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", unmark(normalise(stem)).lower())) or "plan"


def _description(plan_id: str, found: Description, corrected: Path, before: Plan | None) -> dict[str, Any]:
    """Return the description in use, corrections included, or a new one from what the paper says of itself."""
    if corrected.exists():
        data = yaml.safe_load(corrected.read_text(encoding="utf-8"))
        for problem in description_problems(plan_id, data):
            raise UnreadablePlan(f"{corrected.name}: {problem}")
        return dict(data)
    if before is not None:
        return _described(before)
    return {
        "id": plan_id,
        "title": found.title or plan_id,
        "issuer": found.issuer or "",
        "place": found.place or "",
        "year": found.year or 0,
        "number": found.number,
        "date": found.issued.isoformat() if found.issued else None,
        "label": f"{found.place or plan_id} {found.year or ''}".strip(),
        "aliases": [],
        "language": found.language,
        "registration": dict(CLOSED),
    }


def _described(plan: Plan) -> dict[str, Any]:
    kept = ("id", "title", "issuer", "place", "year", "number", "date", "label", "language")
    of_plan = {name: getattr(plan, name) for name in kept}
    return {**of_plan, "aliases": list(plan.aliases), "registration": dict(plan.registration)}


def _as_yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False)
