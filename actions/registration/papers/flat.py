"""Registrations as one flat table, for sorting and filtering: one row a registration, no totals, no persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actions.registration.form import VIETNAM, Form
from actions.registration.papers.form_words import NUMBER, form_words
from actions.registration.papers.text import opening, tidy
from actions.registration.papers.wording import paper_words
from actions.registration.periods import months_of, show
from actions.registration.records import FIELDS, Registration
from actions.registration.values import show_value
from knowledge.corpus import Plan

NAMES = (NUMBER, "reference", *FIELDS, "submitted_at", "late", "status")


@dataclass(frozen=True)
class Period:
    """A month or a quarter, by its code such as `2023-05`."""

    code: str

    @property
    def in_words(self) -> str:
        """As on the paper: `Tháng 5/2023`, `Quý II/2023`."""
        return opening(show(self.code))

    @property
    def short(self) -> str:
        """As a clerk writes it: `05/2023`, `Quý II/2023`."""
        first, last = months_of(self.code)
        return f"{(first - 1) % 12 + 1:02}/{self.code[:4]}" if first == last else self.in_words


FlatCell = str | int | date | Period | None


@dataclass(frozen=True)
class FlatTable:
    """Title, the columns' names in code and as headings, the rows; None is an empty cell."""

    title: str
    names: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[FlatCell, ...], ...]


def flat_table(registrations: Sequence[Registration], form: Form, plan: Plan) -> FlatTable:
    """Return `registrations` as a table, in their order. New and maintained models are told apart by a column.

    One table, not two: a unit's target counts both kinds, and one filter gives either.
    """
    words = paper_words()["table"]
    of_form = {column.field: column.heading for column in form_words(form, plan).columns}
    rows = tuple(
        tuple(_cell(each, name, number, form) for name in NAMES) for number, each in enumerate(registrations, 1)
    )
    headings = tuple(of_form.get(name) or words[name] for name in NAMES)
    return FlatTable(f"{words['sheet']} - {plan.label}", NAMES, headings, rows)


def _cell(registration: Registration, name: str, number: int, form: Form) -> FlatCell:
    match name:
        case "number":
            return number
        case "reference":
            return registration.reference
        case "submitted_at":
            moment = registration.submitted_at
            return moment.astimezone(VIETNAM).date() if moment else None
        case "late":
            return paper_words()["values"]["late"] if registration.late else None
        case "status":
            return str(paper_words()["values"]["status"][registration.status])
    value = registration.answers.get(name)
    if value is None or isinstance(value, int):
        return value
    field = form.field(name)
    return Period(value) if field.kind == "period" else tidy(show_value(field, value, "vi"))
