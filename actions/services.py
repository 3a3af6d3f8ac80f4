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
from actions.registration.papers.shelf import Shelf
from actions.registration.similarity import similarity_of
from actions.registration.store import open_store
from actions.registration.units import open_units
from actions.staff import NOBODY, StaffDesk
from actions.wording import say
from knowledge.answering import Answerer, open_answerer
from knowledge.answers import Answer
from knowledge.corpus import Plan, load_plans
from knowledge.current_bodies import load_current_bodies
from knowledge.index_files import IndexProblem
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
    """Everything an action may use. `clock` gives aware moments; `executor` runs what would block the event loop.

    `shelf` is where papers wait to be fetched; None: people are given none.
    """

    answerer: FrontOffice
    desk: Desk
    plans: Mapping[str, Plan]
    clock: Callable[[], datetime]
    executor: Executor
    staff: StaffDesk = NOBODY
    shelf: Shelf | None = None

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
    units_file: Path | None = None,
    units_required: bool = False,
    papers_folder: Path | None = None,
    before: Services | None = None,
) -> Services:
    """Open the plans, the index with its encoder (warmed by a first question), the registrations, the unanswered.

    `staff` are the persons who may list the questions without an answer. `units_file` is the office's list of units,
    which must exist if `units_required`. Papers for people are put into `papers_folder`, if one is given.
    `before` are services that these take the place of: they answer, so these must too, and their threads are kept.

    Raises:
        IndexProblem: there are services before, and the index of the new ones cannot be used.
        BadUnits: the list of units is wrong.
        UnreadablePlan: a plan cannot be read.
        StoreUnavailable: the database cannot be opened.
    """
    plans = load_plans(added=added_plans)
    units = open_units(units_file, plans.values(), required=units_required)
    answers = open_answers(index_folder, encoder, plans)
    if before is not None and isinstance(answers, NoIndex):
        raise IndexProblem(answers.problem)
    similarity = similarity_of(answers.searcher.encoder) if isinstance(answers, Answerer) else None
    with_retired = load_plans(added=added_plans, retired=True)
    desk = Desk(open_store(database_url, units), with_retired, clock, retention_days, similarity)
    unanswered = open_unanswered(database_url, retention_days)
    unanswered.forget_old(clock())
    bodies = load_current_bodies(index_folder.parent)
    front_office = FrontOffice(answers, unanswered, plans, clock, bodies)
    shelf = Shelf(papers_folder) if papers_folder else None
    executor = before.executor if before else ThreadPoolExecutor(WORKERS, thread_name_prefix="work")
    members = StaffDesk(staff, unanswered.listed, plans, clock)
    return Services(front_office, desk, plans, clock, executor, members, shelf)


def open_answers(index_folder: Path, encoder: str, plans: Mapping[str, Plan]) -> Answering:
    """Open the index; where it is missing or damaged, say so in the log and return `NoIndex`."""
    try:
        answerer = open_answerer(index_folder, encoder, plans)
    except IndexProblem as problem:
        _log.error("Questions cannot be answered, registering works. %s", problem)
        return NoIndex(str(problem))
    answerer.answer("đơn vị nào theo dõi các mô hình?")
    return answerer
