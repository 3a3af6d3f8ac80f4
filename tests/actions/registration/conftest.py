"""The databases that the contract of the store is held on.

The PostgreSQL server is the one that TEST_DATABASE_URL names, else one of the tests' own.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.registration.store import Store, open_store
from tests.actions.registration.private_postgres import find_binaries, fresh_schema, private_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
        return
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: neither its initdb and postgres are installed, nor is TEST_DATABASE_URL set")
    with private_server(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'store.db'}"
        return
    with fresh_schema(request.getfixturevalue("server")) as schema:
        yield schema


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()
