"""Which registrations are written, under which name, by which command, and how the file gets into its place."""

import json
import os
import stat
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from actions.registration.__main__ import main
from actions.registration.draft import Draft
from actions.registration.papers.exporting import chosen, paper_for, put
from actions.registration.shell import Shell
from actions.registration.store import open_store
from actions.registration.units import Unit, Units
from tests.actions.registration.papers.samples import ANSWERS, CAO_BANG, FORMS, NOW, PLANS, YEN_BAI, registered

ROOT = Path(__file__).parents[4]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Two units with submitted registrations, and a draft."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(url)
    for number, unit in enumerate(["Chi bộ Văn phòng", "chi bo van phong", "Chi bộ Thanh tra", "Chi bộ Nháp"], 1):
        draft = Draft(f"d{number}", f"web:{number}", YEN_BAI, answers={**ANSWERS, "unit_name": unit})
        draft = store.save_draft(draft, NOW, "started")
        if number < 4:
            store.submit(draft, 2023, {}, NOW, late=False)
    store.close()
    return Shell(url, clock=lambda: NOW)


def export(shell: Shell, out: Path, *options: str) -> int:
    return main(["export", "--plan", YEN_BAI, "--out", str(out), *options], shell)


def models(file: Path) -> list[str]:
    rows = Document(str(file)).tables[1].rows
    return [row.cells[1].text for row in rows if row.cells[0].text.isdecimal()]


def test_only_submitted_and_accepted_ones_are_taken() -> None:
    states = ["submitted", "accepted", "draft", "returned", "withdrawn"]
    found = chosen([registered(n, status=state) for n, state in enumerate(states, 1)], YEN_BAI)
    assert [each.status for each in found] == ["submitted", "accepted"]


def test_they_are_chosen_by_plan_unit_and_reference() -> None:
    every = [
        registered(1),
        registered(2, unit_name="CHI BO VAN PHONG"),
        registered(3, unit_name="Chi bộ Thanh tra"),
        registered(4, plan_id=CAO_BANG),
        registered(5, unit_name="CBVP"),
    ]
    numbers = {each.reference: n for n, each in enumerate(every, 1)}
    listed = Units([Unit("Chi bộ Văn phòng", "grassroots_party_cell", (YEN_BAI,), ("CBVP",))])

    def found(**asked: object) -> list[int]:
        return [numbers[each.reference] for each in chosen(every, YEN_BAI, **asked)]  # type: ignore[arg-type]

    assert found() == [1, 2, 3, 5]
    assert found(unit="chi bộ văn phòng") == [1, 2]
    assert found(unit="chi bộ văn phòng", units=listed) == [1, 2, 5]
    assert found(reference="dvk-2023-0003") == [3]
    assert found(reference="DVK-2023-0003", unit="Chi bộ Văn phòng") == []


def test_a_person_gets_a_paper_with_a_name_that_every_messenger_takes() -> None:
    name, content = paper_for(registered(12), FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert name == "dang-ky-DVK-2023-0012.docx" and name.isascii()
    assert "DVK-2023-0012" in "\n".join(p.text for p in Document(BytesIO(content)).paragraphs)


def test_a_draft_has_no_paper() -> None:
    with pytest.raises(ValueError, match="draft"):
        paper_for(registered(status="draft"), FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)


def test_a_whole_plan_is_exported_without_drafts(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "plan.docx"
    assert export(shell, out) == 0
    assert "3 registrations" in capsys.readouterr().out
    assert models(out) == ["Chi bộ Thanh tra", "Chi bộ Văn phòng", "chi bo van phong"]
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".new")] == []


def test_one_unit_and_one_registration_are_papers_of_the_unit(shell: Shell, tmp_path: Path) -> None:
    assert export(shell, tmp_path / "unit.docx", "--unit", "CHI BỘ VĂN PHÒNG") == 0
    assert models(tmp_path / "unit.docx") == ["Một cửa thân thiện"] * 2
    assert export(shell, tmp_path / "one.docx", "--reference", "DVK-2023-0003") == 0
    assert "CHI BỘ THANH TRA" in Document(str(tmp_path / "one.docx")).tables[0].cell(0, 0).text


def test_the_format_is_told_or_taken_from_the_name(shell: Shell, tmp_path: Path) -> None:
    assert export(shell, tmp_path / "a.xlsx") == 0
    assert load_workbook(tmp_path / "a.xlsx").worksheets[0].max_row == 4
    assert export(shell, tmp_path / "b.CSV") == 0
    assert (tmp_path / "b.CSV").read_bytes().startswith(b"\xef\xbb\xbf")
    assert export(shell, tmp_path / "c", "--format", "xlsx") == 0
    assert load_workbook((tmp_path / "c").open("rb")).worksheets[0].max_row == 4
    assert export(shell, tmp_path / "d.odt") == 0
    assert Document(str(tmp_path / "d.odt")).tables


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--plan", "nowhere-2023"], "There is no plan nowhere-2023; there are "),
        (["--plan", "honglinh-2023"], "takes no registrations"),
        (["--plan", CAO_BANG], "No submitted registration under the plan caobang-2023."),
        (["--unit", "Chi bộ Nháp"], "and unit Chi bộ Nháp."),
        (["--reference", "DVK-2023-9999"], "and reference DVK-2023-9999."),
    ],
)
def test_what_cannot_be_exported_is_said_and_no_file_made(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], problem: str
) -> None:
    assert export(shell, tmp_path / "x.docx", *options) == 1
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "x.docx").exists()


def test_an_existing_file_is_replaced_only_by_force(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.csv"
    out.write_text("mine", encoding="utf-8")
    assert export(shell, out) == 1
    assert "--force" in capsys.readouterr().err and out.read_text(encoding="utf-8") == "mine"
    assert export(shell, out, "--force") == 0
    assert out.read_bytes() != b"mine"


def test_a_place_that_cannot_be_written_is_said(
    shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(shell, tmp_path / "none" / "x.docx") == 1
    assert "There is no folder" in capsys.readouterr().err
    assert export(shell, tmp_path) == 1
    assert "is a folder" in capsys.readouterr().err
    assert export(shell, tmp_path / ("x" * 300 + ".csv"), "--force") == 1
    assert capsys.readouterr().err


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "x.csv"
    out.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put(b"new", out)
    assert out.read_bytes() == b"old" and list(tmp_path.iterdir()) == [out]


def test_a_new_file_can_be_read_by_whom_the_folder_lets(tmp_path: Path) -> None:
    plain, made = tmp_path / "plain", tmp_path / "made"
    plain.write_bytes(b"")
    put(b"x", made)
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_the_command_runs_with_the_settings_of_the_machine(shell: Shell, tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "ASSISTANT_HOME": str(tmp_path),
        "DATABASE_URL": shell.database_url,
        "ASSISTANT_NOW": "2023-04-20T08:00:00+07:00",
    }
    command = [sys.executable, "-m", "actions.registration"]
    out = tmp_path / "x.docx"
    done = subprocess.run(
        [*command, "export", "--plan", YEN_BAI, "--out", str(out)],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert Document(str(out)).tables[0].cell(1, 1).text == "Yên Bái, ngày 20 tháng 4 năm 2023"
    listed = subprocess.run([*command, "list", "--json"], cwd=ROOT, env=surroundings, capture_output=True, timeout=120)
    assert len(json.loads(listed.stdout)) == 4
