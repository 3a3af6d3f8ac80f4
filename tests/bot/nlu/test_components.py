import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.vietnamese import unmark

ROOT = Path(__file__).resolve().parents[3]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
CHECKS = Path(__file__).with_name("rasa_checks.py")

pytestmark = pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`")


def check(name: str, *arguments: str, given: object = None) -> Any:
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", str(CHECKS), name, *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)},
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_one_spelling_whatever_the_keyboard_sent() -> None:
    composed, decomposed, new_style = "Hủy đăng ký", "Hu\u0309y đa\u0306ng ky\u0301", "Huỷ đăng ký"
    found = check("tokens", given=[composed, decomposed, new_style])
    assert {item["text"] for item in found.values()} == {"Hủy đăng ký"}
    assert all(item["lemmas"] == ["huy", "dang", "ky"] for item in found.values())


def test_any_text_has_a_token() -> None:
    given = ["", "   ", "🙂🙂", "\u0000\u200b", "?!", "x" * 5000, "/choose_plan{}"]
    found = check("tokens", given=given)
    assert all(found[text]["lemmas"] for text in given)


def test_answers_of_the_action_server_are_still_checked() -> None:
    found = check("schema")
    assert found["untouched_by_import"] and found["compiled"] and found["idempotent"]
    for name, (before, after) in found["verdicts"].items():
        assert (before is True) == (after is True) == (name == "good")
        assert before == after


@pytest.fixture(scope="module")
def held_out() -> dict[str, str]:
    by_intent = yaml.safe_load(CHECKS.with_name("held_out.yml").read_text(encoding="utf-8"))
    return {str(text): intent for intent, texts in by_intent.items() for text in texts}


def effect(intent: str) -> str:
    """What a message leads to: these three intents lead to the same action."""
    return "answer" if intent in ("ask_plan", "out_of_scope", "nlu_fallback") else intent


@pytest.mark.slow
def test_unseen_messages_reach_the_right_action(held_out: dict[str, str], tmp_path: Path) -> None:
    button, others = '/choose_plan{"plan_id": "honglinh-2023"}', ["", "🙂", "x" * 3000]
    unmarked = {unmark(text): intent for text, intent in held_out.items()}
    outcome = check("pipeline", str(tmp_path), given=[*held_out, *unmarked, button, *others])
    found = outcome["found"]
    assert outcome["code"] == 0
    for measured in (held_out, unmarked):
        assert len(measured) > 120
        right = [effect(found[text]["intent"] or "") == effect(intent) for text, intent in measured.items()]
        wrong = [(text, found[text]["intent"]) for text, good in zip(measured, right, strict=True) if not good]
        assert sum(right) / len(right) >= 0.94, wrong
    assert found[button] == {"intent": "choose_plan", "entities": {"plan_id": "honglinh-2023"}}
