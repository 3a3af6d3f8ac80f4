"""What the benchmarks share: a state folder of their own, prepared when first needed, and started servers in it."""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from bot.child import run_to_end
from bot.preparation import check_state_folder, model_file, ready_index
from bot.programs import RASA_PYTHON, assistant_environment, rasa_environment
from bot.settings import ROOT, Settings, load_settings
from tests.benchmarks.servers import Server, started

NOW = "2023-03-01T08:00:00+07:00"
"""A day on which the plans' registrations are open."""

FIXED_INTENT = "goodbye"


class Bench(AbstractContextManager["Bench"]):
    """One run of the benchmarks.

    Its Rasa model is the shipped one but for one rule: the intent `goodbye` gets a fixed reply of the domain,
    without the action server, as the turn that other turns are compared with.
    """

    def __init__(self, xquad: Path | None = None) -> None:
        self.xquad = xquad
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def folder(self) -> Path:
        """An empty folder on the disk that the assistant's own state is on; deleted at the end."""
        near = ROOT / "var"
        near.mkdir(mode=0o700, exist_ok=True)
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-", dir=near)))

    @cached_property
    def settings(self) -> Settings:
        """Settings for this folder and free ports; of the machine's own settings only the encoder counts."""
        home = self.folder / "home"
        rasa, actions, web = _free_ports(3)
        settings = load_settings(
            assistant_home=home,
            assistant_now=NOW,
            database_url=f"sqlite:///{home / 'assistant.sqlite'}",
            rasa_port=rasa,
            actions_port=actions,
            web_host="127.0.0.1",
            web_port=web,
            public_address=None,
        )
        check_state_folder(settings)
        return settings

    @cached_property
    def index_folder(self) -> Path:
        """The built passage index."""
        asyncio.run(ready_index(self.settings))
        return self.settings.index_folder

    @cached_property
    def model(self) -> Path:
        """The trained Rasa model, where `python -m bot run` looks for it."""
        print("Training the Rasa model with a fixed reply ...", flush=True)
        data, model = self.folder / "nlu_data", model_file(self.settings)
        shutil.copytree(ROOT / "nlu_data", data)
        give_fixed_reply(data / "rules" / "conversation.yml", FIXED_INTENT)
        command = (
            *(str(RASA_PYTHON), "-m", "bot.nlu.rasa_train", "--config", "config.yml"),
            *("--domain", str(data), "--data", str(data)),
            *("--out", str(model.parent), "--fixed-model-name", model.name.removesuffix(".tar.gz")),
        )
        log = self.settings.logs_folder / "train.log"
        asyncio.run(run_to_end(command, rasa_environment(self.settings), ROOT, log))
        return model

    @contextmanager
    def assistant(self, client: httpx.Client) -> Iterator[Server]:
        """Yield the whole assistant, started as `make run` starts it, once it answers a question about a plan.

        Raises:
            ServerFailed: it ended, did not answer in time, or trained again because its sources have changed.
        """
        assert self.index_folder.exists() and self.model.exists()
        settings = self.settings
        command = (sys.executable, "-m", "bot", "run")
        health = [f"http://127.0.0.1:{port}/health" for port in (settings.actions_port, settings.web_port)]

        def answers() -> bool:
            return all(client.get(address).is_success for address in health) and is_answered(
                say(client, settings, "readiness", QUESTION)
            )

        log = settings.logs_folder / "run.log"
        with started(command, assistant_environment(settings), log, answers) as server:
            server.refuse_if_logged("Training")
            yield server


QUESTION = yaml.safe_load((Path(__file__).parent / "talk.yml").read_text(encoding="utf-8"))["first_question"]


def give_fixed_reply(rules: Path, intent: str) -> None:
    """Let the rule of `intent` in a file of rules answer with `utter_<intent>`.

    Raises:
        ValueError: there is not exactly one such rule.
    """
    content = yaml.safe_load(rules.read_text(encoding="utf-8"))
    found = [rule for rule in content["rules"] if rule["steps"][0] == {"intent": intent}]
    if len(found) != 1:
        raise ValueError(f"{rules} has {len(found)} rules for the intent {intent}")
    found[0]["steps"][1] = {"action": f"utter_{intent}"}
    rules.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def say(client: httpx.Client, settings: Settings, sender: str, message: str) -> list[dict[str, Any]]:
    """Return Rasa's replies to one message through its REST channel.

    Raises:
        httpx.HTTPError: it does not answer, or not with 200.
    """
    address = f"{settings.rasa_url}/webhooks/rest/webhook"
    response = client.post(address, json={"sender": sender, "message": message})
    replies: list[dict[str, Any]] = response.raise_for_status().json()
    return replies


def envelope(replies: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the turn says of itself; empty for a fixed reply."""
    custom: dict[str, Any] = replies[-1].get("custom", {}) if replies else {}
    return custom


def is_answered(replies: list[dict[str, Any]]) -> bool:
    """Tell whether a question about plans was answered from them."""
    return str(envelope(replies).get("outcome", "")).startswith("answered")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
