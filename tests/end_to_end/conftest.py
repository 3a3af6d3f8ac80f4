"""Really started servers: one assistant for all tests, and one of their own for those that do harm."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from knowledge.corpus import Plan, load_plans
from tests.end_to_end.assistant import Assistant


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def plans() -> Mapping[str, Plan]:
    return load_plans()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, trained_model: Path) -> Iterator[Assistant]:
    """The assistant that every test may talk to; each under a sender of its own."""
    running = Assistant(tmp_path_factory.mktemp("assistant") / "home")
    _copy(trained_model, running.home / "models" / trained_model.name)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory, assistant: Assistant, trained_model: Path) -> Iterator[Assistant]:
    """An assistant whose parts may be killed and damaged; its model and index come from the first one."""
    running = Assistant(tmp_path_factory.mktemp("victim") / "home")
    _copy(trained_model, running.home / "models" / trained_model.name)
    shutil.copytree(assistant.home / "index", running.home / "index")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
