"""One process answers while others add, change and retire plans, and are killed in the middle of it, again and again.

An answer is right if it is that of one whole state of the plans: the one before a change or the one after it, and never
of an earlier one than was seen before.
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from actions import following
from actions.following import follow
from knowledge.answering import Answerer
from knowledge.embedding import HashEncoder
from knowledge.index import open_index
from knowledge.index_building import is_current
from knowledge.live_plans import stamp
from knowledge.taking_in import retire
from tests.knowledge.test_taking_in import NEW, OTHER, Office

QUESTION = "Văn phòng theo dõi, đôn đốc các mô hình và báo cáo năm trước ngày nào?"
QUESTIONS = ((QUESTION, "tan-lap"), (QUESTION, None), ("Đơn vị nào theo dõi, đôn đốc các mô hình?", None))
ROUNDS = 6
STEPS = 50
"""About how many steps on the disk a change takes."""

CHANGING = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir")
FOREVER = 100_000
Said = list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """A plan that is added or changed, or, without a text, retired."""

    plan_id: str
    text: str | None

    def make(self, office: Office) -> None:
        if self.text is not None:
            office.add(self.text, self.plan_id, f"{self.plan_id}.txt")
        elif self.plan_id in office.plans:  # it may have been killed when all was done
            retire(self.plan_id, office.added, lambda: office.plans, office.index, office.build)


CHANGES = [
    change
    for number in range(ROUNDS)
    for change in (
        Change("phu-an", OTHER.replace("05/12", f"{20 + number}/11")),
        Change("tan-lap", NEW.replace("05/12", f"{10 + number}/12")),
        Change("phu-an", None),
    )
]
"""In this order no state of the plans comes twice: one that did could not be told from the earlier one."""


class Listener:
    """Holds what answerers say against the states of the plans, each state being what all questions are answered."""

    def __init__(self, states: list[Said]) -> None:
        self.states, self.reached, self.times = states, 0, 0

    def ask(self, answerer: Answerer, up_to: int) -> None:
        """Ask everything; it must be answered as in one state, no earlier than the last one seen, up to `up_to`."""
        said = all_said(answerer)
        fitting = [at for at in range(self.reached, up_to + 1) if self.states[at] == said]
        assert fitting, f"after state {self.reached}, up to {up_to}: {said}"
        self.reached, self.times = fitting[0], self.times + 1


@pytest.mark.slow
@pytest.mark.parametrize("exact_up_to", [2000, 0])
def test_no_answer_is_wrong_or_lost_while_plans_change_and_changes_are_killed(
    exact_up_to: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(undisturbed(tmp_path / "undisturbed", exact_up_to))
    office = Office(tmp_path / "home")
    office.exact_up_to = exact_up_to
    office.add(NEW)
    ended = []
    with caplog.at_level(logging.INFO), followed(office, monkeypatch) as current:
        for number, change in enumerate(CHANGES, start=1):
            for steps in (1 + number * STEPS // len(CHANGES), FOREVER):  # killed in the middle, then let be
                process = happening(office, change, steps)
                while process.is_alive():
                    listener.ask(current(), number)
                ended.append(process.exitcode)
                assert all_said(opened(office)) in listener.states[number - 1 : number + 1]  # all of it, or nothing
        for _ in range(3000):
            listener.ask(current(), len(CHANGES))
            if listener.reached == len(CHANGES):
                break
            time.sleep(0.01)
    assert listener.reached == len(CHANGES), "the last change was never heard of"
    assert listener.times > len(ended)
    assert ended[1::2] == [0] * len(CHANGES)
    assert ended[::2].count(-signal.SIGKILL) > len(CHANGES) / 2
    assert "could not be opened" not in caplog.text
    assert is_current(office.plans, HashEncoder().name, office.index, exact_up_to)
    assert all_said(opened(office)) == listener.states[-1]


def undisturbed(home: Path, exact_up_to: int) -> list[Said]:
    """Return what is answered at first and after each change where nobody is killed; no two are alike."""
    office = Office(home)
    office.exact_up_to = exact_up_to
    office.add(NEW)
    states = [all_said(opened(office))]
    for change in CHANGES:
        change.make(office)
        states.append(all_said(opened(office)))
        assert states[-1] not in states[:-1] and states[-1][0][0] == "answered"
    return states


def opened(office: Office) -> Answerer:
    plans = office.plans
    return Answerer(plans, open_index(plans, HashEncoder(), office.index), HashEncoder())


def all_said(answerer: Answerer) -> Said:
    answers = [answerer.answer(question, plan_id) for question, plan_id in QUESTIONS]
    return [(answer.outcome, answer.text) for answer in answers]


@contextmanager
def followed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Answerer]]:
    """Give what returns the answerer in use, which follows the plans as that of the action server does."""
    monkeypatch.setattr(following, "SECONDS_BETWEEN", 0.01)
    used, stop = [opened(office)], Event()
    thread = follow(lambda: stamp(office.added, office.index), lambda: used.append(opened(office)), stop)
    yield lambda: used[-1]
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def happening(office: Office, change: Change, steps: int) -> multiprocessing.process.BaseProcess:
    """Start a process that makes a change, and is killed before its disk has taken `steps` steps of it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=make, args=(office, change, steps))
    process.start()
    return process


def make(office: Office, change: Change, steps: int) -> None:
    """Make a change; SIGKILL ends this process instead of one step on the disk."""
    left = steps

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in CHANGING or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    change.make(office)
