"""The office's commands in a shell."""

import getpass
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from actions.registration.__main__ import main, parser
from actions.registration.form import Form, form_of
from actions.registration.shell import Shell
from actions.registration.staff_commands import comments_of
from actions.registration.store import Store, open_store
from knowledge.corpus import load_plans
from tests.actions.registration.filled import ANSWERS, NOW, saved, submit

REFERENCE = "DVK-2023-0001"
UNITS = """
units:
  - {name: Chi bộ Văn phòng, type: grassroots_party_cell, plans: [yenbai-duk-2023]}
  - {name: Công đoàn Khối, type: mass_organization, plans: [yenbai-duk-2023]}
"""

Run = Callable[..., int]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """One registration of two models by the office's cell."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    submit(opened, saved(opened))
    return opened


@pytest.fixture
def run(tmp_path: Path, store: Store) -> Run:
    def command(*arguments: str, now: datetime = NOW) -> int:
        units = tmp_path / "units.yml"
        return main(arguments, Shell(f"sqlite:///{tmp_path / 'store.db'}", None, lambda: now, units))

    return command


@pytest.fixture(scope="module")
def form() -> Form:
    return form_of(load_plans()["yenbai-duk-2023"])


def test_accepting_says_what_was_accepted_and_is_audited(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("accept", REFERENCE.lower(), "--comment", "Tốt", "--by", "Lan") == 0
    assert capsys.readouterr().out == f"{REFERENCE} accepted, version 2: Chi bộ Văn phòng, Một cửa thân thiện\n"
    assert store.audit(REFERENCE)[-1] == ("accepted", "shell:Lan", 2)
    assert run("accept", REFERENCE) == 0
    assert len(store.audit(REFERENCE)) == 2


def test_who_decides_is_by_default_the_user_of_the_shell(run: Run, store: Store) -> None:
    assert run("accept", REFERENCE) == 0
    assert store.audit(REFERENCE)[-1][1] == f"shell:{getpass.getuser()}"


def test_returning_names_fields_as_the_office_calls_them(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    comments = ("--comment", "Số lượng: mỗi chi bộ: một", "--comment", "dia diem: phòng nào?")
    assert run("return", REFERENCE, *comments) == 0
    assert store.returned_to("web:1")[0].comments == {"quantity": "mỗi chi bộ: một", "location": "phòng nào?"}
    out = capsys.readouterr().out
    assert f"{REFERENCE} returned, version 2" in out and "Địa điểm triển khai: phòng nào?" in out
    assert run("return", REFERENCE, *comments) == 0
    assert len(store.audit(REFERENCE)) == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [("quantity: a", "quantity"), ("6: a", "quantity"), ("Số mô hình: a", "quantity"), ("QUY MÔ : a", "scale")],
)
def test_a_field_may_be_named_in_several_ways(form: Form, said: str, field: str) -> None:
    assert comments_of([said], form) == {field: "a"}


def test_two_comments_to_one_field_are_joined(form: Form) -> None:
    assert comments_of(["scale: a", "quy mô: b"], form) == {"scale": "a; b"}


@pytest.mark.parametrize("said", ["sai rồi", "màu: sai", "quantity:", "quantity: ", ":", "11: sai"])
def test_a_comment_to_no_field_is_refused_with_the_fields(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str], said: str
) -> None:
    assert run("return", REFERENCE, "--comment", said) == 1
    error = capsys.readouterr().err
    assert "FIELD: TEXT" in error and "quantity  (Số lượng)" in error
    assert store.history(REFERENCE)[-1].status == "submitted"


@pytest.mark.parametrize("command", [("accept",), ("return", "--comment", "quantity: a")])
def test_what_cannot_be_reviewed_is_said(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    verb, *options = command
    assert run(verb, "DVK-2023-0777", *options) == 1
    assert "There is no registration DVK-2023-0777." in capsys.readouterr().err
    assert run(verb, REFERENCE, *options, "--version", "4") == 1
    assert "now version 1, not 4" in capsys.readouterr().err
    store.withdraw(REFERENCE, "web:1", NOW)
    assert run(verb, REFERENCE, *options) == 1
    assert "withdrawn" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["return", REFERENCE],
        ["accept"],
        ["accept", REFERENCE, "--by", " "],
        ["missing"],
        ["accept", "X", "--by", "n" * 101],
    ],
)
def test_an_incomplete_command_shows_its_usage(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2 and "usage:" in capsys.readouterr().err


def test_a_registrant_who_has_erased_their_data_cannot_be_asked(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    store.erase("web:1", NOW)
    assert run("return", REFERENCE, "--comment", "scale: ?") == 0
    assert "nobody will be asked" in capsys.readouterr().out


def test_a_registration_of_a_plan_no_longer_there_can_be_returned(run: Run, store: Store) -> None:
    reference = submit(store, saved(store, "d2", plan_id="removed-2023"))
    assert run("return", reference, "--comment", "scale: ?") == 0


def test_missing_lists_who_is_below_target_and_who_is_unlisted(
    run: Run, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "units.yml").write_text(UNITS, encoding="utf-8")
    submit(store, saved(store, "d2", answers={**ANSWERS, "unit_name": "Chi bộ Kho bạc"}))
    assert run("missing", "--plan", "yenbai-duk-2023") == 0
    assert capsys.readouterr().out.splitlines() == [
        "yenbai-duk-2023: 1 of 2 units are below their target.",
        "  Công đoàn Khối (mass_organization): 0 of 2 registered, 2 missing [II › -[2]]",
        "Registered, but not in the list:",
        "  Chi bộ Kho bạc (grassroots_party_cell): 2 registered",
    ]
    assert run("missing", "--plan", "yenbai-duk-2023", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "plan_id": "yenbai-duk-2023",
        "listed": 2,
        "below": [
            {
                "unit": "Công đoàn Khối",
                "unit_type": "mass_organization",
                "registered": 0,
                "target": 2,
                "missing": 2,
                "clause": "II › -[2]",
            }
        ],
        "unlisted": [
            {"unit": "Chi bộ Kho bạc", "unit_type": "grassroots_party_cell", "registered": 2, "listed_as": None}
        ],
    }


def test_missing_without_a_list_says_so(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("missing", "--plan", "yenbai-duk-2023") == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"yenbai-duk-2023: no units are listed in {tmp_path / 'units.yml'}; see docs/operating.md."
    assert rest == ["Registered, but not in the list:", "  Chi bộ Văn phòng (grassroots_party_cell): 2 registered"]


def test_a_wrong_list_or_plan_is_said(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("missing", "--plan", "yenbai") == 1
    assert "There is no plan yenbai; there are backan-vp-2023" in capsys.readouterr().err
    (tmp_path / "units.yml").write_text("units: [{name: A}]", encoding="utf-8")
    assert run("missing", "--plan", "yenbai-duk-2023") == 1
    assert "units[1]: `plans`" in capsys.readouterr().err


def test_a_plan_without_targets_is_said_to_have_none(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "units.yml").write_text(
        UNITS.replace("yenbai-duk-2023", "backan-vp-2023").replace("mass_organization", "grassroots_party_cell"),
        encoding="utf-8",
    )
    assert run("missing", "--plan", "backan-vp-2023") == 0
    assert "The plan sets no target for:" in capsys.readouterr().out


def test_unfinished_drafts_are_reported_once_their_plan_has_closed(
    run: Run, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(store, "d5", "web:5", answers={"unit_name": "Chi bộ Kho bạc"})
    assert run("unfinished") == 0
    assert capsys.readouterr().out == "No unfinished drafts.\n"
    assert run("unfinished", "--plan", "yenbai-duk-2023") == 0
    line = "yenbai-duk-2023: Chi bộ Kho bạc, 1 of 10 fields, 2023-04-20T08:00:00+07:00\n"
    assert capsys.readouterr().out == line
    assert run("unfinished", now=NOW + timedelta(days=300)) == 0
    assert capsys.readouterr().out == line
    assert run("unfinished", "--json", now=NOW + timedelta(days=300)) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["user"], found["answered"], found["model_name"]) == ("web:5", 1, None)
    assert run("unfinished", "--plan", "caobang-2023", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run("unfinished", "--plan", "nowhere") == 1


def test_every_command_is_documented() -> None:
    verbs = next(action for action in parser()._actions if action.dest == "command").choices
    reference = (Path(__file__).parents[3] / "docs" / "reference.md").read_text(encoding="utf-8")
    assert verbs and all(f"| `python -m actions.registration {verb} " in reference for verb in verbs)
