"""The five plans, and the answerer with the shipped encoder and index."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.answering import Answerer
from knowledge.corpus import Plan, load_plans
from knowledge.embedding import open_encoder
from knowledge.index import open_index


@pytest.fixture(scope="session")
def plans() -> Mapping[str, Plan]:
    return load_plans()


@pytest.fixture(scope="session")
def answerer(plans: Mapping[str, Plan], shipped_index: Path) -> Answerer:
    encoder = open_encoder()
    return Answerer(plans, open_index(plans, encoder, shipped_index), encoder)
