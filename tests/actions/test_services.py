import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from actions import services
from actions.registration.units import BadUnits
from actions.services import NoIndex, Services, open_answers, open_services
from knowledge.answering import Answerer
from knowledge.embedding import HashEncoder
from knowledge.index_files import IndexProblem


def no_index(*_: Any) -> Any:
    raise IndexProblem("There is no index: run `python -m knowledge index`.")


def test_without_an_index_registering_works_and_the_operator_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services, "open_answerer", no_index)
    with caplog.at_level(logging.ERROR):
        opened = open_services(
            index_folder=tmp_path / "index",
            added_plans=tmp_path / "plans",
            encoder="none",
            database_url=f"sqlite:///{tmp_path / 'assistant.sqlite'}",
            clock=lambda: datetime(2023, 3, 1, tzinfo=UTC),
            retention_days=30,
        )
    assert "python -m knowledge index" in caplog.text
    assert opened.desk.start("web:1", None, "đăng ký mô hình", "vi").open
    answer = opened.answerer.answer("hạn báo cáo năm là khi nào?")
    assert answer.outcome == "error" and "đăng ký" in answer.text
    assert "register" in opened.answerer.answer("what is the deadline?").text


def test_a_wrong_list_of_units_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "units.yml").write_text("units: [{name: A}]", encoding="utf-8")
    with pytest.raises(BadUnits, match=r"units\[1\]: `plans`"):
        open_services(
            index_folder=tmp_path / "index",
            added_plans=tmp_path / "plans",
            encoder="none",
            database_url=f"sqlite:///{tmp_path / 'assistant.sqlite'}",
            clock=lambda: datetime(2023, 3, 1, tzinfo=UTC),
            retention_days=30,
            units_file=tmp_path / "units.yml",
        )


def test_a_usable_index_is_warmed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    class Answerer:
        def answer(self, question: str, plan_id: str | None = None, history: Any = ()) -> Any:
            asked.append(question)

    monkeypatch.setattr(services, "open_answerer", lambda *_: Answerer())
    assert not isinstance(open_answers(tmp_path, "none", {}), NoIndex)
    assert len(asked) == 1


def test_registrations_are_compared_by_the_encoder_of_the_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class WithEncoder(Answerer):
        def __init__(self) -> None:
            self.searcher = SimpleNamespace(encoder=HashEncoder())  # type: ignore[assignment]

    monkeypatch.setattr(services, "open_answers", lambda *_: WithEncoder())
    now = datetime(2023, 4, 1, tzinfo=UTC)
    desk = open_services(
        index_folder=tmp_path / "index",
        added_plans=tmp_path / "plans",
        encoder="none",
        database_url=f"sqlite:///{tmp_path / 'assistant.sqlite'}",
        clock=lambda: now,
        retention_days=30,
    ).desk
    said = "tôi là chi bộ Văn phòng, đăng ký 1 mô hình kinh tế tên “Một cửa”, tại phòng Hành chính, tập thể, làm mới"
    for message in (f"{said}, từ tháng 5 đến tháng 6", "đồng ý", "gửi"):
        last = desk.reply("web:1", message, "vi") if desk.is_open("web:1") else desk.start("web:1", None, message, "vi")
    assert last.form.state == "saved"
    assert "DVK-2023-0001" in desk.start("web:1", None, said, "vi").lines[-1].text


def some_services() -> Services:
    return Services(NoIndex(""), None, {}, lambda: datetime.now(UTC), ThreadPoolExecutor(1))  # type: ignore[arg-type]


def test_work_runs_outside_the_event_loop() -> None:
    assert asyncio.run(some_services().run(threading.current_thread)) is not threading.current_thread()


def test_work_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SECONDS_ALLOWED", 0.01)
    release = threading.Event()
    with pytest.raises(TimeoutError):
        asyncio.run(some_services().run(release.wait))
    release.set()


def test_actions_give_up_before_rasa_does() -> None:
    assert services.SECONDS_ALLOWED < 60
