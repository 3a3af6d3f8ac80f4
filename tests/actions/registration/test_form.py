"""The form as data: the ten fields, what plans say about them, and the linter."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.registration.commands import commands_in
from actions.registration.form import (
    VIETNAM,
    BadForm,
    Deadline,
    Form,
    check_form,
    default_fields,
    form_of,
)
from knowledge.corpus import load_plans
from knowledge.vietnamese import unmark

PLANS = load_plans()


@dataclass(frozen=True)
class BarePlan:
    registration: dict[str, Any] = field(default_factory=dict)
    id: str = "somewhere-2023"
    year: int = 2023


def test_the_default_form_has_the_ten_fields_in_order() -> None:
    assert [(f.name, f.kind, f.column) for f in default_fields()] == [
        ("unit_name", "text", None),
        ("unit_type", "choice", None),
        ("registration_type", "choice", None),
        ("field", "choice", None),
        ("model_name", "text", 2),
        ("quantity", "number", 3),
        ("start_period", "period", 4),
        ("location", "text", 5),
        ("scale", "choice", 6),
        ("completion_period", "period", 7),
    ]


@pytest.mark.parametrize("plan_id", PLANS)
def test_every_plan_of_the_corpus_has_a_good_form(plan_id: str) -> None:
    plan = PLANS[plan_id]
    form = form_of(plan)
    assert check_form(form) == []
    paths = [f.clause for f in form.fields if f.clause]
    paths += [t.clause for t in form.targets.values()]
    paths += [part.clause for part in (form.deadline, form.recipient) if part]
    paths += [path for path in (form.asked_in, form.nearest) if path]
    assert paths
    assert [path for path in paths if plan.clause(path) is None] == []


def test_yen_bai_takes_three_types_of_unit_and_names_its_targets_deadline_and_recipient() -> None:
    form = form_of(PLANS["yenbai-duk-2023"])
    assert form.accepts and form.openly and form.own
    assert [option.code for option in form.field("unit_type").options] == [
        "grassroots_party_committee",
        "mass_organization",
        "grassroots_party_cell",
    ]
    assert {unit: target.at_least for unit, target in form.targets.items()} == {
        "grassroots_party_committee": 2,
        "mass_organization": 2,
        "grassroots_party_cell": 1,
    }
    assert form.deadline is not None and form.deadline.before == date(2023, 4, 25)
    assert form.recipient is not None and "Ban Tuyên giáo" in form.recipient.name
    assert form.number("model_name") == 5


def test_a_deadline_before_a_day_is_late_from_its_first_moment_in_vietnam() -> None:
    deadline = Deadline(date(2023, 4, 25), "III")
    assert not deadline.is_past(datetime(2023, 4, 24, 23, 59, 59, tzinfo=VIETNAM))
    assert deadline.is_past(datetime(2023, 4, 25, tzinfo=VIETNAM))
    assert deadline.is_past(datetime.fromisoformat("2023-04-24T17:00:00+00:00"))


@pytest.mark.parametrize(
    ("registration", "said"),
    [
        ({}, "`accepts`"),
        ({"accepts": True}, "`form`"),
        ({"accepts": True, "form": "own", "fee": 1}, "`fee`"),
        ({"accepts": True, "form": "own", "unit_types": ["army"]}, "army"),
        ({"accepts": True, "form": "own", "clauses": {"colour": "I"}}, "colour"),
        ({"accepts": True, "form": "own", "deadline": {"before": "soon", "clause": "I"}}, "`deadline`"),
        ({"accepts": True, "form": "own", "recipient": {"title": "x"}}, "title"),
        (
            {"accepts": True, "form": "own", "targets": {"state_body": {"at_least": 0, "clause": "I"}}},
            "targets.state_body.at_least",
        ),
    ],
)
def test_a_bad_registration_names_the_file_and_the_key(registration: dict[str, Any], said: str) -> None:
    with pytest.raises(BadForm) as raised:
        form_of(BarePlan(registration))
    assert "somewhere-2023.yml" in str(raised.value)
    assert said in str(raised.value)


def test_a_plan_can_make_a_field_optional() -> None:
    form = form_of(BarePlan({"accepts": True, "form": "default", "optional": ["scale"]}))
    assert [f.name for f in form.fields if not f.required] == ["scale"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "fields"),
        ("fields: [{name: a}]", "fields[1]"),
        ("fields: [{name: a, kind: text, label: {vi: A}, prompt: {}, example: {}}]", "fields.a.label.en"),
    ],
)
def test_a_bad_form_file_names_the_file_and_the_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "default_form.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadForm) as raised:
        default_fields(path)
    assert "default_form.yml" in str(raised.value)
    assert said in str(raised.value)


def test_the_linter_finds_what_is_wrong_with_a_field() -> None:
    fields = default_fields()
    unit_type, quantity = fields[1], fields[5]
    bad = (
        replace(unit_type, options=(*unit_type.options, unit_type.options[0])),
        replace(quantity, kind="colour", max_length=0, not_before="start_period"),
        replace(quantity, options=unit_type.options),
    )
    found = "\n".join(check_form(Form("x", 2023, bad, accepts=True)))
    for expected in (
        "code stands twice",
        "stands twice",
        "none of text",
        "max_length",
        "not_before",
        "only a choice",
    ):
        assert expected in found


def test_no_way_of_saying_an_option_is_a_command() -> None:
    ways = [
        way
        for f in default_fields()
        for option in f.options
        for way in (option.code, *option.label.values(), *option.spoken)
    ]
    assert len(ways) > 40
    assert [way for way in ways if commands_in(way) or commands_in(unmark(way))] == []


def test_no_two_options_of_a_field_are_said_alike() -> None:
    for f in default_fields():
        ways = [way.lower() for option in f.options for way in {*option.label.values(), *option.spoken}]
        assert len(ways) == len(set(ways)), f.name
