"""The list of registrations from a shell."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from actions.registration.__main__ import main
from actions.registration.draft import Draft
from actions.registration.form import VIETNAM
from actions.registration.records import FIELDS
from actions.registration.shell import Shell
from actions.registration.store import open_store

NOW = datetime(2023, 4, 20, 8, 0, tzinfo=VIETNAM)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(address)
    answers = {"unit_name": "Chi bộ Văn phòng", "model_name": "Một cửa", "quantity": 2}
    for number, plan_id in (("1", "yenbai-duk-2023"), ("2", "caobang-2023")):
        draft = Draft(f"d{number}", f"web:{number}", plan_id, answers=answers)
        draft = store.save_draft(draft, NOW, "started")
        if number == "1":
            store.submit(draft, 2023, {}, NOW, late=False)
    store.close()
    return address


def test_the_json_list_has_the_fields_of_the_contract(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"], Shell(url)) == 0
    first, second = json.loads(capsys.readouterr().out)
    named = {"reference", "status", "user", "plan_id", "version", "created_at", "updated_at", "submitted_at"}
    assert {*FIELDS, *named} <= set(first)
    assert first["reference"] == "DVK-2023-0001"
    assert (first["status"], first["user"], first["quantity"]) == ("submitted", "web:1", 2)
    assert first["submitted_at"] == "2023-04-20T08:00:00+07:00"
    assert (second["status"], second["reference"], second["submitted_at"]) == ("draft", None, None)
    assert second["scale"] is None


@pytest.mark.parametrize(
    ("options", "users"),
    [
        (["--user", "web:1"], ["web:1"]),
        (["--plan", "caobang-2023"], ["web:2"]),
        (["--user", "web:1", "--plan", "caobang-2023"], []),
    ],
)
def test_the_list_is_filtered(
    url: str, capsys: pytest.CaptureFixture[str], options: list[str], users: list[str]
) -> None:
    assert main(["list", "--json", *options], Shell(url)) == 0
    assert [each["user"] for each in json.loads(capsys.readouterr().out)] == users


def test_without_json_it_is_a_table(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"], Shell(url)) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["reference", "status", "plan_id"]
    assert len(rows) == 2 and "Một cửa" in rows[0]


def test_a_store_that_cannot_be_opened_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["list"], Shell(f"sqlite:///{tmp_path / 'file' / 'store.db'}")) == 1
    assert "database cannot be used" in capsys.readouterr().err


def test_what_rasa_loads_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; import actions.registration.periods, actions.registration.amounts;"
        "names = {name.partition('.')[0] for name in sys.modules};"
        "print(names & {'yaml', 'sqlalchemy', 'alembic', 'rasa_sdk', 'numpy', 'torch'} or 'light')"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "light"
