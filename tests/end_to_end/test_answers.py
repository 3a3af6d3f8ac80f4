"""The two questions of the project's purpose, asked of the running assistant."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.corpus import Plan
from knowledge.reading import fold
from tests.end_to_end.assistant import Assistant, Turn

DATA = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text(encoding="utf-8"))
QUESTIONS, EXPECTED = DATA["questions"], DATA["plans"]
STYLES = ("marked", "unmarked", "english")


def check(turn: Turn, plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Hold the shape of an answer, and every quote against the plan's own text; return the envelope."""
    answer = turn.answer
    assert [custom["kind"] for custom in turn.customs] == ["answer"]
    for cited in answer["citations"]:
        assert set(cited) == {"plan_id", "path", "quote", "start", "end"}
        plan = plans[cited["plan_id"]]
        assert cited["quote"] == fold(plan.text[cited["start"] : cited["end"]])
        assert 0 < len(cited["quote"]) <= 600
        clause = plan.clause(cited["path"])
        assert clause is not None and clause.start <= cited["start"] < cited["end"] <= clause.end
    assert {cited["plan_id"] for cited in answer["citations"]} <= set(answer["plan_ids"])
    return answer


def test_the_five_plans_are_the_table(plans: Mapping[str, Plan]) -> None:
    assert set(plans) == set(EXPECTED)


@pytest.mark.parametrize("way", ["words", "button"])
@pytest.mark.parametrize("plan_id", EXPECTED)
def test_a_chosen_plan_answers(assistant: Assistant, plans: Mapping[str, Plan], plan_id: str, way: str) -> None:
    sender, expected = f"answers-{plan_id}-{way}", EXPECTED[plan_id]
    choice = expected["words"] if way == "words" else f'/choose_plan{{"plan_id": "{plan_id}"}}'
    assert plans[plan_id].title in assistant.say(sender, choice).text
    for question, style in ((question, style) for style in STYLES for question in QUESTIONS):
        turn = assistant.say(sender, QUESTIONS[question][style])
        answer, right = check(turn, plans), expected[question]
        where = f"{question}, {style}: {turn.text}"
        assert answer["outcome"] == right["outcome"], where
        assert answer["plan_ids"] == [plan_id], where
        assert right["says"] in turn.text, where
        if "path" in right:
            assert answer["citations"][0]["path"] == right["path"], where
            assert answer["citations"][0]["quote"] in turn.text, where


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_with_no_plan_chosen_each_plan_answers_or_is_named_silent(
    assistant: Assistant, plans: Mapping[str, Plan], question: str, style: str
) -> None:
    turn = assistant.say(f"answers-none-{question}-{style}", QUESTIONS[question][style])
    answer = check(turn, plans)
    answering = [plan_id for plan_id in EXPECTED if EXPECTED[plan_id][question]["outcome"] == "answered"]
    assert answer["outcome"] == "answered_per_plan"
    assert answer["plan_ids"] == answering
    cited = {(each["plan_id"], each["path"]) for each in answer["citations"]}
    assert {(plan_id, EXPECTED[plan_id][question]["path"]) for plan_id in answering} <= cited
    for plan_id, plan in plans.items():
        assert plan.label in turn.text
        if plan_id in answering:
            assert EXPECTED[plan_id][question]["says"] in turn.text
    assert turn.payloads == [f'/choose_plan{{"plan_id": "{plan_id}"}}' for plan_id in answering]


def test_a_plan_offered_after_an_answer_answers_the_next_question(
    assistant: Assistant, plans: Mapping[str, Plan]
) -> None:
    sender = "answers-offered"
    offered = assistant.say(sender, QUESTIONS["when"]["marked"]).payloads
    assistant.say(sender, next(payload for payload in offered if "honglinh" in payload))
    answer = check(assistant.say(sender, QUESTIONS["when"]["marked"]), plans)
    assert (answer["outcome"], answer["plan_ids"]) == ("answered", ["honglinh-2023"])
    assert assistant.say(sender, "tất cả kế hoạch").text
    assert check(assistant.say(sender, QUESTIONS["when"]["marked"]), plans)["outcome"] == "answered_per_plan"
