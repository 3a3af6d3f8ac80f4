"""The plans: each a source text and a reviewed description beside it, read into one object."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.bank import Banked, read_bank
from knowledge.intake.commit import finish
from knowledge.reading import READABLE, UnreadablePlan, read_source
from knowledge.structure import Clause, Passage, parse, passages_of
from knowledge.vietnamese import normalise, plain

PLANS_FOLDER = Path(__file__).with_name("plans")
STORED = (".extracted.txt", *READABLE)
"""Where the stored text of a plan may lie: what was drawn out of another file comes first."""

CLOSED: Mapping[str, Any] = {"accepts": False}
"""Of a plan under which nothing can be registered."""

_PLAN_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*$")
_YEAR = re.compile(r"(?<![\d/.-])(20\d\d)(?![\d/.-])")
_REQUIRED = {"id": str, "title": str, "issuer": str, "place": str, "year": int, "label": str}
_KNOWN = {
    *_REQUIRED,
    "number",
    "date",
    "aliases",
    "language",
    "registration",
    "recipient_of_questions",
    "facts",
}


@dataclass(frozen=True)
class Plan:
    """One issued document.

    `number` and `date` are None unless the office filled them in: no text states its own. `text` is the stored text
    that every offset refers to.
    """

    id: str
    title: str
    issuer: str
    place: str
    year: int
    label: str
    text: str = field(repr=False)
    number: str | None = None
    date: str | None = None
    aliases: tuple[str, ...] = ()
    language: str = "vi"
    registration: Mapping[str, Any] = field(default_factory=dict, repr=False)
    bank_file: Path | None = field(default=None, repr=False, compare=False)

    @cached_property
    def bank(self) -> tuple[Banked, ...]:
        """Questions people ask about the plan, with what answers them; read from `bank_file`."""
        return read_bank(self.id, self.bank_file, self.passages) if self.bank_file is not None else ()

    @cached_property
    def root(self) -> Clause:
        """The tree of clauses; the root covers the whole text."""
        return parse(self.text)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every span that can be cited, in reading order."""
        return tuple(passages_of(self.id, self.text, self.root))

    def clause(self, path: str) -> Clause | None:
        """Return the clause at `path`, or None if the plan has none there."""
        return self._clauses.get(path)

    @cached_property
    def _clauses(self) -> Mapping[str, Clause]:
        """The clauses by path."""
        return {clause.path: clause for clause in self.root.walk()}


def load_plans(folder: Path = PLANS_FOLDER, added: Path | None = None, retired: bool = False) -> dict[str, Plan]:
    """Return the plans of `folder`, then those of `added`, by id, in the order of their file names.

    A plan of `added` takes the place of one of `folder` with the same id. A retired plan (a file `<id>.retired` in
    `added`) is left out, or, if `retired`, comes along but takes no registrations. A change of `added` that was cut
    short is finished first.

    Raises:
        UnreadablePlan: a description or a source cannot be read; the message names the file and the key.
    """
    folders = [folder, *([added] if added is not None else [])]
    if added is not None:
        finish(added)
    gone = {path.stem for path in added.glob("*.retired")} if added is not None else set()
    paths = [path for at in folders for path in sorted(at.glob("*.yml")) if path.suffixes == [".yml"]]
    plans = [load_plan(path) for path in paths if retired or path.stem not in gone]
    return {plan.id: replace(plan, registration=CLOSED) if plan.id in gone else plan for plan in plans}


def load_plan(description: Path) -> Plan:
    """Return the plan described by the file `<id>.yml`, its source standing beside it."""
    try:
        data = yaml.load(description.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadablePlan(f"{description.name}: not readable as YAML ({error}).") from error
    for problem in description_problems(description.stem, data):
        raise UnreadablePlan(f"{description.name}: {problem}")
    source = next((description.with_suffix(s) for s in STORED if description.with_suffix(s).exists()), None)
    if source is None:
        raise UnreadablePlan(f"{description.name}: there is no {description.stem}.txt or .md beside it.")
    return plan_of(data, read_source(source), description.with_suffix(".questions.yml"))


def plan_of(data: Mapping[str, Any], text: str, bank_file: Path | None = None) -> Plan:
    """Return the plan with the content of a description, which must be free of problems, and the stored text."""
    return Plan(
        **{key: data[key] for key in _REQUIRED},
        text=text,
        number=data.get("number"),
        date=str(data["date"]) if data.get("date") else None,
        aliases=tuple(data.get("aliases", ())),
        language=data.get("language", "vi"),
        registration=data.get("registration") or CLOSED,
        bank_file=bank_file,
    )


def description_problems(stem: str, data: object) -> Iterable[str]:
    """Yield what is wrong with the content of a plan's description, in words that say what to change."""
    if not isinstance(data, dict):
        yield "must be a mapping of keys such as id, title, issuer."
        return
    for key, kind in _REQUIRED.items():
        if not isinstance(data.get(key), kind):
            yield f"`{key}` is missing or not of type {kind.__name__}."
    for key in set(data) - _KNOWN:
        yield f"`{key}` is not a known key; known are {', '.join(sorted(_KNOWN))}."
    if data.get("id") != stem or not _PLAN_ID.match(str(data.get("id"))):
        yield f"`id` must be the file's name, {stem}, in lower-case letters, digits and hyphens."


def find_plans(text: str, plans: Mapping[str, Plan]) -> list[str]:
    """Return the ids of the plans that `text` names by id, issuer, place or year; [] if it names none.

    A place with several plans is narrowed by a year that stands in the text. A year alone names plans only after
    the word for plan.
    """
    words = _words(text)
    years = {int(year) for year in _YEAR.findall(text)}
    named = [plan for plan in plans.values() if _is_named(plan, words)]
    by_id = [plan for plan in named if f" {plan.id} " in words]
    if by_id:
        return [plan.id for plan in by_id]
    in_year = [plan for plan in named if plan.year in years]
    if named:
        return [plan.id for plan in in_year or named]
    if years and (" ke hoach " in words or " plan " in words or " kh " in words):
        return [plan.id for plan in plans.values() if plan.year in years]
    return []


def _is_named(plan: Plan, words: str) -> bool:
    names = (plan.id, plan.place, *plan.aliases)
    return any(_words(name) in words for name in names)


@lru_cache(maxsize=65_536)
def _words(text: str) -> str:
    """Return the unmarked, lower-case words of `text` with a space on either side of each."""
    return f" {' '.join(re.findall(r'[a-z0-9-]+', plain(normalise(text))))} "
