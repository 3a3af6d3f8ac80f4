"""Rasa's own record of conversations, on SQLite and on PostgreSQL: who is erased leaves no row there."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.registration.private_postgres import find_binaries, fresh_schema, private_server

ROOT = Path(__file__).resolve().parents[3]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
CHECKS = Path(__file__).with_name("tracker_checks.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'dialogue.sqlite'}"
        return
    named, binaries = os.environ.get("TEST_DATABASE_URL"), find_binaries()
    if named:
        with fresh_schema(named) as schema:
            yield schema
        return
    if binaries is None:
        pytest.skip("no PostgreSQL: neither its initdb and postgres are installed, nor is TEST_DATABASE_URL set")
    with private_server(binaries) as server, fresh_schema(server) as schema:
        yield schema


def test_a_turn_that_erases_persons_leaves_no_row_of_theirs(url: str) -> None:
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", str(CHECKS), url],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT), "TRACKER_DB": "unused"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["class"] == "ForgettingTrackerStore"
    before, erased, after = told["rows"]
    assert set(before) == {"web:1", "telegram:1", "web:2"} and before["web:1"] > before["web:2"]
    assert erased == {"web:2": before["web:2"]}
    assert set(after) == {"web:1", "web:2"} and after["web:1"] == before["web:1"]
    assert told["slot"] is None
