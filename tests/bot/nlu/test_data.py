import itertools
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.conversation import FIELDS
from actions.rasa_actions import all_actions
from actions.routing import NORMAL_ACTION
from bot.programs import RASA_PYTHON
from bot.settings import ROOT
from knowledge.vietnamese import is_marked, normalise, unmark
from tests.bot.nlu.near_copies import near_copies, templates

DATA = ROOT / "nlu_data"
LARGE = {
    "ask_plan": 150,
    "register_model": 40,
    "list_registrations": 40,
    "out_of_scope": 40,
    "choose_plan": 40,
}
OBEYED_BY_RASA = {"back", "restart", "session_start"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def examples() -> list[tuple[str, str]]:
    found = []
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for item in read(path)["nlu"]:
            lines = item["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines), path
            found += [(line[2:], item["intent"]) for line in lines]
    return found


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(read(DATA / "domain.yml"))


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    return [rule for path in sorted((DATA / "rules").glob("*.yml")) for rule in read(path)["rules"]]


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", unmark(normalise(text)).lower()))


def test_every_intent_has_enough_examples(examples: list[tuple[str, str]], domain: dict[str, Any]) -> None:
    counts = Counter(intent for _, intent in examples)
    assert set(counts) == set(domain["intents"])
    for intent, count in counts.items():
        assert count >= LARGE.get(intent, 40), intent
    assert not OBEYED_BY_RASA & set(counts)


def test_no_example_stands_under_two_intents_or_twice(examples: list[tuple[str, str]]) -> None:
    intents: dict[str, set[str]] = {}
    for text, intent in examples:
        intents.setdefault(" ".join(sorted(plain(text).split())), set()).add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}
    written = Counter(normalise(text).lower() for text, _ in examples)
    assert [text for text, count in written.items() if count > 1] == []


def test_no_example_is_nearly_one_of_another_intent(examples: list[tuple[str, str]]) -> None:
    assert list(near_copies(examples)) == []


def test_no_examples_are_made_from_a_template(examples: list[tuple[str, str]]) -> None:
    assert templates(examples) == []


def test_the_linter_sees_what_it_looks_for() -> None:
    copies = [("hạn nộp báo cáo năm là ngày nào", "ask_plan"), ("han nop bao cao nam la ngay nao", "help")]
    assert list(near_copies(copies)) == [(copies[0][0], copies[1][0])]
    assert list(near_copies([(text, "ask_plan") for text, _ in copies])) == []
    made = [(f"báo cáo của {place} nộp ngày nào", "ask_plan") for place in ("xã", "sở", "ban", "tỉnh", "huyện")]
    assert templates(made) == [("ask_plan", "bao cao cua _ nop ngay nao", 5)]
    assert templates(made[:4]) == []


def test_every_intent_is_written_with_and_without_marks(examples: list[tuple[str, str]]) -> None:
    for intent in {intent for _, intent in examples}:
        texts = [text for text, each in examples if each == intent]
        marked = sum(is_marked(text) for text in texts)
        assert marked >= 20 and len(texts) - marked >= 10, intent


def test_examples_are_written_as_officials_write(examples: list[tuple[str, str]]) -> None:
    questions = [text for text, intent in examples if intent == "ask_plan"]
    assert sum(text == unmark(text) for text in questions) >= 30
    assert sum("?" in text for text in questions) >= 5
    assert any(re.search(r"\b(BC|mh|DVK|ubnd)\b", text) for text in questions)


def test_no_example_is_a_command(examples: list[tuple[str, str]]) -> None:
    """Rasa takes what follows a slash for the name of an intent, so the classifier never meets it."""
    assert not [text for text, _ in examples if text.startswith("/")]


@pytest.mark.parametrize(("name", "at_least"), [("held_out.yml", 100), ("strangers.yml", 5000)])
def test_what_is_only_measured_is_no_example(
    name: str, at_least: int, examples: list[tuple[str, str]], domain: dict[str, Any]
) -> None:
    measured = read(Path(__file__).with_name(name))
    assert set(measured) == set(domain["intents"])
    texts = [text for of_intent in measured.values() for text in of_intent]
    known = {plain(text) for text, _ in examples}
    assert len(texts) >= at_least and [text for text in texts if plain(text) in known] == []


def test_every_action_of_the_domain_exists_and_vice_versa(domain: dict[str, Any]) -> None:
    names = [action.name() for action in all_actions(services=None)]  # type: ignore[arg-type]
    assert sorted(domain["actions"]) == sorted(names)
    assert set(NORMAL_ACTION.values()) <= set(names)


def test_rules_lead_every_intent_somewhere(domain: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    led = {step["intent"]: next_step["action"] for rule in rules for step, next_step in _pairs(rule)}
    assert set(led) == {*domain["intents"], "nlu_fallback"}
    assert set(led.values()) <= {*domain["actions"], *domain["forms"]}
    assert {intent: led[intent] for intent in NORMAL_ACTION} == NORMAL_ACTION


def _pairs(rule: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    steps = rule["steps"]
    return [(one, other) for one, other in itertools.pairwise(steps) if "intent" in one]


def test_every_response_is_used_and_every_used_one_exists() -> None:
    small_talk = [intent for intent, action in NORMAL_ACTION.items() if action == "action_small_talk"]
    wanted = {f"utter_{intent}{language}" for intent in small_talk for language in ("", "_en")}
    wanted |= {"utter_restart", "utter_back"}  # Rasa's own actions say these
    responses = read(DATA / "responses.yml")["responses"]
    assert set(responses) == wanted
    assert all(variant["text"].strip() for variants in responses.values() for variant in variants)


def test_the_form_asks_the_ten_fields_and_fills_no_slot_itself(domain: dict[str, Any]) -> None:
    assert tuple(domain["forms"]["registration_form"]["required_slots"]) == FIELDS
    assert set(FIELDS) <= set(domain["slots"])
    for name, slot in domain["slots"].items():
        assert slot["mappings"] == [{"type": "custom"}], name
        assert slot["influence_conversation"] is False, name


def test_the_pipeline_is_light() -> None:
    config = read(ROOT / "config.yml")
    names = [component["name"] for component in config["pipeline"]]
    assert not {"DIETClassifier", "ResponseSelector"} & set(names)
    assert [policy["name"] for policy in config["policies"]] == ["RulePolicy"]
    assert config["assistant_id"] and config["language"] == "vi"


@pytest.mark.slow
@pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`")
def test_rasa_finds_no_error_and_no_conflict_of_rules() -> None:
    """Rasa's validation, which a training leaves out; what it warns of are texts that actions say."""
    command = (str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "data", "validate", "--config", "config.yml")
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)}
    checked = subprocess.run(
        (*command, "--domain", "nlu_data", "--data", "nlu_data"),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    said = checked.stdout + checked.stderr
    assert checked.returncode == 0, said[-3000:]
    assert "No story structure conflicts found" in said
