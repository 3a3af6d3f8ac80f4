"""The reminders as the channels' process has them: over real settings, the registrations' drafts, the real channels."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from actions.registration.draft import PAUSED, Draft
from actions.registration.papers.shelf import Shelf
from actions.registration.store import open_store
from bot.__main__ import _reminders
from bot.channels.running import all_channels
from bot.memory.opening import Memory, open_memory
from bot.messages import Received
from bot.reminders.schedule import read_hours
from bot.settings import Settings, load_settings
from knowledge.deadlines import ZONE
from tests.bot.channels.telegram.server import TOKEN, TelegramServer, telegram_server
from tests.bot.reminders.reminding_office import AN, EVERYTHING, VISITOR

NOW = datetime(2023, 4, 17, 9, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with telegram_server() as server:
        yield server


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    opened = open_memory(url)
    yield opened
    opened.close()


def settings(folder: Path, url: str, **changes: Any) -> Settings:
    return load_settings(assistant_home=folder, database_url=url, assistant_now=NOW, rasa_port=9, **changes)


def leave_drafts(url: str) -> None:
    store = open_store(url)
    for person, days in ((AN.person, 4), (AN.person, 1), (VISITOR.person, 5), ("web:erased", 6)):
        draft = Draft(f"{person}-{days}", person, state=PAUSED, plan_id="yenbai-duk-2023")
        store.save_draft(draft.but(answers={"model_name": f"Mô hình {days}"}), NOW - timedelta(days=days), "saved")
    store.erase("web:erased", NOW)
    store.close()


def test_drafts_come_from_the_registrations(tmp_path: Path, url: str, memory: Memory) -> None:
    leave_drafts(url)
    chosen = settings(tmp_path, url)
    reminding = _reminders(chosen, Shelf(chosen.papers_folder))(memory, {}).reminding
    assert [(left.person, left.model_name) for left in reminding.drafts_left()] == [
        (VISITOR.person, "Mô hình 5"),
        (AN.person, "Mô hình 4"),
    ]
    assert [left.person for left in reminding.drafts_left(AN.person)] == [AN.person]
    assert reminding.drafts_left("web:erased") == []


def test_the_process_of_the_channels_sends_what_is_due(
    tmp_path: Path, url: str, memory: Memory, telegram: TelegramServer
) -> None:
    leave_drafts(url)
    memory.wishes.change(AN, EVERYTHING, [], "vi", NOW - timedelta(days=1))
    memory.inbox.answer(Received("telegram", "7", "7", "1", "typed", "x"), [], NOW, shown=True)
    chosen = settings(tmp_path, url, telegram_token=TOKEN, telegram_api=telegram.address)
    opened = all_channels(chosen, memory, remind=_reminders(chosen, Shelf(chosen.papers_folder)))
    with TestClient(opened):
        patience = time.monotonic() + 30
        while len(telegram.texts(7)) < 2:
            assert time.monotonic() < patience
            time.sleep(0.05)
    first, second = telegram.texts(7)
    assert first.startswith("Nhắc hạn:") and "“Mô hình 4”" in second


def test_the_settings_say_when(tmp_path: Path, url: str, memory: Memory) -> None:
    chosen = settings(tmp_path, url, reminder_hours="06:30-24:00", draft_reminder_days=0)
    reminding = _reminders(chosen, Shelf(chosen.papers_folder))(memory, {}).reminding
    assert reminding.rules.hours == read_hours("06:30-24:00")
    assert reminding.rules.draft_days == 0 and reminding.clock() == NOW
