import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Event

import httpx
import pytest

from actions import following
from actions.following import follow
from bot.settings import ROOT
from knowledge.index_files import IndexProblem
from knowledge.live_plans import Stamp
from tests.actions.test_main import free_port

PLAN = """KẾ HOẠCH
Thực hiện phong trào thi đua “Dân vận khéo” năm 2025
Tân Lập, ngày 10 tháng 02 năm 2025
I. NHIỆM VỤ
1. Văn phòng: Theo dõi, đôn đốc các mô hình; báo cáo năm trước ngày 05/12.
"""


class Shelf:
    """What the follower looks at: the stamps it sees in turn, then the last one for ever."""

    def __init__(self, *numbers: int) -> None:
        self.stamps: list[Stamp] = [(("manifest.json", number, 0),) for number in numbers]
        self.seen_all = Event()

    def __call__(self) -> Stamp:
        if len(self.stamps) == 1:
            self.seen_all.set()
            return self.stamps[0]
        return self.stamps.pop(0)


def watched(monkeypatch: pytest.MonkeyPatch, shelf: Shelf, problems: list[Exception | None]) -> int:
    """Return how often services were opened anew until nothing changed any more."""
    monkeypatch.setattr(following, "SECONDS_BETWEEN", 0.001)
    stop, opened = Event(), []

    def renew() -> None:
        opened.append(1)
        problem = problems.pop(0) if problems else None
        if problem is not None:
            raise problem

    thread = follow(shelf, renew, stop)
    assert shelf.seen_all.wait(10)
    stop.wait(0.05)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    return len(opened)


def test_each_settled_change_is_taken_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, Shelf(1, 1, 1), []) == 0
    assert watched(monkeypatch, Shelf(1, 2, 2, 2, 3, 3), []) == 2
    assert watched(monkeypatch, Shelf(1, 2, 3, 4, 4), []) == 1  # while files are written nothing is opened


def test_the_old_services_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    class Service:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        old = weakref.ref(Service())
        watched(monkeypatch, Shelf(1, 1, 1), [])
        assert old() is not None
        watched(monkeypatch, Shelf(1, 2, 2), [])
        assert old() is None
    finally:
        gc.enable()


def test_what_cannot_be_used_is_said_and_the_next_change_tried(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        problems: list[Exception | None] = [IndexProblem("no index"), RuntimeError("broken"), None]
        assert watched(monkeypatch, Shelf(1, 2, 2, 3, 3, 4, 4), problems) == 3
    assert "no index" in caplog.text and "could not be opened" in caplog.text and "new ones are in use" in caplog.text


@pytest.mark.slow
def test_a_running_server_answers_from_a_plan_that_is_taken_in_meanwhile(tmp_path: Path) -> None:
    port = free_port()
    settings = {"ASSISTANT_HOME": str(tmp_path), "ACTIONS_PORT": str(port), "ENCODER": "hash-64"}
    environment = {**os.environ, **settings}
    file = tmp_path / "tan-lap.txt"
    file.write_text(PLAN, encoding="utf-8")

    def knowledge(*arguments: str) -> None:
        command = [sys.executable, "-m", "knowledge", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300, stdout=subprocess.DEVNULL)

    knowledge("index")
    server = subprocess.Popen([sys.executable, "-m", "actions"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            wait_for(lambda: is_up(client))
            assert "Tân Lập" not in chosen(client)
            knowledge("add", str(file))
            wait_for(lambda: "Tân Lập" in chosen(client))
            knowledge("retire", "tan-lap")
            wait_for(lambda: "Tân Lập" not in chosen(client))
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) in (0, -signal.SIGTERM)


def wait_for(state: Callable[[], bool]) -> None:
    for _ in range(600):
        if state():
            return
        time.sleep(0.2)
    pytest.fail("the state waited for did not come")


def is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.ConnectError:
        return False


def chosen(client: httpx.Client) -> str:
    """Return what the server says to the choice of the plan `tan-lap`."""
    tracker = json.loads((Path(__file__).with_name("tracker.json")).read_text(encoding="utf-8"))
    tracker["latest_message"] |= {"text": "kế hoạch Tân Lập", "intent": {"name": "choose_plan", "confidence": 1.0}}
    call = {"next_action": "action_choose_plan", "sender_id": "web:1", "tracker": tracker, "domain": {}}
    answered = client.post("/webhook", json=call).raise_for_status().json()
    return "\n".join(response.get("text") or "" for response in answered["responses"])
