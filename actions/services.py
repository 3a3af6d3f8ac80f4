"""What the Rasa actions work with, built once when the action server starts."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from actions.front_office import Answering, FrontOffice
from actions.registration.desk import Desk
from actions.registration.store import open_store
from actions.staff import NOBODY, StaffDesk
from actions.wording import say
from knowledge.answering import open_answerer
from knowledge.answers import Answer
from knowledge.corpus import Plan, load_plans
from knowledge.current_bodies import load_current_bodies
from knowledge.index import IndexProblem
from knowledge.unanswered_store import open_unanswered
from knowledge.vietnamese import is_english

WORKERS = 4
SECONDS_ALLOWED = 45.0  # below Rasa's 60 s, after which the person's next messages would fail

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NoIndex:
    """Stands in for the answerer while there is no usable index, so that registering goes on."""

    problem: str

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Say politely that questions cannot be answered now; the operator finds the reason in the log."""
        _log.error("A question was not answered. %s", self.problem)
        text = say("answers_unavailable", "en" if is_english(question) else "vi")
        return Answer(outcome="error", text=text, plan_ids=(), citations=(), choices=())


@dataclass(frozen=True)
class Services:
    """Everything an action may use. `clock` gives aware moments; `executor` runs what would block the event loop."""

    answerer: Answering
    desk: Desk
    plans: Mapping[str, Plan]
    clock: Callable[[], datetime]
    executor: Executor
    staff: StaffDesk = NOBODY

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, run in a thread.

        Raises:
            TimeoutError: it took longer than `SECONDS_ALLOWED`; the thread itself goes on to its end.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(SECONDS_ALLOWED):
            return await loop.run_in_executor(self.executor, work)


def open_services(
    *,
    index_folder: Path,
    added_plans: Path,
    encoder: str,
    database_url: str,
    clock: Callable[[], datetime],
    retention_days: int,
    staff: frozenset[str] = frozenset(),
) -> Services:
    """Open the plans, the index with its encoder (warmed by a first question), the registrations, the unanswered.

    `staff` are the persons who may list the questions without an answer.

    Raises:
        UnreadablePlan: a plan cannot be read.
        StoreUnavailable: the database cannot be opened.
    """
    plans = load_plans(added=added_plans)
    desk = Desk(open_store(database_url), plans, clock, retention_days)
    unanswered = open_unanswered(database_url, retention_days)
    unanswered.forget_old(clock())
    bodies = load_current_bodies(index_folder.parent)
    answers = FrontOffice(open_answers(index_folder, encoder, plans), unanswered, plans, clock, bodies)
    executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="work")
    return Services(answers, desk, plans, clock, executor, StaffDesk(staff, unanswered.listed, plans, clock))


def open_answers(index_folder: Path, encoder: str, plans: Mapping[str, Plan]) -> Answering:
    """Open the index; where it is missing or damaged, say so in the log and return `NoIndex`."""
    try:
        answerer = open_answerer(index_folder, encoder, plans)
    except IndexProblem as problem:
        _log.error("Questions cannot be answered, registering works. %s", problem)
        return NoIndex(str(problem))
    answerer.answer("đơn vị nào theo dõi các mô hình?")
    return answerer
