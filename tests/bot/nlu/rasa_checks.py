"""Checks that need Rasa; run by test_components.py with the interpreter of .venv-rasa, from the repository's root.

Prints a JSON object with what each check found. `pipeline` trains the NLU part of config.yml into a scratch folder.
"""

import asyncio
import json
import sys
from pathlib import Path
from unittest.mock import MagicMock


def tokens() -> dict:
    from rasa.shared.nlu.training_data.message import Message

    from bot.nlu.tokenizer import VietnameseTokenizer

    tokenizer = VietnameseTokenizer.create(VietnameseTokenizer.get_default_config(), None, None, MagicMock())
    found = {}
    for text in json.load(sys.stdin):
        message = Message({"text": text})
        found[text] = {
            "lemmas": [token.lemma for token in tokenizer.tokenize(message, "text")],
            "text": message.get("text"),
        }
    return found


def schema() -> dict:
    import jsonschema
    from rasa.core.actions.action import RemoteAction

    before = RemoteAction._validate_action_result
    from bot.nlu.schema_check import compile_response_check

    untouched_by_import = RemoteAction._validate_action_result is before
    compile_response_check()
    once = RemoteAction._validate_action_result
    compile_response_check()
    action = RemoteAction("action_x", None)
    good = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "x"}]}
    verdicts = {}
    for name, answer in {
        "good": good,
        "no such event": {"events": [{"event": "nonsense"}]},
        "events not a list": {"events": {}},
        "responses of text": {"responses": ["x"]},
    }.items():
        verdict = []
        for check in (before, once):
            try:
                verdict.append(check(action, answer))
            except jsonschema.ValidationError as error:
                verdict.append(error.message.split(". ")[0])
        verdicts[name] = verdict
    return {
        "untouched_by_import": untouched_by_import,
        "compiled": once is not before,
        "idempotent": RemoteAction._validate_action_result is once,
        "verdicts": verdicts,
    }


def pipeline(scratch: str) -> dict:
    import os

    os.environ["RASA_CACHE_DIRECTORY"] = str(Path(scratch) / "cache")
    from rasa.core.agent import Agent
    from rasa.model_training import train

    result = train(
        domain="nlu_data/domain.yml",
        config="config.yml",
        training_files="nlu_data",
        output=scratch,
        fixed_model_name="checked",
        force_training=True,
    )
    agent = Agent.load(result.model)
    found = {}
    for text in json.load(sys.stdin):
        parsed = asyncio.run(agent.parse_message(text))
        found[text] = {
            "intent": parsed["intent"]["name"],
            "entities": {each["entity"]: each["value"] for each in parsed["entities"]},
        }
    return {"code": result.code, "found": found}


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    outcome = {"tokens": tokens, "schema": schema, "pipeline": pipeline}[sys.argv[1]](*sys.argv[2:])
    print("\n" + json.dumps(outcome, ensure_ascii=False))
