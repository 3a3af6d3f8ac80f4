"""Conversations as data, held with the real Rasa model: every object of ours is built anew for each message.

Rasa runs once for all, keeps its conversations in a SQL tracker store and reads them from there at every message. The
actions run in this process, so that their database and their clock can be another for each message; only the index
of the plans, which nobody writes to, is opened once.
"""

import asyncio
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.front_office import FrontOffice
from actions.rasa_actions import all_actions
from actions.registration.desk import Desk
from actions.registration.papers.shelf import Shelf
from actions.registration.similarity import similarity_of
from actions.registration.store import open_store
from actions.services import Services
from bot.programs import RASA_PYTHON
from bot.settings import ROOT
from knowledge.answering import Answerer
from knowledge.corpus import load_plans
from knowledge.unanswered import Unanswered
from knowledge.unanswered_store import open_unanswered
from tests.benchmarks.servers import started
from tests.end_to_end.assistant import Turn, free_ports

RETENTION_DAYS = 730
TURN_SECONDS = 60.0
BETWEEN_MESSAGES = 0.2  # seconds; enough for those sent at once to arrive in order


class _Questions:
    """The questions without an answer, kept in the database that the assistant has for this message."""

    def __init__(self, assistant: "Assistant") -> None:
        self._assistant = assistant

    def keep(self, item: Unanswered) -> int:
        """Keep a question and return its number."""
        store = open_unanswered(self._assistant.url, RETENTION_DAYS)
        try:
            return store.keep(item)
        finally:
            store.close()


class Assistant:
    """Rasa and the actions. `url` is the database of registrations, `now` the moment, for the next message."""

    def __init__(self, answerer: Answerer, folder: Path, rasa_port: int, actions_port: int) -> None:
        self.url, self.now = "", datetime.min
        self.tracker_database = folder / "dialogue.sqlite"
        self.log = folder / "rasa.log"
        self.rasa_port, self.actions_port = rasa_port, actions_port
        self._answerer = answerer
        self._front_office = FrontOffice(answerer, _Questions(self), answerer.plans, lambda: self.now)
        self._executor = ThreadPoolExecutor(2)
        self._all_sent = threading.Event()
        self._all_sent.set()

    def say(self, person: str, message: str) -> Turn:
        """Send one message to Rasa's REST channel."""
        address = f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/webhook"
        sent = {"sender": person, "message": message}
        answer = httpx.post(address, json=sent, timeout=TURN_SECONDS, trust_env=False)
        assert answer.status_code == 200, answer.text
        return Turn(person, tuple(answer.json()))

    def say_at_once(self, person: str, messages: Sequence[str]) -> list[Turn]:
        """Send all messages before the first of them is answered; return the answers in the order of the messages."""
        self._all_sent.clear()
        with ThreadPoolExecutor(len(messages)) as sending:
            try:
                turns = [sending.submit(self._say_later, number, person, each) for number, each in enumerate(messages)]
                time.sleep(BETWEEN_MESSAGES * (len(messages) - 1))
            finally:
                self._all_sent.set()
            return [turn.result() for turn in turns]

    def _say_later(self, number: int, person: str, message: str) -> Turn:
        time.sleep(BETWEEN_MESSAGES * number)
        return self.say(person, message)

    def let_pass(self, person: str, hours: float) -> None:
        """Make everything that Rasa remembers of a person `hours` older."""
        change = """
            UPDATE events SET timestamp = timestamp - :seconds,
            data = json_set(data, '$.timestamp', json_extract(data, '$.timestamp') - :seconds) WHERE sender_id = :person
        """
        with sqlite3.connect(self.tracker_database) as tracker:
            assert tracker.execute(change, {"seconds": 3600 * hours, "person": person}).rowcount
        tracker.close()

    def forget(self, person: str) -> None:
        """Lose everything that Rasa remembers of a person."""
        with sqlite3.connect(self.tracker_database) as tracker:
            tracker.execute("DELETE FROM events WHERE sender_id = ?", (person,))
        tracker.close()

    def remembers(self, person: str) -> bool:
        """Tell whether Rasa keeps anything of a person."""
        with sqlite3.connect(self.tracker_database) as tracker:
            found = tracker.execute("SELECT count(*) FROM events WHERE sender_id = ?", (person,)).fetchone()
        tracker.close()
        return bool(found[0])

    def act(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Run the action that Rasa asks for, with a desk, a store and actions that know nothing of earlier ones."""
        self._all_sent.wait(TURN_SECONDS)
        plans, store = load_plans(), open_store(self.url)
        try:
            similarity = similarity_of(self._answerer.searcher.encoder)
            desk = Desk(store, plans, lambda: self.now, RETENTION_DAYS, similarity)
            shelf = Shelf(self.log.with_name("papers"))
            services = Services(self._front_office, desk, plans, lambda: self.now, self._executor, shelf=shelf)
            action = next(each for each in all_actions(services) if each.name() == call["next_action"])
            dispatcher = CollectingDispatcher()
            events = asyncio.run(action.run(dispatcher, Tracker.from_dict(call["tracker"]), {}))
            return {"events": events, "responses": dispatcher.messages}
        finally:
            store.close()

    def rasa(self, model: Path) -> tuple[tuple[str, ...], dict[str, str]]:
        """Return the command line and the surroundings of the Rasa server."""
        command = (
            *(str(RASA_PYTHON), "-m", "rasa", "run", "--model", str(model)),
            *("--interface", "127.0.0.1", "--port", str(self.rasa_port)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        )
        environment = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "ACTIONS_PORT": str(self.actions_port),
            "TRACKER_DB": str(self.tracker_database),
            "TURNS_DB": str(self.tracker_database.with_name("turns.sqlite")),
        }
        return command, {**os.environ, **environment}

    def answers(self) -> bool:
        """Tell whether Rasa takes messages by now."""
        return bool(self.say("readiness", "/help").messages)


@contextmanager
def running(answerer: Answerer, folder: Path, model: Path, url: str) -> Iterator[Assistant]:
    """Give the assistant while its servers run."""
    assistant = Assistant(answerer, folder, *free_ports(2))
    assistant.url, assistant.now = url, datetime.now().astimezone()
    server = ThreadingHTTPServer(("127.0.0.1", assistant.actions_port), _handler(assistant))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        command, environment = assistant.rasa(model)
        with started(command, environment, assistant.log, assistant.answers):
            yield assistant
    finally:
        server.shutdown()
        server.server_close()


def _handler(assistant: Assistant) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(assistant.act(call)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: a failure shows in the conversation."""

    return Handler
