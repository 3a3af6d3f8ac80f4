import asyncio
import os
from pathlib import Path

import pytest

from bot import preparation
from bot.child import ProcessError
from bot.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    return load_settings(assistant_home=tmp_path / "state")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in ("config.yml", "nlu_data/nlu/ask.yml", "bot/nlu/tokens.py", "knowledge/vietnamese.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def fake_training(folder: Path, code: str) -> Path:
    """A stand-in for Rasa's Python: a script that sees the arguments of the training command."""
    script = folder / "python"
    script.write_text(f"#!/bin/bash\n{code}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


WRITES_A_MODEL = """
while [ $# -gt 0 ]; do
    case $1 in --out) out=$2 ;; --fixed-model-name) name=$2 ;; esac
    shift
done
mkdir -p "$out"
echo trained > "$out/$name.tar.gz"
"""


@pytest.mark.parametrize("name", ["config.yml", "nlu_data/nlu/ask.yml", "bot/nlu/tokens.py"])
def test_a_changed_source_changes_the_model(project: Path, name: str) -> None:
    before = preparation.model_digest(project)
    (project / name).write_text("changed", encoding="utf-8")
    assert preparation.model_digest(project) != before


def test_a_new_or_renamed_training_file_changes_the_model(project: Path) -> None:
    before = preparation.model_digest(project)
    (project / "nlu_data/nlu/ask.yml").rename(project / "nlu_data/nlu/more.yml")
    assert preparation.model_digest(project) != before


def test_what_a_model_is_not_made_from_changes_nothing(project: Path) -> None:
    before = preparation.model_digest(project)
    (project / "bot/nlu/__pycache__").mkdir()
    (project / "bot/nlu/__pycache__/tokens.pyc").write_bytes(b"compiled")
    (project / "knowledge/search.py").write_text("", encoding="utf-8")
    os.utime(project / "config.yml", (0, 0))
    assert preparation.model_digest(project) == before


def test_a_model_is_trained_once_and_old_ones_go(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "RASA_PYTHON", fake_training(tmp_path, WRITES_A_MODEL))
    said: list[str] = []
    for age, name in enumerate(["newer", "older", "oldest"]):
        old = settings.models_folder / f"assistant-{name}.tar.gz"
        old.parent.mkdir(parents=True, exist_ok=True)
        old.touch()
        os.utime(old, (1000 - age, 1000 - age))
    model = preparation.model_file(settings)
    for _ in range(2):
        asyncio.run(preparation.ready_model(settings, model, said.append))
    assert model.read_text(encoding="utf-8") == "trained\n"
    assert [line.split()[0] for line in said] == ["Training", "Trained"]
    kept = {path.name for path in settings.models_folder.glob("*.tar.gz")}
    assert kept == {model.name, "assistant-newer.tar.gz"}


def test_what_was_learned_by_other_code_is_not_taken(
    settings: Settings, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = settings.home / "rasa-cache"
    learns = fake_training(tmp_path, WRITES_A_MODEL + 'touch "$RASA_CACHE_DIRECTORY/$name"')
    monkeypatch.setattr(preparation, "RASA_PYTHON", learns)
    (kept / "of an earlier layout").mkdir(parents=True)
    (kept / "cache.db").touch()
    monkeypatch.setattr(preparation, "ROOT", project)
    folders = []
    for changed in ("nlu_data/new.yml", "nlu_data/other.yml", "knowledge/vietnamese.py"):
        (project / changed).write_text("changed", encoding="utf-8")
        asyncio.run(preparation.ready_model(settings, preparation.model_file(settings), lambda _: None))
        folders.append(next(iter(kept.iterdir())))
        assert [*kept.iterdir()] == folders[-1:]
    assert folders[0] == folders[1] != folders[2]
    assert len([*folders[2].iterdir()]) == 1


def test_a_failed_training_is_told_and_leaves_no_model(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "RASA_PYTHON", fake_training(tmp_path, "echo bad rule; exit 1"))
    model = preparation.model_file(settings)
    with pytest.raises(ProcessError, match=r"(?s)failed \(exit code 1\).*bad rule"):
        asyncio.run(preparation.ready_model(settings, model, lambda _: None))
    assert not model.exists()


def test_the_index_is_looked_at_only_after_a_change(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    async def build(command: tuple[str, ...], *_: object) -> None:
        runs.append(command[1:])
        settings.index_folder.mkdir(parents=True, exist_ok=True)
        (settings.index_folder / "vectors").write_text("whole", encoding="utf-8")

    monkeypatch.setattr(preparation, "run_to_end", build)
    for expected in (1, 1):
        asyncio.run(preparation.ready_index(settings))
        assert runs == [("-m", "knowledge", "index")] * expected
    (settings.index_folder / "vectors").write_text("damaged", encoding="utf-8")
    asyncio.run(preparation.ready_index(settings))
    settings.added_plans.mkdir(parents=True)
    (settings.added_plans / "new.yml").write_text("id: new", encoding="utf-8")
    asyncio.run(preparation.ready_index(settings))
    other = load_settings(assistant_home=settings.home, encoder="another")
    asyncio.run(preparation.ready_index(other))
    assert len(runs) == 4


@pytest.mark.parametrize("name", ["knowledge/vocabulary.yml", "knowledge/plans/new.txt"])
def test_a_changed_plan_or_word_list_changes_the_index(settings: Settings, project: Path, name: str) -> None:
    before = preparation.index_digest(settings, project)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("changed", encoding="utf-8")
    assert preparation.index_digest(settings, project) != before


def test_a_failed_look_at_the_index_is_not_taken_for_a_right_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ProcessError("no space left")

    monkeypatch.setattr(preparation, "run_to_end", fail)
    for _ in range(2):
        with pytest.raises(ProcessError):
            asyncio.run(preparation.ready_index(settings))


def test_the_state_folder_is_made_for_its_owner_only(settings: Settings) -> None:
    preparation.check_state_folder(settings)
    assert settings.home.stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_made_is_told(settings: Settings) -> None:
    settings.home.write_text("a file stands in the way", encoding="utf-8")
    with pytest.raises(ProcessError, match=r"cannot be written .*ASSISTANT_HOME="):
        preparation.check_state_folder(settings)


def test_an_unwritable_dialogue_database_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    preparation.check_state_folder(settings)
    settings.tracker_database.touch(mode=0o400)
    monkeypatch.setattr(os, "access", lambda path, mode: path != settings.tracker_database)  # root may all
    with pytest.raises(ProcessError, match=r"dialogue\.sqlite cannot be written"):
        preparation.check_state_folder(settings)
