"""What in a paper a person should look at before it is used, each as an English sentence with its place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date

from knowledge.blocks import Kind
from knowledge.corpus import Plan
from knowledge.intake.description import Description, rules
from knowledge.reading import fold
from knowledge.structure import Clause, layout

_NEEDED = ("title", "issuer", "place", "year")
_LEAP_YEAR = 2024  # for days without a year
_MOST_BLANKS = 5


def doubts(plan: Plan, found: Description) -> list[str]:
    """Return what to check in `plan`, of which the opening states `found`."""
    missing = [field.name for field in fields(found) if field.name in _NEEDED and getattr(found, field.name) is None]
    notes = [f"`{name}` is not stated clearly; fill it in" for name in missing]
    return [*notes, *_numbering(plan.root), *_dates(plan), *_blanks(plan), *_tables(plan)]


def _numbering(root: Clause) -> Iterator[str]:
    numbered = [child for child in root.walk() if child.kind in (Kind.ROMAN, Kind.ARABIC)]
    if not any(clause.kind is Kind.ROMAN for clause in numbered):
        what = "its items are the outermost clauses" if numbered else "the text is kept as plain paragraphs"
        yield f"no numbered sections were found; {what}"
    for parent in root.walk():
        for kind, value in _NUMBERS.items():
            yield from _skips(parent, [child for child in parent.children if child.kind is kind], value)


def _skips(parent: Clause, children: list[Clause], value: Callable[[str], int]) -> Iterator[str]:
    """Yield where the numbers of clauses of one kind under one parent do not follow each other."""
    where = f" under {parent.path}" if parent.path else ""
    what = "section" if children and children[0].kind is Kind.ROMAN else "item"
    last = 0
    for child in children:
        mark = child.path.rsplit(" › ", 1)[-1]
        plain = mark.split("[")[0]
        if "[" in mark:
            yield f"two {what}s are numbered {plain}{where}"
        number = value(plain)
        for left_out in range(last + 1, min(number, last + 4)):
            yield f"{what} {_ROMANS[left_out] if what == 'section' else left_out} is missing{where}"
        last = max(last, number)


def _dates(plan: Plan) -> Iterator[str]:
    headings = [passage for passage in plan.passages if passage.is_heading]
    for passage in headings:
        for year in re.findall(rules()["year"], passage.text):
            if plan.year and int(year) != plan.year:
                yield f"the heading {passage.path} speaks of {year}, the plan is of {plan.year}"
    for passage in plan.passages:
        for match in re.finditer(rules()["day_of_year"], passage.text):
            if not _is_a_day(match):
                yield f"there is no day “{match.group()}” ({passage.path})"
            elif _is_of_another_year(match, plan.year):
                yield f"the date “{match.group()}” does not fit the year {plan.year} ({passage.path})"


def _is_of_another_year(match: re.Match[str], year: int) -> bool:
    """Tell whether something is due in a year that is neither the plan's nor the next; 0 is no known year."""
    due = re.search(rules()["due"], match.string[: match.start()])
    return bool(due and year and match["year"]) and int(match["year"]) not in (year, year + 1)


def _is_a_day(match: re.Match[str]) -> bool:
    day, month = int(match["day"]), int(match["month"])
    if "tháng" not in match.group() and "ngày" not in match.group() and not match["year"]:
        return True  # a fraction, or the number of a document
    try:
        date(int(match["year"] or _LEAP_YEAR), month, day)
    except ValueError:
        return False
    return True


def _blanks(plan: Plan) -> Iterator[str]:
    labels = layout()["labels"]
    left = [
        f"a blank was left in {passage.path}: “{passage.text[:60]}”"
        for passage in plan.passages
        if not passage.path.startswith(labels["form"]) and re.search(rules()["blank"], passage.text)
    ]
    yield from left[:_MOST_BLANKS]
    if len(left) > _MOST_BLANKS:
        yield f"{len(left) - _MOST_BLANKS} further blanks were left"


def _tables(plan: Plan) -> Iterator[str]:
    tables = [clause for clause in plan.root.walk() if clause.kind is Kind.ROW and clause.children]
    for table in tables:
        head = fold(plan.text[slice(*table.spans[0])]).split("|")
        unnamed = sum(not words.strip() for words in head)
        if unnamed:
            yield f"{unnamed} of {len(head)} columns of {table.path} have no name; check how its rows were read"
    form = plan.clause(layout()["labels"]["form"])
    end = form.start if form else len(plan.text)
    flattened = re.search(rules()["flattened"], plan.text[:end])
    if flattened:
        yield f"a table seems to stand in the text as loose words: “{fold(flattened.group())[:60]}”"


_ROMANS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


def _roman_value(mark: str) -> int:
    return _ROMANS.index(mark) if mark in _ROMANS else 0


def _plain_value(mark: str) -> int:
    return int(mark) if mark.isdigit() else 0


_NUMBERS: dict[Kind, Callable[[str], int]] = {Kind.ROMAN: _roman_value, Kind.ARABIC: _plain_value}
