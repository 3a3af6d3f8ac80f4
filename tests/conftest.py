"""The trained Rasa model for every test that talks to Rasa."""

import asyncio
import fcntl
import shutil
from pathlib import Path

import pytest

from bot.preparation import model_digest, model_file, ready_model
from bot.programs import RASA_PYTHON
from bot.settings import ROOT, load_settings


@pytest.fixture(scope="session")
def trained_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Rasa model of the present training data, kept from one test run to the next; its name holds its digest.

    Tests run in several processes: whichever needs it first trains it, the others wait.
    """
    assert RASA_PYTHON.exists(), "Rasa's environment is not there: run `make test`"
    kept = Path(request.config.cache.mkdir("rasa-models"))
    model = kept / f"assistant-{model_digest(ROOT)}.tar.gz"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not model.exists():
            for old in kept.glob("*.tar.gz"):
                old.unlink()
            settings = load_settings(assistant_home=tmp_path_factory.mktemp("training"))
            asyncio.run(ready_model(settings, model_file(settings), print))
            part = model.with_suffix(".part")
            shutil.copyfile(model_file(settings), part)
            part.replace(model)
    return model
