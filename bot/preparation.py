"""What must be on disk before the assistant starts: state folder, passage index, Rasa model."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bot.child import ProcessError, run_to_end
from bot.processes import Say
from bot.programs import RASA_PYTHON, assistant_environment, training_environment
from bot.settings import ROOT, Settings

CODE_SOURCES = (
    "bot/nlu/**/*",
    "knowledge/compact_rows.py",
    "knowledge/vietnamese.py",
    "knowledge/rewriting.py",
    "knowledge/typing_slips.py",
    "knowledge/vocabulary.yml",
    "knowledge/phrases.txt",
    "requirements/rasa.txt",
)
"""The code and packages that a Rasa model is trained with."""

MODEL_SOURCES = ("config.yml", "nlu_data/**/*", *CODE_SOURCES)
"""What a Rasa model is made from."""

INDEX_SOURCES = ("knowledge/**/*", "requirements/assistant.txt")
"""What the passage index is made from, besides the office's own plans and the encoder that a setting names."""

MODELS_KEPT = 2

CACHE = "RASA_CACHE_DIRECTORY"


def check_state_folder(settings: Settings) -> None:
    """Makes the state folder, for its owner only.

    Raises:
        ProcessError: it, or Rasa's database in it, cannot be written.
    """
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ProcessError(_unwritable(home, error.strerror)) from error
    for path in (home, settings.tracker_database):
        if path.exists() and not os.access(path, os.W_OK):
            raise ProcessError(_unwritable(path, "permission denied"))


def _unwritable(path: Path, reason: str | None) -> str:
    return (
        f"{path} cannot be written ({reason}). Give it to this user (chown), "
        "or name another state folder in .env: ASSISTANT_HOME=/path/to/folder"
    )


def model_digest(root: Path) -> str:
    """Twelve hexadecimal digits over the names and contents of everything a model is made from."""
    return _digest(root, MODEL_SOURCES)[:12]


def index_digest(settings: Settings, root: Path = ROOT) -> str:
    """Hexadecimal digits over everything the index is made from, and over the index itself, which may be damaged."""
    parts = (
        settings.encoder,
        str(settings.exact_up_to),
        _digest(root, INDEX_SOURCES),
        _digest(settings.added_plans, ("*",)),
        _digest(settings.index_folder, ("[!.]*",)),
    )
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _digest(folder: Path, patterns: Iterable[str]) -> str:
    """Hexadecimal digits over the names and contents of the files in `folder` that fit a pattern."""
    digest = hashlib.sha256()
    files = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


async def ready_index(settings: Settings) -> None:
    """Builds the passage index, unless nothing has changed since it was last seen to be right.

    Even looking costs seconds, since the command reads every plan and question; so its success is noted beside it.

    Raises:
        ProcessError: it failed; with the end of its log.
    """
    seen_right = settings.index_folder / ".seen-right"
    if seen_right.exists() and seen_right.read_text(encoding="utf-8") == index_digest(settings):
        return
    command = (sys.executable, "-m", "knowledge", "index")
    await run_to_end(command, assistant_environment(settings), ROOT, settings.logs_folder / "index.log")
    seen_right.write_text(index_digest(settings), encoding="utf-8")


def model_file(settings: Settings) -> Path:
    """Where the Rasa model of the present training data is, or will be."""
    return settings.models_folder / f"assistant-{model_digest(ROOT)}.tar.gz"


async def ready_model(settings: Settings, model: Path, say: Say) -> None:
    """Trains the Rasa model named by `model_file` if it is not there.

    Raises:
        ProcessError: training failed; with the end of its log.
    """
    if model.exists():
        return
    say("Training the Rasa model (about two minutes) ...")
    started = time.monotonic()
    scratch = model.parent / "training"  # a model that is there is whole, even if this run is interrupted
    command = (
        *(str(RASA_PYTHON), "-m", "bot.nlu.rasa_train", "--config", "config.yml"),
        "--skip-validation",  # tests/bot/nlu/test_data.py validates
        *("--domain", "nlu_data", "--data", "nlu_data"),
        *("--out", str(scratch), "--fixed-model-name", model.name.removesuffix(".tar.gz")),
    )
    surroundings = training_environment(settings)
    surroundings[CACHE] = str(_of_this_code(Path(surroundings[CACHE]), ROOT))
    await run_to_end(command, surroundings, ROOT, settings.logs_folder / "train.log")
    (scratch / model.name).replace(model)
    say(f"Trained in {time.monotonic() - started:.0f} s.")
    for old in sorted(model.parent.glob("assistant-*.tar.gz"), key=_age)[MODELS_KEPT:]:
        old.unlink()


def _of_this_code(caches: Path, root: Path) -> Path:
    """Where in `caches` Rasa keeps what was learned by the present code; what was learned by other code is deleted.

    Rasa itself would take it as long as the class of a component stays the same, whatever that calls.
    """
    cache = caches / _digest(root, CODE_SOURCES)[:12]
    for other in caches.glob("*"):
        if other.is_dir() and other != cache:
            shutil.rmtree(other)
        elif other.is_file():
            other.unlink()
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _age(model: Path) -> float:
    return -model.stat().st_mtime
