import json
import subprocess
from pathlib import Path

import pytest

from bot.programs import RASA_PYTHON
from bot.settings import ROOT


@pytest.mark.slow
def test_a_message_that_comes_again_gets_its_turn_and_does_nothing(tmp_path: Path) -> None:
    command = (str(RASA_PYTHON), "-m", "tests.bot.rasa_rest_checks", str(tmp_path))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["said"] == {
        "first": ["<a>"],
        "again": ["<a>"],
        "after a restart": ["<a>"],
        "of another": ["<a>"],
        "without an id": ["<x>", "<x>"],
        "broken": [],
        "meanwhile": ["<slow>"],
        "afterwards": ["<slow>"],
    }
    assert found["asked"] == ["a", "a", "x", "x", "broken", "broken", "slow"]


def test_rasa_is_told_to_use_it() -> None:
    lines = (ROOT / "credentials.yml").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "bot.rasa_rest.RestOnce:"
