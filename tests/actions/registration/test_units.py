"""The list of units: its check, and which unit a typed name means, or none rather than a wrong one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.registration.form import form_of
from actions.registration.store import open_store
from actions.registration.units import NO_UNITS, BadUnits, Unit, Units, load_units, open_units, unit_types_of
from knowledge.corpus import load_plans
from knowledge.vietnamese import unmark
from tests.actions.registration.filled import ANSWERS, saved, submit

PLAN = "yenbai-duk-2023"
CELL, MASS = "grassroots_party_cell", "mass_organization"
TYPES = {PLAN: [CELL, MASS, "grassroots_party_committee"], "caobang-2023": ["state_body"], "honglinh-2023": []}


def cells(*names: str) -> Units:
    return Units(Unit(name, CELL, (PLAN,)) for name in names)


LISTED = Units(
    [
        Unit("Chi bộ Văn phòng", CELL, (PLAN,), ("CB VP", "Chi bộ Văn phòng Đảng ủy Khối")),
        Unit("Chi bộ Hành chính", CELL, (PLAN,)),
        Unit("Công đoàn Văn phòng", MASS, (PLAN,)),
        Unit("Chi bộ 1", CELL, (PLAN,)),
        Unit("Chi bộ 11", CELL, (PLAN,)),
        Unit("Chi bộ Tân An", CELL, (PLAN,)),
        Unit("Chi bộ xã Hòa Bình", CELL, (PLAN,)),
        Unit("Công ty Điện lực", CELL, (PLAN,)),
        Unit("Công ty Điện lực", MASS, (PLAN,)),
        Unit("Sở Nội vụ", "state_body", ("caobang-2023",)),
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Chi bộ Văn phòng", "Chi bộ Văn phòng"),
        ("  chi bộ   VĂN PHÒNG. ", "Chi bộ Văn phòng"),
        ("chi bo van phong", "Chi bộ Văn phòng"),
        ("“Chi bộ Văn phòng”", "Chi bộ Văn phòng"),
        ("Chi bộ - Văn phòng", "Chi bộ Văn phòng"),
        ("cb vp", "Chi bộ Văn phòng"),
        ("chi bo van phong dang uy khoi", "Chi bộ Văn phòng"),
        ("chi bo vanphong", "Chi bộ Văn phòng"),
        ("Chibộ Văn phòng", "Chi bộ Văn phòng"),
        ("chi bo van phogn", "Chi bộ Văn phòng"),
        ("Chi bộ Hành chnih", "Chi bộ Hành chính"),
        ("chi bo so 1", "Chi bộ 1"),
        ("Chi bộ số 01", "Chi bộ 1"),
        ("Chi bộ 11", "Chi bộ 11"),
        ("Chi bộ xã hoà bình", "Chi bộ xã Hòa Bình"),
        ("Công đoàn văn phòng", "Công đoàn Văn phòng"),
    ],
)
def test_a_name_means_its_unit(typed: str, meant: str) -> None:
    unit = LISTED.match(typed, PLAN)
    assert unit is not None and unit.name == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("Chi bộ 2", "Chi bộ 111", "Chi bộ 1 1", "Chi bộ 1A", "Chi bộ I", "Chi bộ 101"),
        *("Văn phòng", "Đảng bộ Văn phòng", "Chi bộ Công đoàn Văn phòng", "Đoàn thanh niên Văn phòng"),
        *("Chi bộ Tài chính", "Chi bộ Thành chính", "Chi bộ Hành Trình"),
        *(
            "Chi bộ Tân Ân",
            "Chi bộ Tân Anh",
            "Chi bộ Tận An",
            "Chi bộ Van phong",
            "Chi bộ xã Hòa Minh",
            "Chi bộ xã Hoa Binh 2",
        ),
        *("", "?", "Chi bộ", "1", "11", "Sở Nội vụ"),
    ],
)
def test_another_name_means_none(typed: str) -> None:
    assert LISTED.match(typed, PLAN) is None


def test_of_units_with_one_name_the_type_tells_which() -> None:
    for unit_type in (CELL, MASS):
        unit = LISTED.match("cong ty dien luc", PLAN, unit_type)
        assert unit is not None and unit.type == unit_type
    assert LISTED.match("cong ty dien luc", PLAN) is None
    assert LISTED.match("cong ty dien luc", PLAN, "state_body") is None


def test_units_that_marks_alone_tell_apart_stay_apart() -> None:
    units = cells("Chi bộ Hà", "Chi bộ Hạ")
    assert [unit.name for name in ("chi bộ hà", "CHI BỘ HẠ") if (unit := units.match(name, PLAN))] == [
        *("Chi bộ Hà", "Chi bộ Hạ")
    ]
    assert units.match("chi bo ha", PLAN) is None
    keys = [units.key(name, PLAN, CELL) for name in ("Chi bộ Hà", "Chi bộ Hạ", "chi bo ha", "Chi bộ Há")]
    assert len(set(keys[:2])) == 2 and not set(keys[:2]) & set(keys[2:])


def test_the_key_follows_the_unit() -> None:
    assert LISTED.key("CB VP", PLAN, CELL) == LISTED.key("chi bo van phogn", PLAN, CELL) == "chi bo van phong"
    assert LISTED.key("Chi bộ Tân An", PLAN, CELL) != LISTED.key("Chi bộ Tân Ân", PLAN, CELL)
    assert LISTED.key("Chi bộ 1", PLAN, CELL) != LISTED.key("Chi bộ 11", PLAN, CELL)
    assert LISTED.key("Chi bộ Kho bạc", PLAN) == LISTED.key("CHI BO KHO BAC", PLAN) == "chi bo kho bac"
    assert NO_UNITS.key("Chi bộ Văn phòng", PLAN, CELL) == "chi bo van phong"


WORDS = ["Chi", "bộ", "Văn", "phòng", "Hành", "chính", "1", "11", "2", "Tân", "An", "Ân", "Hà", "Hạ", "số", "01", "A"]
NAMES = st.lists(st.sampled_from(WORDS), max_size=6)


@given(NAMES, NAMES)
def test_names_that_differ_without_marks_and_numbers_aside_are_never_one(one: list[str], other: list[str]) -> None:
    first, second = " ".join(one), " ".join(other)
    units = cells(first or "Chi bộ")
    if units.match(second, PLAN) is not None:
        folded = [
            [unmark(word).lower().lstrip("0") for word in words if unmark(word).lower() != "so"]
            for words in (one or ["Chi", "bộ"], other)
        ]
        assert "".join(folded[0]) == "".join(folded[1])
        assert [w for w in folded[0] if w.isdigit()] == [w for w in folded[1] if w.isdigit()]


@given(st.text(max_size=60))
def test_anything_typed_has_a_key(typed: str) -> None:
    assert isinstance(LISTED.key(typed, PLAN, CELL), str)


def write(folder: Path, content: str) -> Path:
    file = folder / "units.yml"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_list_is_read(tmp_path: Path) -> None:
    units = load_units(
        write(
            tmp_path,
            f"""
