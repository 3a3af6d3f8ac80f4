"""Papers put down for the channel to fetch, what is said of them, and what goes when a person is erased."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import erasing_events, say_turn
from actions.handing_over import put_down
from actions.registration.desk import Envelope, Line, Turn
from actions.registration.papers.shelf import Shelf
from actions.services import Services

NOW = datetime(2023, 4, 20, tzinfo=UTC)
SAVED = Turn((Line("Đã lưu."),), Envelope("saved", reference="DVK-2023-0001"), open=False, paper=("a.docx", b"PK"))


@pytest.fixture
def services(tmp_path: Path) -> Services:
    nothing: Any = SimpleNamespace()
    return Services(nothing, nothing, {}, lambda: NOW, ThreadPoolExecutor(1), shelf=Shelf(tmp_path / "papers"))


def messages(turn: Turn, services: Services, language: str = "vi") -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    say_turn(dispatcher, turn, put_down(services, "web:1", turn, language))
    return list(dispatcher.messages)


@pytest.mark.parametrize(("language", "words"), [("vi", "gửi kèm"), ("en", "attached")])
def test_the_paper_is_said_to_be_attached_and_stands_before_the_envelope(
    services: Services, language: str, words: str
) -> None:
    text, file, envelope = messages(SAVED, services, language)
    token, _, name = file["attachment"].partition("/")
    found = services.shelf.find("web:1", token) if services.shelf else None
    assert text["text"].startswith("Đã lưu.") and words in text["text"]
    assert name == "a.docx" and found is not None and found.read_bytes() == b"PK"
    assert envelope["custom"]["state"] == "saved" and "erased" not in envelope["custom"]


def test_a_paper_that_cannot_be_put_down_is_not_said_to_be_attached(services: Services, tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("a file where the folder should be", encoding="utf-8")
    text, envelope = messages(SAVED, services)
    assert "chưa gửi được" in text["text"] and envelope["custom"]["kind"] == "form"


def test_erasing_takes_the_papers_of_every_channel_and_tells_the_channel_and_rasa(services: Services) -> None:
    assert services.shelf is not None
    tokens = {person: services.shelf.add(person, "a.docx", b"PK", NOW) for person in ("web:1", "telegram:1", "web:2")}
    turn = Turn((Line("Đã xóa."),), Envelope("cancelled"), open=False, erased=("web:1", "telegram:1"))
    *_, envelope = messages(turn, services)
    assert envelope["custom"]["erased"] == ["web:1", "telegram:1"]
    left = [person for person, token in tokens.items() if services.shelf.find(person, token)]
    assert left == ["web:2"]
    slots = {event["name"]: event["value"] for event in erasing_events(turn) if event["event"] == "slot"}
    assert slots == {"erased_persons": ["web:1", "telegram:1"]}
    assert erasing_events(SAVED) == []
