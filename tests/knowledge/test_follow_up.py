from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.corpus import Plan
from knowledge.follow_up import FollowUps
from knowledge.rewriting import Rewriter, load_vocabulary
from knowledge.scope import names_of
from knowledge.vietnamese import normalise

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("follow_ups.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rewriter(plans: Mapping[str, Plan]) -> Rewriter:
    return Rewriter([plan.text for plan in plans.values()], load_vocabulary())


@pytest.fixture(scope="module")
def follow_ups(plans: Mapping[str, Plan], rewriter: Rewriter) -> FollowUps:
    names = names_of(plans)
    return FollowUps([*names, *map(rewriter.expand, names)])


def test_the_cases_are_many_and_of_all_sorts() -> None:
    assert len(CASES) >= 60
    assert sum("alone" not in case for case in CASES) >= 10
    assert sum(len(case["history"]) > 1 for case in CASES) >= 5


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["message"])
def test_a_follow_up_becomes_one_question(case: dict[str, Any], follow_ups: FollowUps, rewriter: Rewriter) -> None:
    message, history = rewriter.expand(case["message"]), [rewriter.expand(said) for said in case["history"]]
    standing = follow_ups.stand_alone(message, history, keep_places=not case.get("chosen"))
    assert standing.text == case.get("alone", message)
    assert standing.leaned == ("alone" in case)
    assert standing.context == case.get("context", "")


def test_without_history_a_message_is_left_alone(follow_ups: FollowUps) -> None:
    assert follow_ups.stand_alone("thế còn năm thì sao?").text == "thế còn năm thì sao?"


def test_names_are_optional() -> None:
    assert FollowUps([]).stand_alone("còn năm?", ["Hạn báo cáo 6 tháng?"]).text == "Hạn báo cáo năm?"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=60), max_size=3))
def test_any_text_gives_a_question(follow_ups: FollowUps, message: str, history: list[str]) -> None:
    standing = follow_ups.stand_alone(message, history)
    assert standing.leaned or standing.text == normalise(message)
