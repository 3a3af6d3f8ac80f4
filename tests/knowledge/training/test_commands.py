from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.question_reader import QuestionReader
from knowledge.training.__main__ import main
from knowledge.training.commands import groups_of


def test_the_groups_of_a_plan_hold_its_bank(plans: Mapping[str, Plan]) -> None:
    plan = plans["backan-vp-2023"]
    groups = groups_of(plan, QuestionReader(plans), [0])
    asked = [question for found in groups for question in found.questions]
    own = [question for question in plan.bank if question.hand == 0]
    assert 0.9 * len(own) < len(asked) <= len(own)
    assert {found.plan_id for found in groups} == {plan.id}
    assert any(found.passage is None for found in groups)
    told = next(found for found in groups if found.passage and "Quản trị tài vụ theo dõi" in found.passage)
    assert len(told.questions) >= 8


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["everything"])
    assert "left-out" in capsys.readouterr().err
