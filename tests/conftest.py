"""What takes long to make, is made once for all processes that run tests, and is kept from one run to the next."""

import asyncio
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.preparation import index_digest, model_digest, model_file, ready_model
from bot.programs import RASA_PYTHON
from bot.settings import ROOT, load_settings


@pytest.fixture(scope="session")
def trained_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Rasa model of the present training data; its name holds its digest."""
    assert RASA_PYTHON.exists(), "Rasa's environment is not there: run `make test`"
    kept = Path(request.config.cache.mkdir("rasa-models"))
    model = kept / f"assistant-{model_digest(ROOT)}.tar.gz"
    with _one_at_a_time(kept):
        if not model.exists():
            for old in kept.glob("*.tar.gz"):
                old.unlink()
            settings = load_settings(assistant_home=tmp_path_factory.mktemp("training"))
            asyncio.run(ready_model(settings, model_file(settings), print))
            part = model.with_suffix(".part")
            shutil.copyfile(model_file(settings), part)
            part.replace(model)
    return model


@pytest.fixture(scope="session")
def shipped_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the shipped plans by the shipped encoder; the folder's name is a digest of all it is made from."""
    from knowledge.corpus import load_plans  # torch and FAISS: not for tests that need no index
    from knowledge.embedding import open_encoder
    from knowledge.index_building import build_index

    kept = Path(request.config.cache.mkdir("indexes"))
    folder = kept / index_digest(load_settings(assistant_home=tmp_path_factory.mktemp("nothing")))[:12]
    with _one_at_a_time(kept):
        if not folder.exists():
            for old in (path for path in kept.iterdir() if path.is_dir()):
                shutil.rmtree(old)
            part = folder.with_suffix(".part")
            build_index(load_plans(), open_encoder(), part)
            part.rename(folder)
    return folder


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let whichever process comes first make what is kept in `folder`, and the others wait."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
