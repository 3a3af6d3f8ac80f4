"""The words of a plan's own form, taken from the plan's clauses; the general form's where the plan has none."""

from collections.abc import Mapping
from dataclasses import dataclass

from actions.registration.form import Form
from actions.registration.papers.paper import Column
from actions.registration.papers.wording import paper_words
from knowledge.corpus import Plan

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
NUMBER = "number"


@dataclass(frozen=True)
class FormWords:
    """Title of the official table, its columns in order, groups by code with their numeral, notes under it."""

    title: str
    columns: tuple[Column, ...]
    groups: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]


def form_words(form: Form, plan: Plan) -> FormWords:
    """Return the words of the form of `plan`, in the plan's own wording where its clauses have it."""
    said = _Clauses(plan, form.paper.clauses)
    general = paper_words()["form"]
    numbered = {1: NUMBER, **{field.column: field.name for field in form.fields if field.column}}
    columns = tuple(
        Column(said.of("columns", number) or general["columns"][name], number, name)
        for number, name in sorted(numbered.items())
    )
    groups = {}
    for numeral, option in zip(ROMAN, form.field("field").options, strict=False):
        own = said.of("groups", numeral).removeprefix(f"{numeral} ")
        groups[option.code] = (numeral, own or general["groups"][option.code])
    notes = tuple(note for column in columns if (note := said.of("notes", column.number)))
    return FormWords(said.of("title") or general["title"]["new"].format(year=plan.year), columns, groups, notes)


@dataclass(frozen=True)
class _Clauses:
    plan: Plan
    paths: Mapping[str, str]

    def of(self, part: str, number: object = "") -> str:
        """Return the plan's words for a part of the form, "" if it has none."""
        if part not in self.paths:
            return ""
        path = self.paths[part].replace("{}", str(number))
        return " ".join(passage.text for passage in self.plan.passages if passage.path == path)
