"""The rows of a paper's table: the grand total first, as the form has it, then each group with its models."""

from collections.abc import Iterable, Mapping, Sequence

from actions.registration.form import Form
from actions.registration.papers.form_words import NUMBER
from actions.registration.papers.paper import Cell, Column, Row
from actions.registration.papers.text import opening, tidy
from actions.registration.papers.wording import line
from actions.registration.records import Registration
from actions.registration.values import show_value

UNIT = "unit_name"
LATE_MARK = "*"


def with_unit(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return `columns` with one for the unit after the first; the form has no number for it."""
    return (columns[0], Column(line("unit"), None, UNIT), *columns[1:])


def rows_of(
    registrations: Sequence[Registration], form: Form, columns: Sequence[Column], groups: Mapping[str, tuple[str, str]]
) -> Iterable[Row]:
    """Yield the rows for `registrations`, their order kept within each group.

    `groups` gives numeral and heading by code. Every group has its row, an empty one too; registrations that name
    no field stand in a group of their own at the end. A late one has a mark at its number.
    """
    by_group: dict[str, list[Registration]] = {code: [] for code in groups}
    homeless: list[Registration] = []
    for each in registrations:
        by_group.get(str(each.answers.get("field")), homeless).append(each)
    yield Row("total", _sums(columns, "", line("total"), registrations))
    named = [(*groups[code], members) for code, members in by_group.items()]
    for numeral, heading, members in [*named, *([("", line("no_group"), homeless)] if homeless else [])]:
        yield Row("group", _sums(columns, numeral, heading, members))
        for number, each in enumerate(members, 1):
            shown = f"{number}{LATE_MARK}" if each.late else number
            yield Row("model", tuple(_cell(each, form, column, shown) for column in columns))


def _sums(columns: Sequence[Column], first: str, heading: str, members: Sequence[Registration]) -> tuple[Cell, ...]:
    """Return a row that names a set of models: the heading beside the number, how many under the quantity."""
    amounts = (each.answers.get("quantity") for each in members)
    total = sum(amount for amount in amounts if isinstance(amount, int))
    cells: list[Cell] = [first, heading, *([""] * (len(columns) - 2))]
    return tuple(total if column.field == "quantity" else cell for column, cell in zip(columns, cells, strict=True))


def _cell(registration: Registration, form: Form, column: Column, number: Cell) -> Cell:
    if column.field == NUMBER:
        return number
    value = registration.answers.get(column.field)
    if value is None or isinstance(value, int):
        return "" if value is None else value
    field = form.field(column.field)
    shown = tidy(show_value(field, value, "vi"))
    return shown if field.kind == "text" else opening(shown)
