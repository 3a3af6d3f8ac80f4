"""The assistant as `make run` starts it: real servers, spoken to over REST, killed, restarted, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.settings import ROOT
from knowledge.corpus import load_plans
from knowledge.reading import fold

RASA = ROOT / ".venv-rasa" / "bin" / "python"
PLANS = load_plans()

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not RASA.exists(), reason="no Rasa environment: run `python3 bot/bootstrap.py`"),
]


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass
class Assistant:
    """A running assistant with a state folder and ports of its own."""

    home: Path
    ports: list[int] = field(default_factory=lambda: free_ports(3))
    process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        rasa, actions, web = map(str, self.ports)
        return {
            **os.environ,
            "ASSISTANT_HOME": str(self.home),
            "ASSISTANT_NOW": "2023-03-01T08:00:00+07:00",
            **{"RASA_PORT": rasa, "ACTIONS_PORT": actions, "WEB_PORT": web},
        }

    def start(self) -> None:
        command = (sys.executable, "-m", "bot", "run")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []
        for line in self.process.stdout or ():
            said.append(line)
            if line.startswith("Ready"):
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, rest
        for port in self.ports:
            socket.create_server(("127.0.0.1", port)).close()

    def say(self, person: str, message: str) -> list[dict[str, Any]]:
        url = f"http://127.0.0.1:{self.ports[0]}/webhooks/rest/webhook"
        answer = httpx.post(url, json={"sender": person, "message": message}, timeout=60)
        assert answer.status_code == 200
        replies: list[dict[str, Any]] = answer.json()
        return replies

    def custom(self, person: str, message: str) -> dict[str, Any]:
        """Say `message`; return the envelope that must end the turn."""
        replies = self.say(person, message)
        assert replies and "custom" in replies[-1], replies
        envelope: dict[str, Any] = replies[-1]["custom"]
        return envelope

    def registrations(self, person: str) -> list[dict[str, Any]]:
        command = (sys.executable, "-m", "actions.registration", "list", "--user", person, "--json")
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        listed: list[dict[str, Any]] = json.loads(done.stdout)
        return listed

    def process_on(self, port: int) -> int:
        for link in Path("/proc").glob("[0-9]*"):
            try:
                command = (link / "cmdline").read_bytes().split(b"\0")
                environment = (link / "environ").read_bytes()
            except OSError:
                continue
            if b"actions" in command and f"ACTIONS_PORT={port}".encode() in environment:
                return int(link.name)
        raise AssertionError(f"no action server with port {port}")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    running = Assistant(tmp_path_factory.mktemp("home"))
    running.start()
    yield running
    running.stop()


def assert_cited(envelope: dict[str, Any]) -> None:
    assert set(envelope) == {"kind", "outcome", "plan_ids", "citations"}
    for citation in envelope["citations"]:
        assert set(citation) == {"plan_id", "path", "quote", "start", "end"}
        source = PLANS[citation["plan_id"]].text[citation["start"] : citation["end"]]
        assert fold(source) == citation["quote"] != ""


@pytest.mark.parametrize(
    ("choice", "question", "outcome", "path"),
    [
        ("kế hoạch Hồng Lĩnh", "hạn báo cáo năm là khi nào?", "answered", "IV › 4"),
        ('/choose_plan{"plan_id": "caobang-2023"}', "han bao cao nam la khi nao", "answered", "III › 2 › ¶[1]"),
        ("kế hoạch Yên Bái", "which unit tracks the models?", "answered", "III[2] › 1 › ¶[1]"),
        ("ke hoach bac kan 2024", "don vi nao theo doi cac mo hinh", "answered", "III › 2"),
        ("", "What is the annual report deadline?", "answered_per_plan", "III › 2 › ¶[1]"),
        ('/choose_plan{"plan_id": "backan-vp-2023"}', "hạn báo cáo năm là khi nào?", "not_in_plan", None),
    ],
)
def test_the_two_questions(choice: str, question: str, outcome: str, path: str | None, assistant: Assistant) -> None:
    person = f"web:ask-{abs(hash((choice, question)))}"
    if choice:
        assert assistant.say(person, choice)
    envelope = assistant.custom(person, question)
    assert_cited(envelope)
    assert (envelope["kind"], envelope["outcome"]) == ("answer", outcome)
    assert path is None or envelope["citations"][0]["path"] == path


FIELDS = [
    ("Chi bộ Văn phòng", "unit_name"),
    ("chi bo co so", "unit_type"),
    ("mới", "registration_type"),
    ("kinh tế", "field"),
    ("Một cửa thân thiện", "model_name"),
    ("2", "quantity"),
    ("tháng 5", "start_period"),
    ("Phòng Hành chính", "location"),
    ("tập thể", "scale"),
    ("quý IV/2023", "completion_period"),
]


def test_a_registration_through_every_state(assistant: Assistant) -> None:
    person = "web:registers"
    start = assistant.custom(person, "tôi muốn đăng ký mô hình")
    assert start == {"kind": "form", "state": "consent", "slot": None, "reference": None, "plan_id": "yenbai-duk-2023"}
    envelope = assistant.custom(person, "đồng ý")
    for answer, slot in FIELDS:
        assert (envelope["state"], envelope["slot"]) == ("asking", slot)
        if slot == "model_name":
            replies = assistant.say(person, "Hạn đăng ký là khi nào?")
            kinds = [reply["custom"]["kind"] for reply in replies if "custom" in reply]
            assert kinds == ["answer", "form"] and replies[-1]["custom"]["slot"] == slot
        if slot == "location":
            assert assistant.custom(person, "lưu lại")["state"] == "paused"
            assert assistant.custom(person, "tiếp tục")["slot"] == slot
        envelope = assistant.custom(person, answer)
    assert (envelope["state"], envelope["slot"]) == ("reviewing", None)
    assert assistant.custom(person, "sửa số lượng")["slot"] == "quantity"
    assert assistant.custom(person, "1")["state"] == "reviewing"
    saved = assistant.custom(person, "đúng")
    assert saved["state"] == "saved" and saved["reference"].startswith("DVK-2023-")
    [stored] = assistant.registrations(person)
    assert {
        key: stored[key] for key in ("unit_type", "model_name", "quantity", "start_period", "completion_period")
    } == {
        "unit_type": "grassroots_party_cell",
        "model_name": "Một cửa thân thiện",
        "quantity": 1,
        "start_period": "2023-05",
        "completion_period": "2023-Q4",
    }
    assert (stored["reference"], stored["status"], stored["user"]) == (saved["reference"], "submitted", person)
    assert any(saved["reference"] in reply.get("text", "") for reply in assistant.say(person, "đăng ký của tôi"))
    assert not assistant.registrations("web:somebody-else")
    other = assistant.say("web:somebody-else", "đăng ký của tôi")
    assert other and all(saved["reference"] not in reply.get("text", "") for reply in other)


def test_cancelled_and_refused(assistant: Assistant) -> None:
    person = "web:cancels"
    assistant.say(person, "đăng ký mô hình")
    assistant.say(person, "đồng ý")
    assert assistant.custom(person, "hủy")["kind"] == "form"
    assert assistant.custom(person, "đúng")["state"] == "cancelled"
    assert assistant.registrations(person) == []
    assistant.say("web:refused", '/choose_plan{"plan_id": "honglinh-2023"}')
    refused = assistant.custom("web:refused", "đăng ký mô hình")
    assert (refused["state"], refused["plan_id"]) == ("refused", "honglinh-2023")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "   ",
        "x" * 5000,
        "😀😀😀",
        "\x00\x07\x1b",
        '/choose_plan{"plan_id": "none"}',
        '/register_model{"x":',
        "/foo",
    ],
)
def test_bad_input_gets_a_sentence(message: str, assistant: Assistant) -> None:
    replies = assistant.say(f"web:bad-{abs(hash(message))}", message)
    assert any(len(reply.get("text", "")) > 10 for reply in replies), replies


def test_a_killed_action_server_and_a_restart_lose_nothing(assistant: Assistant) -> None:
    person = "web:patient"
    assistant.say(person, "đăng ký mô hình")
    assistant.say(person, "đồng ý")
    assert assistant.custom(person, "Chi bộ Văn phòng")["slot"] == "unit_type"
    os.kill(assistant.process_on(assistant.ports[1]), signal.SIGKILL)
    web = httpx.Client(base_url=f"http://127.0.0.1:{assistant.ports[2]}", timeout=60)
    told = web.post("/api/messages", json={"text": "xin chào"})
    assert told.status_code == 503 and told.json()["status"] == "unavailable"
    _wait_for(assistant)
    assert assistant.custom(person, "chi bộ cơ sở")["slot"] == "registration_type"
    assistant.stop()
    assistant.start()
    assert assistant.custom(person, "mới")["slot"] == "field"
    [draft] = assistant.registrations(person)
    assert (draft["status"], draft["unit_name"]) == ("draft", "Chi bộ Văn phòng")


def test_a_port_in_use_is_named(assistant: Assistant) -> None:
    command = (sys.executable, "-m", "bot", "run")
    done = subprocess.run(
        command, cwd=ROOT, env=assistant.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert str(assistant.ports[0]) in done.stderr and "RASA_PORT" in done.stderr


def _wait_for(assistant: Assistant) -> None:
    url = f"http://127.0.0.1:{assistant.ports[1]}/health"
    for _ in range(120):
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError("the action server did not come back")
