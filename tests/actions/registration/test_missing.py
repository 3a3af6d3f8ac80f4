"""Who is below the target of a plan, by the office's list."""

import pytest

from actions.registration.form import Form, form_of
from actions.registration.missing import Unlisted, report
from actions.registration.units import NO_UNITS, Unit, Units
from knowledge.corpus import load_plans

PLAN = "yenbai-duk-2023"
CELL, MASS, COMMITTEE = "grassroots_party_cell", "mass_organization", "grassroots_party_committee"
OFFICE, UNION, BANK = (
    Unit("Chi bộ Văn phòng", CELL, (PLAN,), ("CB VP",)),
    Unit("Công đoàn Khối", MASS, (PLAN,)),
    Unit("Đảng bộ Ngân hàng", COMMITTEE, (PLAN,)),
)
LISTED = Units([OFFICE, UNION, BANK, Unit("Sở Nội vụ", "state_body", ("caobang-2023",))])


@pytest.fixture(scope="module")
def form() -> Form:
    return form_of(load_plans()[PLAN])


def test_units_below_their_target_are_named_with_the_clause(form: Form) -> None:
    found = report(form, LISTED, [("cb vp", CELL, 1), ("Cong doan khoi", MASS, 1)])
    assert [(each.unit, each.registered, each.target, each.missing, each.clause) for each in found.below] == [
        (UNION, 1, 2, 1, "II › -[2]"),
        (BANK, 0, 2, 2, "II › -[2]"),
    ]
    assert [each.unit for each in found.standings] == [OFFICE, UNION, BANK]
    assert found.unlisted == ()


def test_names_of_one_unit_are_summed(form: Form) -> None:
    found = report(form, LISTED, [("Đảng bộ Ngân hàng", COMMITTEE, 1), ("dang bo ngan hang", COMMITTEE, 3)])
    assert {each.unit: each.registered for each in found.standings}[BANK] == 4


def test_who_is_not_in_the_list_is_named_as_typed(form: Form) -> None:
    found = report(form, LISTED, [("Chi bộ Kho bạc", CELL, 2), ("CHI BO KHO BAC", CELL, 1), ("A", CELL, 1)])
    assert found.unlisted == (Unlisted("A", CELL, 1), Unlisted("Chi bộ Kho bạc", CELL, 3))


def test_a_listed_name_under_another_type_is_not_counted_and_said_so(form: Form) -> None:
    found = report(form, LISTED, [("Chi bộ Văn phòng", MASS, 2)])
    assert found.unlisted == (Unlisted("Chi bộ Văn phòng", MASS, 2, CELL),)
    assert {each.unit: each.registered for each in found.standings}[OFFICE] == 0


def test_a_plan_without_a_target_has_nobody_below_it() -> None:
    form = form_of(load_plans()["backan-vp-2023"])
    assert CELL not in form.targets
    units = Units([Unit("Chi bộ Văn phòng", CELL, (form.plan_id,))])
    (standing,) = report(form, units, []).standings
    assert (standing.target, standing.clause, standing.missing) == (None, None, 0)


def test_without_a_list_all_are_unlisted(form: Form) -> None:
    found = report(form, NO_UNITS, [("Chi bộ Văn phòng", CELL, 2)])
    assert (found.standings, found.unlisted) == ((), (Unlisted("Chi bộ Văn phòng", CELL, 2),))
