"""Documentation that fails the build when it lies: every setting, command, outcome, state and field is in it."""

import re
from pathlib import Path

import pytest
import yaml

from actions.registration.form import default_fields
from bot.settings import Settings
from knowledge.__main__ import parser
from knowledge.answers import outcomes

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_setting_is_documented_with_its_variable() -> None:
    names = [name.upper() for name in Settings.model_fields]
    assert len(names) >= 10
    documented = re.findall(r"^\| `([A-Z_]+)` \|", REFERENCE, flags=re.MULTILINE)
    assert sorted(documented) == sorted(names)


def test_every_outcome_is_documented() -> None:
    assert all(f"| `{name}` |" in REFERENCE for name in outcomes())


def test_every_command_is_documented() -> None:
    verbs = next(a for a in parser()._actions if a.dest == "command").choices
    assert verbs and all(f"python -m knowledge {verb}" in REFERENCE for verb in verbs)


def test_every_field_and_its_codes_are_documented() -> None:
    assert len(default_fields()) == 10
    for field in default_fields():
        row = next(line for line in REFERENCE.splitlines() if line.startswith(f"| `{field.name}` |"))
        assert all(f"`{option.code}`" in row for option in field.options)


def test_every_make_task_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    tasks = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    assert tasks
    for task in tasks.group(1).split():
        assert re.search(rf"^{task}:.*## \S", makefile, flags=re.MULTILINE), task


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r'src="(?!https?:)([^"]+)"', text)
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_files_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:knowledge|actions|bot|nlu_data|tests|docs)/[\w./-]+\.\w+)`", text))
    assert len(named) >= 5
    assert not {name for name in named if not (ROOT / name).exists()}


def test_no_page_names_this_machine() -> None:
    tracked = [path for path in PAGES if path.exists()]
    assert len(tracked) > 8
    assert not [path for path in tracked if re.search(r"/(?:work|root|tmp)/", path.read_text(encoding="utf-8"))]


def test_the_outcome_data_is_whole() -> None:
    for name, entry in outcomes().items():
        assert set(entry) == {"label", "refusal", "staff"}, name
    wording = yaml.safe_load((ROOT / "knowledge" / "wording.yml").read_text(encoding="utf-8"))
    assert {"off_topic", "small_talk", "too_long", "error", "not_in_plan", "clarify"} <= set(wording)
