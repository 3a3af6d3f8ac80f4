"""The registration form as data: the ten default fields, narrowed by what a plan says about registering."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from actions.registration.papers.heads import heads_data
from actions.registration.papers.plan_paper import PlanPaper, paper_problems, plan_paper_of

DEFAULT_FORM = Path(__file__).with_name("default_form.yml")
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
KINDS = ("text", "choice", "number", "period")
LANGUAGES = ("vi", "en")

Texts = Mapping[str, str]


class BadForm(ValueError):
    """The form of a plan cannot be used; the message names the file and the key."""


class PlanLike(Protocol):
    """What a form needs to know of a plan."""

    @property
    def id(self) -> str:
        """The plan's id."""

    @property
    def year(self) -> int:
        """The plan's year."""

    @property
    def registration(self) -> Mapping[str, Any]:
        """What the plan's description says about registering."""


@dataclass(frozen=True)
class Option:
    """One value of a closed field: its code, its label by language, further ways to say it."""

    code: str
    label: Texts
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One question of the form.

    `column` is the column of the official form, `clause` the path in the plan that demands the field; both
    may be None. `max_length` is in characters and binds text fields. `not_before` names the period field
    that this one may not precede.
    """

    name: str
    kind: str
    label: Texts
    prompt: Texts
    example: Texts
    required: bool = True
    column: int | None = None
    max_length: int = 300
    options: tuple[Option, ...] = ()
    names: tuple[str, ...] = ()
    not_before: str | None = None
    clause: str | None = None


@dataclass(frozen=True)
class Target:
    """The least number of models that a type of unit registers, and the clause that says so."""

    at_least: int
    clause: str


@dataclass(frozen=True)
class Deadline:
    """Registrations are due before the first moment of the day `before`, Vietnamese time."""

    before: date
    clause: str

    def is_past(self, now: datetime) -> bool:
        """Tell whether `now` (aware) is late; midnight at the start of `before` is."""
        return now.astimezone(VIETNAM).date() >= self.before


@dataclass(frozen=True)
class Recipient:
    """The body to which the plan has registrations sent."""

    name: str
    clause: str


@dataclass(frozen=True)
class Form:
    """Everything about registering under one plan.

    `own` is False where the plan brings no form. `asked_in` is the clause that asks to register,
    `nearest` what comes nearest to it in a plan that does not.
    """

    plan_id: str
    year: int
    fields: tuple[Field, ...]
    accepts: bool
    openly: bool = False
    own: bool = False
    asked_in: str | None = None
    nearest: str | None = None
    targets: Mapping[str, Target] = dataclass_field(default_factory=dict)
    deadline: Deadline | None = None
    recipient: Recipient | None = None
    paper: PlanPaper = dataclass_field(default_factory=PlanPaper)

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError if the form has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def number(self, name: str) -> int:
        """Return the place of the field among the questions, from 1."""
        return self.fields.index(self.field(name)) + 1


def form_of(plan: PlanLike) -> Form:
    """Return the form of `plan`.

    Raises:
        BadForm: the default form or the plan's `registration:` is wrong; the message names file and key.
    """
    own: Mapping[str, Any] = plan.registration
    for problem in registration_problems(own):
        raise BadForm(f"{plan.id}.yml: registration: {problem}")
    try:
        form = Form(
            plan_id=plan.id,
            year=plan.year,
            fields=tuple(_for_plan(field, own) for field in default_fields()),
            accepts=own["accepts"],
            openly=own.get("openly", False),
            own=own.get("form") == "own",
            asked_in=own.get("asked_in"),
            nearest=own.get("nearest"),
            targets={unit: Target(**target) for unit, target in (own.get("targets") or {}).items()},
            deadline=Deadline(**own["deadline"]) if own.get("deadline") else None,
            recipient=Recipient(**own["recipient"]) if own.get("recipient") else None,
            paper=plan_paper_of(own.get("paper")),
        )
    except (TypeError, AttributeError) as error:
        raise BadForm(f"{plan.id}.yml: registration: {error}") from error
    for problem in check_form(form):
        raise BadForm(f"{plan.id}.yml: {problem}")
    return form


@cache
def default_fields(path: Path = DEFAULT_FORM) -> tuple[Field, ...]:
    """Return the fields of the form file `path`, in order.

    Raises:
        BadForm: the file cannot be read or a field lacks a key; the message names both.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["fields"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadForm(f"{path.name}: fields: cannot be read ({error})") from error
    fields = []
    for number, row in enumerate(rows, 1):
        try:
            options = tuple(
                Option(option["code"], option["label"], tuple(option.get("spoken", ())))
                for option in row.get("options", ())
            )
            fields.append(Field(**{**row, "options": options, "names": tuple(row.get("names", ()))}))
        except (TypeError, KeyError, AttributeError) as error:
            raise BadForm(f"{path.name}: fields[{number}]: {error}") from error
    for problem in check_form(Form(path.stem, 2000, tuple(fields), accepts=True)):
        raise BadForm(f"{path.name}: {problem}")
    return tuple(fields)


def _for_plan(field: Field, own: Mapping[str, Any]) -> Field:
    options = field.options
    if field.name == "unit_type" and "unit_types" in own:
        by_code = {option.code: option for option in options}
        options = tuple(by_code[code] for code in own["unit_types"] if code in by_code)
    required = field.required and field.name not in own.get("optional", ())
    clause = (own.get("clauses") or {}).get(field.name)
    return replace(field, options=options, required=required, clause=clause)


def registration_problems(own: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a plan's `registration:` mapping, each problem beginning with its key."""
    known = {
        "accepts",
        "openly",
        "form",
        "asked_in",
        "unit_types",
        "targets",
        "deadline",
        "recipient",
        "clauses",
        "optional",
        "nearest",
        "paper",
    }
    found = [f"`{key}` is not a known key" for key in own if key not in known]
    if not isinstance(own.get("accepts"), bool):
        found.append("`accepts` must be true or false")
    if own.get("accepts") and own.get("form") not in ("own", "default"):
        found.append("`form` must be own or default")
    names = {field.name for field in default_fields()}
    found += [
        f"`{key}` names an unknown field: {name}"
        for key in ("clauses", "optional")
        for name in own.get(key) or ()
        if name not in names
    ]
    if own.get("deadline") and not isinstance(own["deadline"].get("before"), date):
        found.append("`deadline` needs `before`, a date such as 2023-04-25")
    types = next(({o.code for o in field.options} for field in default_fields() if field.name == "unit_type"), set())
    found += [
        f"`{key}` names an unknown unit type: {code}"
        for key in ("unit_types", "targets")
        for code in own.get(key) or ()
        if code not in types
    ]
    return found + paper_problems(own.get("paper"), types, heads_data()["heads"])


def check_form(form: Form) -> list[str]:
    """Return what is wrong with `form`, each line beginning with the key; [] for a good form."""
    found = []
    seen: set[str] = set()
    for field in form.fields:
        key = f"fields.{field.name}"
        if field.name in seen:
            found.append(f"{key}: stands twice")
        seen.add(field.name)
        if field.not_before and field.not_before not in seen:
            found.append(f"{key}.not_before: {field.not_before} is no field before it")
        if field.kind not in KINDS:
            found.append(f"{key}.kind: {field.kind!r} is none of {', '.join(KINDS)}")
        if (field.kind == "choice") != bool(field.options):
            found.append(f"{key}.options: a choice has options, and only a choice has")
        if field.max_length < 1:
            found.append(f"{key}.max_length: must be at least 1")
        for part in ("label", "prompt", "example"):
            missing = [code for code in LANGUAGES if not getattr(field, part).get(code)]
            found += [f"{key}.{part}.{code}: is missing" for code in missing]
        codes = [option.code for option in field.options]
        if len(codes) != len(set(codes)):
            found.append(f"{key}.options: a code stands twice")
        found += [
            f"{key}.options.{option.code}.label.{code}: is missing"
            for option in field.options
            for code in LANGUAGES
            if not option.label.get(code)
        ]
    found += [f"targets.{unit}.at_least: must be at least 1" for unit, t in form.targets.items() if t.at_least < 1]
    return found
