"""From registrations to a paper: one registration's, one unit's, or the table of a whole plan."""

from collections.abc import Sequence
from datetime import datetime

from actions.registration.form import VIETNAM, Form
from actions.registration.papers.form_words import FormWords, form_words
from actions.registration.papers.heads import head_kind, heads_data, unit_head
from actions.registration.papers.paper import Head, Paper, PaperTable, Signature
from actions.registration.papers.rows import rows_of, with_unit
from actions.registration.papers.text import tidy
from actions.registration.papers.wording import line, paper_words
from actions.registration.records import Registration
from actions.registration.rendering import date_of
from actions.registration.units import NO_UNITS, Units
from knowledge.corpus import Plan

MAINTAINED = "maintained"
MOST_REFERENCES = 6  # named one by one


def unit_paper(registrations: Sequence[Registration], form: Form, plan: Plan, now: datetime) -> Paper:
    """Return the paper on which one unit registers; `registrations` are its own, at least one.

    The head is of the unit and type named last. `now` (aware) gives the date, as it is in Vietnam.
    """
    last = registrations[-1]
    name, unit_type = tidy(last.answers.get("unit_name", "")), text_of(last, "unit_type")
    whose = unit_head(unit_type, name, form.paper.heads)
    kind = head_kind(whose.kind)
    above = "" if whose.alone else form.paper.above.get(unit_type or "", kind.above_unknown)
    return Paper(
        head=Head(kind, above.upper(), name.upper(), _date_line(plan, now)),
        addressee=line("recipient", recipient=form.recipient.name) if form.recipient else "",
        tables=_tables(registrations, form, plan, collected=False),
        footnotes=_footnotes(registrations, form),
        copies=(kind.copies_heading, *kind.copies),
        left=None,
        right=Signature(whose.sign, line("sign_here")),
        wide=False,
    )


def plan_paper(
    registrations: Sequence[Registration], form: Form, plan: Plan, now: datetime, units: Units = NO_UNITS
) -> Paper:
    """Return the table of all `registrations` (at least one) of a plan, with the head of the office that collects.

    It has a column for the unit: the office reads it by field, as the form is, and looks for units within. Names that
    mean one unit by the office's list `units` stand together, each as typed.
    """
    other = heads_data()["other"]
    by_unit = sorted(registrations, key=lambda each: unit_key(each, units))
    office = form.paper.office
    kind = head_kind(office.head if office else other["head"])
    above = (office.above or kind.above_unknown) if office else kind.above_unknown
    return Paper(
        head=Head(kind, above.upper(), (office.name if office else plan.issuer).upper(), _date_line(plan, now)),
        addressee="",
        tables=_tables(by_unit, form, plan, collected=True),
        footnotes=_footnotes(registrations, form),
        copies=(),
        left=Signature(line("compiler"), line("sign_short")),
        right=Signature((office.sign if office and office.sign else other["sign"]).upper(), line("sign_short")),
        wide=True,
    )


def _tables(
    registrations: Sequence[Registration], form: Form, plan: Plan, *, collected: bool
) -> tuple[PaperTable, ...]:
    """Return the official table and the one of maintained models, each only if it has a model."""
    words = form_words(form, plan)
    maintained = [each for each in registrations if each.answers.get("registration_type") == MAINTAINED]
    new = [each for each in registrations if each.answers.get("registration_type") != MAINTAINED]
    tables = []
    if new:
        tables.append(_table(new, form, words, words.title, collected=collected))
    if maintained:
        title = paper_words()["form"]["title"][MAINTAINED].format(year=plan.year)
        tables.append(_table(maintained, form, words, title, collected=collected, official=False, notes=not new))
    first = tables[0]
    remarks = (line("plan", title=tidy(plan.title), issuer=plan.issuer), *first.remarks)
    if not form.own:
        remarks = (*remarks, line("no_form"))
    title = (line("collected"), *first.title) if collected else first.title
    tables[0] = PaperTable(title, remarks, first.columns, first.rows, first.notes)
    return tuple(tables)


def _table(
    registrations: Sequence[Registration],
    form: Form,
    words: FormWords,
    title: str,
    *,
    collected: bool,
    official: bool = True,
    notes: bool = True,
) -> PaperTable:
    columns = with_unit(words.columns) if collected else words.columns
    return PaperTable(
        title=(title,),
        remarks=(line("not_of_form"),) if form.own and not official else (),
        columns=columns,
        rows=tuple(rows_of(registrations, form, columns, words.groups)),
        notes=(line("notes"), *words.notes) if notes and words.notes else (),
    )


def _footnotes(registrations: Sequence[Registration], form: Form) -> tuple[str, ...]:
    found = []
    references = [each.reference for each in registrations if each.reference]
    if len(references) > MOST_REFERENCES:
        found.append(line("reference_count", count=len(references), first=min(references), last=max(references)))
    elif references:
        found.append(line("references", references=", ".join(references)))
    if any(each.late for each in registrations):
        due = form.deadline
        found.append(line("late", date=date_of(due)) if due else line("late_undated"))
    return tuple(found)


def _date_line(plan: Plan, now: datetime) -> str:
    """Return place and date; days below 10 and the months 1 and 2 have a 0 before them, as the rules want."""
    day = now.astimezone(VIETNAM)
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return line("date", place=plan.place, day=f"{day.day:02}", month=month, year=day.year)


def unit_key(registration: Registration, units: Units) -> str:
    """Return the text that the registrations of one unit have in common."""
    name = tidy(text_of(registration, "unit_name") or "")
    if not any(map(str.isalnum, name)):
        return name
    return units.key(name, registration.plan_id or "", text_of(registration, "unit_type"))


def text_of(registration: Registration, name: str) -> str | None:
    """Return an answer as text; None where there is none."""
    value = registration.answers.get(name)
    return None if value is None else str(value)
