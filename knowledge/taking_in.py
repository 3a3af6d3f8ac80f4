"""A new plan taken in: what its text says of itself is read, the rest is left for a person to fill in."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.corpus import Plan, load_plan
from knowledge.reading import UnreadablePlan, fold, read_source
from knowledge.structure import layout, parse
from knowledge.vietnamese import normalise, unmark


@dataclass(frozen=True)
class Description:
    """What the text of a plan says of itself; None where it does not."""

    title: str | None
    issuer: str | None
    place: str | None
    year: int | None


@cache
def _rules() -> Mapping[str, re.Pattern[str]]:
    loaded = yaml.safe_load(Path(__file__).with_name("describing.yml").read_text(encoding="utf-8"))
    return {name: re.compile(pattern) for name, pattern in loaded.items()}


def take_in(file: Path, plan_id: str | None, folder: Path, known: Mapping[str, Plan]) -> tuple[Plan, list[str]]:
    """Copy `file` into `folder` with a description beside it; return the plan and the doubts about it.

    Taking in the same plan again keeps the description, with whatever a person corrected in it.

    Raises:
        UnreadablePlan: the file cannot be read as a plan, or holds the text of a plan that is known already.
    """
    text = read_source(file)
    chosen = plan_id or _id_from(file.stem)
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", chosen):
        raise UnreadablePlan(f"“{chosen}” is no id for a plan: use lower-case letters, digits and hyphens (--id).")
    for plan in known.values():
        if plan.id != chosen and fold(plan.text) == fold(text):
            raise UnreadablePlan(f"{file.name} holds the same text as the plan {plan.id}; nothing was taken in.")
    found = describe(text)
    folder.mkdir(parents=True, exist_ok=True)
    description = folder / f"{chosen}.yml"
    if not description.exists():
        description.write_text(_as_yaml(chosen, found), encoding="utf-8")
    shutil.copyfile(file, folder / f"{chosen}{file.suffix.lower()}")
    return load_plan(description), doubts(text, found)


def describe(text: str) -> Description:
    """Return title, issuer, place and year as far as the text's opening and signature state them."""
    root = parse(text)
    opening = next((c for c in root.children if c.path == layout()["labels"]["opening"]), None)
    lines = [fold(text[slice(*span)]) for child in (opening.children if opening else []) for span in child.spans]
    head = " ".join(lines)
    rules = _rules()
    title = rules["title"].search(head)
    issuer = rules["issuer"].search(head)
    place = next((match for line in lines if (match := rules["place"].search(line))), None)
    year = rules["year"].search(title.group("title") if title else head)
    return Description(
        title.group("title").strip() if title else None,
        issuer.group("issuer").strip() if issuer else None,
        place.group("place").strip() if place else None,
        int(year.group("year")) if year else None,
    )


def doubts(text: str, found: Description) -> list[str]:
    """Return, in English, what a person should look at before the plan is used."""
    root = parse(text)
    sections = [child.path for child in root.children if re.match(r"[IVX]", child.path)]
    missing = [name for name in ("title", "issuer", "place", "year") if getattr(found, name) is None]
    notes = [f"`{name}` is not stated clearly; fill it in" for name in missing]
    notes.extend(f"two sections are numbered {path.split('[')[0]}" for path in sections if "[" in path)
    expected = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
    plain = [path for path in sections if "[" not in path]
    notes.extend(f"section {number} is missing" for number in expected[: len(plain)] if number not in plain)
    if not sections:
        notes.append("no numbered sections were found; the text is kept as plain paragraphs")
    return notes


def _id_from(stem: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", unmark(normalise(stem)).lower())) or "plan"


def _as_yaml(plan_id: str, found: Description) -> str:
    data = {
        "id": plan_id,
        "title": found.title or plan_id,
        "issuer": found.issuer or "",
        "place": found.place or "",
        "year": found.year or 0,
        "number": None,
        "date": None,
        "label": f"{found.place or plan_id} {found.year or ''}".strip(),
        "aliases": [],
        "registration": {"accepts": False},
    }
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
