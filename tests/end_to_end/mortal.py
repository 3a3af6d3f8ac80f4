"""The Rasa server and the action server without their supervisor: killed and started again at the test's will.

A small proxy stands between the two, so that a process can be killed at the very moment that counts: after the action
server has done its work, and before Rasa hears of it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from bot.programs import RASA_PYTHON, assistant_environment, rasa_environment
from bot.settings import ROOT, load_settings
from tests.end_to_end.assistant import NOW, TURN_SECONDS, Turn, free_ports, until

START_SECONDS = 180.0
STOP_SECONDS = 20.0
ACTIONS, RASA = "actions", "rasa"
FORKING = str(Path(__file__).with_name("forking.py"))
ACTIONS_IMPORTS = "actions.__main__,sentence_transformers"
RASA_IMPORTS = "rasa.__main__,rasa.core.run,rasa.core.train,rasa.server,rasa.engine.recipes.default_recipe,tensorflow"


@dataclass
class Mortal:
    """Both servers, in the state folder `home`, with the Rasa model `model` and the database at `url`."""

    home: Path
    model: Path
    url: str
    rasa_port: int
    actions_port: int
    proxy_port: int
    victim: str = ""
    _starters: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _processes: dict[str, int] = field(default_factory=dict)

    def prepare(self) -> None:
        """Load what both programs import, side by side."""
        for name, (command, environment) in self._programs().items():
            self._starters[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(self.home / f"{name}-start.log").open("wb"),
                text=True,
            )
        for name in self._starters:
            self._line_of(name, "ready")

    def start(self, *names: str) -> None:
        """Start servers side by side; return once all of them answer."""
        for name in names:
            starter = self._starters[name]
            assert starter.stdin is not None
            print(file=starter.stdin, flush=True)
            self._processes[name] = int(self._line_of(name))
        if ACTIONS in names:
            until(self._actions_answer, START_SECONDS)
        if RASA in names:
            until(lambda: bool(self.send("readiness", "/help")), START_SECONDS)

    def kill(self, *names: str) -> None:
        """End servers as a lack of memory would."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._processes[name], signal.SIGKILL)
            until(lambda name=name: not self.alive(name), STOP_SECONDS)  # type: ignore[misc]

    def end(self) -> None:
        """Kill what runs, and what would start it again."""
        self.kill(*self._processes)
        for starter in self._starters.values():
            starter.kill()
            starter.communicate()

    def alive(self, name: str) -> bool:
        """Tell whether a server runs."""
        return Path(f"/proc/{self._processes[name]}").exists()

    def say(self, person: str, message: str) -> Turn:
        """Send a message that is answered."""
        messages = self.send(person, message)
        assert messages, f"{message!r} was not answered"
        return Turn(person, tuple(messages))

    def say_and_lose(self, person: str, message: str, victim: str) -> None:
        """Send a message whose work is done, and kill `victim` before anybody hears of it."""
        self.victim = victim
        assert self.send(person, message) == []
        until(lambda: self.victim == "" and not self.alive(victim), STOP_SECONDS)

    def send(self, person: str, message: str) -> list[dict[str, Any]]:
        """Send one message to Rasa's REST channel; nothing comes back where a server is dead."""
        address = f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/webhook"
        sent = {"sender": person, "message": message}
        try:
            answer = httpx.post(address, json=sent, timeout=TURN_SECONDS, trust_env=False)
        except httpx.TransportError:
            return []
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages

    def pass_on(self, body: bytes) -> bytes | None:
        """Hand a call of Rasa to the action server; None where the answer is to be lost."""
        address = f"http://127.0.0.1:{self.actions_port}/webhook"
        done = httpx.post(address, content=body, timeout=TURN_SECONDS, trust_env=False)
        if not self.victim or json.loads(body)["sender_id"] == "readiness" or _hands_over(done.json()):
            return done.content
        victim, self.victim = self.victim, ""
        self.kill(victim)
        return None

    def _actions_answer(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            address = f"http://127.0.0.1:{self.actions_port}/health"
            return httpx.get(address, trust_env=False).status_code == 200
        return False

    def _programs(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        settings = load_settings(
            assistant_home=self.home,
            assistant_now=NOW,
            database_url=self.url,
            rasa_port=self.rasa_port,
            actions_port=self.actions_port,
            web_port=1,
        )
        actions = [sys.executable, FORKING, str(self.home / "actions.log"), ACTIONS_IMPORTS, "actions"]
        rasa = [str(RASA_PYTHON), FORKING, str(self.home / "rasa.log"), RASA_IMPORTS, "rasa", "run"]
        rasa += ["--model", str(self.model), "--interface", "127.0.0.1", "--port", str(self.rasa_port)]
        rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        here = {"PYTHONPATH": str(ROOT)}
        return {
            ACTIONS: (actions, {**assistant_environment(settings), **here, "SANIC_HOST": "127.0.0.1"}),
            RASA: (rasa, {**rasa_environment(settings), **here, "ACTIONS_PORT": str(self.proxy_port)}),
        }

    def _line_of(self, name: str, expected: str = "") -> str:
        """Return the next line that a starter prints."""
        output = self._starters[name].stdout
        assert output is not None
        line = output.readline().strip()
        assert line and expected in line, (self.home / f"{name}-start.log").read_text(encoding="utf-8")
        return line


@contextlib.contextmanager
def mortal(home: Path, model: Path, url: str) -> Iterator[Mortal]:
    """Give both servers, started, and end what is left of them."""
    home.mkdir(parents=True, exist_ok=True)
    servers = Mortal(home, model, url, *free_ports(3))
    proxy = ThreadingHTTPServer(("127.0.0.1", servers.proxy_port), _handler(servers.pass_on))
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        servers.prepare()
        servers.start(ACTIONS, RASA)
        yield servers
    finally:
        servers.end()
        proxy.shutdown()
        proxy.server_close()


def _hands_over(done: dict[str, Any]) -> bool:
    """Tell whether an action only names the one that does the work."""
    return any(event.get("event") == "followup" for event in done["events"])


def _handler(pass_on: Callable[[bytes], bytes | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                answer = pass_on(self.rfile.read(int(self.headers["Content-Length"])))
            except httpx.TransportError:  # the action server is dead
                answer = None
            if answer is None:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):  # Rasa is dead
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: a failure shows in the conversation."""

    return Handler