units:
  - name: Chi bộ Văn phòng
    aliases: [CB VP]
    type: {CELL}
    plans: [{PLAN}]
  - {{name: Sở Nội vụ, type: state_body, plans: [caobang-2023]}}
""",
        ),
        TYPES,
    )
    assert len(units) == 2
    assert units.of_plan(PLAN) == (Unit("Chi bộ Văn phòng", CELL, (PLAN,), ("CB VP",)),)


@pytest.mark.parametrize("content", ["", "units:", "units: []", "# nothing yet\n"])
def test_an_empty_list_has_no_units(tmp_path: Path, content: str) -> None:
    assert len(load_units(write(tmp_path, content), TYPES)) == 0


def test_a_missing_file_is_an_empty_list_unless_it_was_named(tmp_path: Path) -> None:
    assert len(load_units(tmp_path / "units.yml", TYPES)) == 0
    with pytest.raises(BadUnits, match=r"units\.yml"):
        load_units(tmp_path / "units.yml", TYPES, required=True)


GOOD = f"type: {CELL}, plans: [{PLAN}]"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("- a", "the one key `units`"),
        ("units: {a: 1}", "the one key `units`"),
        ("unit: []", "the one key `units`"),
        ("units: [", "cannot be read as YAML"),
        ("units: [Chi bộ 1]", r"units\[1\]: must be a mapping"),
        (f"units: [{{{GOOD}}}]", r"units\[1\]: `name`"),
        (f"units: [{{name: 12, {GOOD}}}]", "`name`"),
        (f"units: [{{name: '...', {GOOD}}}]", "`name`"),
        (f"units: [{{name: {'a' * 301}, {GOOD}}}]", "300"),
        (f"units: [{{name: A, aliases: B, {GOOD}}}]", "`aliases`"),
        (f"units: [{{name: A, alias: [B], {GOOD}}}]", "`alias` is not a known key"),
        (f"units: [{{name: A, type: {CELL}}}]", "`plans`"),
        (f"units: [{{name: A, type: {CELL}, plans: yenbai}}]", "`plans`"),
        (f"units: [{{name: A, type: {CELL}, plans: [yenbai]}}]", "'yenbai' is no plan; there are yenbai-duk-2023"),
        (f"units: [{{name: A, type: cell, plans: [{PLAN}]}}]", f"'cell' does not register under {PLAN}; these do"),
        (f"units: [{{name: A, type: {CELL}, plans: [honglinh-2023]}}]", "these do: none"),
        (
            f"units: [{{name: A, {GOOD}}}, {{name: B, aliases: [a], {GOOD}}}]",
            r"units\[2\]: 'a' is a name of units\[1\]",
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_place(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(BadUnits, match=problem) as bad:
        load_units(write(tmp_path, content), TYPES)
    assert str(tmp_path / "units.yml") in str(bad.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadUnits) as bad:
        load_units(write(tmp_path, "units: [1, {name: A, plans: []}]"), TYPES)
    assert len(str(bad.value).splitlines()) == 2


def test_the_types_of_a_plan_come_from_its_form() -> None:
    types = unit_types_of(form_of(plan) for plan in load_plans().values())
    assert types[PLAN] == ["grassroots_party_committee", MASS, CELL]
    assert types["honglinh-2023"] == []


def test_the_example_of_the_documentation_is_a_list_to_begin_with() -> None:
    units = open_units(Path(__file__).parents[3] / "docs" / "units.example.yml", load_plans().values(), required=True)
    unit = units.match("chi bo vp", PLAN)
    assert unit is not None and unit.name == "Chi bộ Văn phòng"
    assert len(open_units(None, load_plans().values())) == 0


def test_registrations_are_counted_by_the_list_also_those_from_before(url: str) -> None:
    store = open_store(url)
    for number, name in enumerate(("Chi bộ Văn phòng", "CB VP", "Chi bộ 11")):
        submit(store, saved(store, f"d{number}", answers={**ANSWERS, "unit_name": name}))
    assert store.count_models(PLAN, "Chi bộ Văn phòng", CELL) == 2
    store.close()
    listed = open_store(url, LISTED)
    assert listed.count_models(PLAN, "chi bo van phong", CELL) == 4
    assert listed.count_models(PLAN, "Chi bộ 1", CELL) == 0
    submit(listed, saved(listed, "d4", answers={**ANSWERS, "unit_name": "chi bo van phogn"}))
    assert listed.count_models(PLAN, "Chi bộ Văn phòng", CELL) == 6
    assert [each.answers["unit_name"] for each in listed.registrations()][-1] == "chi bo van phogn"
    assert listed.count_by_the_list() == 0
    listed.close()
    unlisted = open_store(url, NO_UNITS)
    assert unlisted.count_models(PLAN, "Chi bộ Văn phòng", CELL) == 2
    unlisted.close()
