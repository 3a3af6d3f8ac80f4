import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.rasa_actions import GuardedAction
from actions.registration.desk import Envelope, Turn
from actions.registration.wording import Choice, Line
from actions.services import Services
from actions.staff import NOBODY, StaffDesk
from knowledge.answers import Answer, Citation
from knowledge.corpus import load_plans

SAVED_TRACKER = Path(__file__).with_name("tracker.json")
CITATION = Citation("honglinh-2023", "IV › 4", "trước ngày 25/11", 10, 26)


class FakeAnswerer:
    """Answers everything alike and remembers what it was asked."""

    def __init__(self, outcome: str = "answered", choices: tuple[str, ...] = ()) -> None:
        self.outcome, self.choices = outcome, choices
        self.certainty, self.number = 1.0, 7
        self.asked: list[tuple[str, str | None, tuple[str, ...]]] = []
        self.looked_up: list[str] = []
        self.referred: list[tuple[str, ...]] = []
        self.handed: list[tuple[str, str | None]] = []

    def answer(
        self, question: str, plan_id: str | None = None, history: Sequence[str] = (), *, strange: float = 0.0
    ) -> Answer:
        self.strange = strange
        self.asked.append((question, plan_id, tuple(history)))
        return Answer(self.outcome, "Trả lời.\n\n“Trích.”", ("honglinh-2023",), (CITATION,), self.choices)

    def look_up(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        self.looked_up.append(question)
        return Answer(self.outcome, "Trả lời.", considered=(("honglinh-2023", "IV › 4", self.certainty),))

    def whom_to_ask(self, plan_ids: Sequence[str], language: str) -> Answer:
        self.referred.append(tuple(plan_ids))
        return Answer("answered", "Hỏi Phòng Nội vụ.", tuple(plan_ids), (CITATION,))

    def hand_over(self, question: str, plan_id: str | None) -> int | None:
        self.handed.append((question, plan_id))
        return self.number


class FakeDesk:
    """A desk that says the given turns, one after the other, and remembers what it was told."""

    def __init__(self, *turns: Turn, is_open: bool = False) -> None:
        self.turns, self.opened, self.calls = list(turns), is_open, []  # type: ignore[var-annotated]

    def _next(self, *call: Any) -> Turn:
        self.calls.append(call)
        return self.turns.pop(0)

    def start(self, person: str, plan_id: str | None, message: str, language: str) -> Turn:
        return self._next("start", person, plan_id, message, language)

    def reply(
        self, person: str, message: str, language: str, *, intent: str | None = None, asked: str | None = None
    ) -> Turn:
        self.asked = asked
        return self._next("reply", person, message, language, intent)

    def ask_again(self, person: str, language: str) -> Turn:
        return self._next("ask_again", person, language)

    def resume(self, person: str, language: str) -> Turn:
        return self._next("resume", person, language)

    def is_open(self, person: str) -> bool:
        return self.opened

    def concerns(self, person: str, message: str) -> bool:
        return self.opened

    def attend(self, person: str, message: str, language: str, *, intent: str | None = None) -> Turn | None:
        return None

    def forget_plan(self, person: str) -> None:
        self.calls.append(("forget_plan", person))

    def mine(self, person: str, language: str) -> tuple[Line, ...]:
        self.calls.append(("mine", person, language))
        return (Line("Chưa có.", (Choice("Đăng ký", "đăng ký mô hình"),)),)


def turn(state: str, slot: str | None = None, **more: Any) -> Turn:
    """A turn of the desk in the given state, which says its state."""
    reference = "DVK-2023-0001" if state == "saved" else None
    opened = state in ("consent", "asking", "reviewing")
    return Turn((Line(f"{state} {slot}"),), Envelope(state, slot, reference, "yenbai-duk-2023"), opened, **more)


def services(answerer: Any = None, desk: Any = None, staff: StaffDesk = NOBODY) -> Services:
    return Services(
        answerer or FakeAnswerer(),
        desk or FakeDesk(),
        load_plans(),
        lambda: datetime(2023, 3, 1, tzinfo=UTC),
        ThreadPoolExecutor(1),
        staff,
    )


def tracker(text: str, intent: str, *, form: str | None = None, plan_id: str | None = None, **slots: Any) -> Tracker:
    """A tracker as Rasa 3.6.21 sends it. `form`: "started" by this message, or "running" since an earlier one."""
    saved = json.loads(SAVED_TRACKER.read_text(encoding="utf-8"))
    saved["slots"].update(slots)
    message = saved["latest_message"]
    entities = [{"entity": "plan_id", "value": plan_id}] if plan_id else []
    message.update(text=text, intent={"name": intent, "confidence": 1.0}, entities=entities)
    said: dict[str, Any] = {"event": "user", "text": text}
    loop = {"event": "active_loop", "name": "registration_form"}
    saved["events"] += {"started": [said, loop], "running": [loop, said], None: [said]}[form]
    saved["active_loop"] = {"name": "registration_form"} if form else {}
    return Tracker.from_dict(saved)


class Ran:
    """What an action said and set."""

    def __init__(self, action: GuardedAction, given: Tracker) -> None:
        dispatcher = CollectingDispatcher()
        self.events = asyncio.run(action.run(dispatcher, given, {}))
        self.messages = dispatcher.messages
        self.texts = [each["text"] for each in self.messages if each["text"]]
        self.customs = [each["custom"] for each in self.messages if each["custom"]]
        self.responses = [each["response"] for each in self.messages if each["response"]]
        self.buttons = [button for each in self.messages for button in each["buttons"]]
        self.slots = {each["name"]: each["value"] for each in self.events if each["event"] == "slot"}
        self.next = [each["name"] for each in self.events if each["event"] == "followup"]
