"""The heads are whole, and what a plan says about its papers is checked."""

import copy
from typing import Any

import pytest

from actions.registration.form import default_fields, registration_problems
from actions.registration.papers.heads import head_kind, head_problems, heads_data, unit_head
from actions.registration.papers.plan_paper import paper_problems, plan_paper_of
from tests.actions.registration.papers.samples import FORMS, PLANS

UNIT_TYPES = [option.code for f in default_fields() if f.name == "unit_type" for option in f.options]


def test_every_unit_type_has_its_head() -> None:
    assert len(UNIT_TYPES) >= 4
    assert head_problems(heads_data(), UNIT_TYPES) == []
    assert all(head_kind(name).right for name in heads_data()["heads"])


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("units", "state_body", "head"), "royal", "there is no head royal"),
        (("units", "state_body", "sign"), None, "units.state_body.sign is missing"),
        (("units", "state_body"), None, "units.state_body is missing"),
        (("units", "guild"), {"head": "state", "sign": "X"}, "units.guild is no unit type"),
        (("units", "mass_organization", "named"), [{"head": "youth"}], "begins is missing"),
        (("heads", "party", "mark"), None, "heads.party must have the keys"),
        (("heads", "party", "mark"), "", "`mark` and `number`"),
        (("heads", "party", "right"), [], "needs a line"),
        (("heads", "party", "left"), 99, "20 to 80"),
        (("heads", "party", "copies", "style"), "bold", "heads.party.copies"),
        (("other", "colour"), "red", "other.colour is not a known key"),
        (("other",), None, "must have the keys"),
    ],
)
def test_a_wrong_heads_file_is_told(path: tuple[str, ...], value: Any, problem: str) -> None:
    data: Any = copy.deepcopy(heads_data())
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert any(problem in found for found in head_problems(data, UNIT_TYPES))


@pytest.mark.parametrize(
    ("name", "kind", "alone"),
    [
        ("UBND xã Minh Tân", "state", True),
        ("Uỷ ban nhân dân xã", "state", True),
        ("Văn phòng UBND tỉnh", "state", False),
        ("ubndx", "state", False),
    ],
)
def test_a_name_is_known_by_its_beginning(name: str, kind: str, alone: bool) -> None:
    found = unit_head("state_body", name, {})
    assert (found.kind, found.alone) == (kind, alone)


def test_a_plan_can_give_its_units_another_head() -> None:
    assert unit_head("mass_organization", "Hội Nông dân", {"mass_organization": "party"}).kind == "party"
    assert unit_head(None, "Tổ dân phố", {}).kind == heads_data()["other"]["head"]


def test_what_the_plans_say_about_papers_is_right() -> None:
    own = [plan for plan in PLANS.values() if "paper" in plan.registration]
    assert len(own) >= 4
    for plan in own:
        assert registration_problems(plan.registration) == []
        assert FORMS[plan.id].paper == plan_paper_of(plan.registration["paper"])


def test_the_clauses_of_an_own_form_are_in_the_plan() -> None:
    own = [form for form in FORMS.values() if form.own]
    assert own
    for form in own:
        clauses = form.paper.clauses
        assert set(clauses) == {"title", "columns", "groups", "notes"}
        numbers = [field.column for field in form.fields if field.column]
        paths = [clauses["title"], *(clauses["columns"].replace("{}", str(n)) for n in [1, *numbers])]
        paths += [clauses["notes"].replace("{}", str(n)) for n in numbers]
        paths += [clauses["groups"].replace("{}", numeral) for numeral in ("I", "II", "III", "IV")]
        assert [path for path in paths if PLANS[form.plan_id].clause(path) is None] == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "must be a mapping"),
        ({"colour": {}}, "`paper.colour` is not a known key"),
        ({"above": "UBND"}, "`paper.above` must be a mapping of texts"),
        ({"above": {"guild": "X"}}, "`paper.above.guild`"),
        ({"above": {"state_body": 3}}, "`paper.above` must be a mapping of texts"),
        ({"heads": {"state_body": "royal"}}, "unknown head: royal"),
        ({"office": {"head": "state"}}, "needs `name`"),
        ({"office": {"name": "X", "head": "royal"}}, "unknown head: royal"),
        ({"office": {"name": "X", "seal": "round"}}, "`paper.office.seal`"),
        ({"clauses": {"columns": "Cột"}}, "must have one {}"),
    ],
)
def test_a_wrong_paper_of_a_plan_is_told(data: Any, problem: str) -> None:
    assert any(problem in found for found in paper_problems(data, UNIT_TYPES, heads_data()["heads"]))
    assert any(problem in found for found in registration_problems({"accepts": False, "paper": data}))
