"""The real process of the channels, started and killed by tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT

PATIENCE = 60.0
IDLE = {"messages": 0, "replies": 0}


class Channels:
    """The process over a state folder, a database and a Rasa; `messengers` are the settings of those that are on."""

    def __init__(self, home: Path, url: str, rasa_address: str, messengers: Mapping[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            self.port = bound.getsockname()[1]
        self.log = home / "channels.log"
        self.environment = {
            **os.environ,
            "ASSISTANT_HOME": str(home),
            "DATABASE_URL": url,
            "RASA_PORT": rasa_address.rsplit(":", 1)[1],
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.port),
            **messengers,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as output:
            command = (sys.executable, "-m", "bot", "channels")
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)

    def wait_dead(self) -> None:
        assert self.process is not None
        self.process.wait(PATIENCE)

    def health(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = httpx.get(f"{self.address}/health", trust_env=False).json()
        except httpx.HTTPError:
            return {}
        return answer

    def wait_until(self, done: Callable[[dict[str, Any]], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done(self.health()):
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")[-3000:]
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
