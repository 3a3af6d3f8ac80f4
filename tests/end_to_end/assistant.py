"""The whole assistant, started as `make run` starts it: in a state folder and on ports of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT

NOW = "2023-04-20T08:00:00+07:00"  # before the deadline of the one plan that asks openly for registrations
STAFF = "a-member-of-the-staff"
START_SECONDS = 400.0
STOP_SECONDS = 60.0
TURN_SECONDS = 90.0


@dataclass(frozen=True)
class Turn:
    """What Rasa's REST channel answered to one message."""

    sender: str
    messages: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str:
        """All that a person reads."""
        return "\n".join(message["text"] for message in self.messages if "text" in message)

    @property
    def customs(self) -> list[dict[str, Any]]:
        """What programs read, in order."""
        return [message["custom"] for message in self.messages if "custom" in message]

    @property
    def payloads(self) -> list[str]:
        """What the offered buttons send."""
        return [button["payload"] for message in self.messages for button in message.get("buttons", ())]

    @property
    def files(self) -> list[str]:
        """The names of the files that come with it."""
        return [message["attachment"].partition("/")[2] for message in self.messages if "attachment" in message]

    @property
    def form(self) -> dict[str, Any]:
        """The last message, which must be the envelope of a registration and nothing else."""
        return self._last("form", {"kind", "state", "slot", "reference", "plan_id"})

    @property
    def answer(self) -> dict[str, Any]:
        """The last message, which must be the envelope of an answer and nothing else."""
        return self._last("answer", {"kind", "outcome", "plan_ids", "citations"})

    def _last(self, kind: str, keys: set[str]) -> dict[str, Any]:
        assert self.messages, "an empty turn"
        last = self.messages[-1]
        assert set(last) == {"recipient_id", "custom"}, last
        assert last["custom"]["kind"] == kind and set(last["custom"]) - {"erased"} == keys, last
        custom: dict[str, Any] = last["custom"]
        return custom


class Assistant:
    """One assistant: started, talked to, hurt and stopped by the tests."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.rasa_port, self.actions_port, self.web_port = free_ports(3)
        self.web = f"http://127.0.0.1:{self.web_port}"
        self._log = home.with_name(f"{home.name}-output.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables it is started with; every setting that a `.env` file may hold is given."""
        return {
            **os.environ,
            "OMP_WAIT_POLICY": "PASSIVE",
            "ASSISTANT_HOME": str(self.home),
            "ASSISTANT_NOW": NOW,
            "DATABASE_URL": f"sqlite:///{self.home / 'assistant.sqlite'}",
            "ENCODER": "trained",
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.web_port),
            "RETENTION_DAYS": "730",
            "STAFF": STAFF,
        }

    @property
    def output(self) -> str:
        """What it has told its operator since the last start."""
        return self._log.read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it and return once it says that it is ready."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "bot", "run"),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_to_hear("Ready after")

    def wait_to_hear(self, words: str) -> None:
        """Return once it has told its operator `words`."""
        assert self._process is not None
        until(lambda: words in self.output or self._process.poll() is not None, START_SECONDS)
        assert self._process.poll() is None, self.output

    def stop(self) -> None:
        """Press Ctrl-C, once; hold that it ends well and leaves nothing behind."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOP_SECONDS)
        finally:
            left = self.processes()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert code == 0, self.output
        assert self.output.endswith("Stopping ...\nStopped.\n"), self.output
        assert left == {}
        assert [port for port in self.ports if not is_free(port)] == []

    @property
    def ports(self) -> tuple[int, int, int]:
        """Where Rasa, the action server and the web page listen."""
        return self.rasa_port, self.actions_port, self.web_port

    def processes(self) -> dict[int, str]:
        """Every process on this machine that was started for this state folder, with its command line."""
        found, mark = {}, f"ASSISTANT_HOME={self.home}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode("utf-8", "replace").strip()
        return found

    def kill(self, module: str) -> None:
        """End at once, as a lack of memory would, the process that runs `python -m <module>`."""
        found = [pid for pid, command in self.processes().items() if f" -m {module}" in command]
        assert len(found) == 1, self.processes()
        os.kill(found[0], signal.SIGKILL)
        until(lambda: found[0] not in self.processes(), STOP_SECONDS)

    def say(self, sender: str, message: str) -> Turn:
        """Send one message to Rasa's REST channel."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/webhook",
            json={"sender": sender, "message": message},
            timeout=TURN_SECONDS,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        messages = answer.json()
        assert all(each["recipient_id"] == sender for each in messages)
        return Turn(sender, tuple(messages))

    def visitor(self) -> httpx.Client:
        """Return a browser's view of the web page: its address, and a memory for cookies."""
        return httpx.Client(base_url=self.web, timeout=TURN_SECONDS, trust_env=False)

    def listed(self, *arguments: str) -> Any:
        """Return what `python -m actions.registration list --json` prints."""
        done = subprocess.run(
            (sys.executable, "-m", "actions.registration", "list", *arguments, "--json"),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


def until(true: Callable[[], bool], seconds: float) -> None:
    """Return once `true` says so; fail if it does not in time."""
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last, f"not within {seconds:g} s"
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
