"""The shell contracts, run as a person runs them: another process, JSON in and out."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from knowledge.answers import Answer
from knowledge.unanswered import unanswered
from knowledge.unanswered_store import open_unanswered

CORPUS = [
    {"id": "a", "title": "", "text": "Hà Nội là thủ đô của nước Việt Nam."},
    {"id": "b", "title": "", "text": "Sông Hồng chảy qua nhiều tỉnh phía bắc."},
    {"id": "c", "title": "Cà phê", "text": "Buôn Ma Thuột trồng nhiều loại cây này."},
]


pytestmark = pytest.mark.slow  # each call opens the encoder in a process of its own


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def indexed(shipped_index: Path, home: Path) -> Path:
    """A state folder of the test's own, as after `python -m knowledge index`."""
    shutil.copytree(shipped_index, home / "index")
    return home


def run(
    home: Path, *arguments: str, lines: list[Any] | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ASSISTANT_HOME": str(home), "ENCODER": "trained", **settings}
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines or [])
    command = [sys.executable, "-m", "knowledge", *arguments]
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )


def test_without_an_index_the_command_is_named(home: Path) -> None:
    done = run(home, "ask", "hạn báo cáo năm?")
    assert done.returncode == 2
    assert "python -m knowledge index" in done.stderr
    assert "Traceback" not in done.stderr


def test_index_then_ask(indexed: Path) -> None:
    assert " 0 passages embedded" in run(indexed, "index").stdout
    done = run(indexed, "ask", "Hạn báo cáo năm là khi nào?", "--plan", "honglinh-2023")
    assert "trước ngày 25/11" in done.stdout
    data = json.loads(run(indexed, "ask", "ai ký?", "--plan", "caobang-2023", "--json").stdout)
    assert data["outcome"] == "answered"
    assert set(data["citations"][0]) == {"plan_id", "path", "quote", "start", "end"}
    assert run(indexed, "ask").returncode == 2


def test_ask_batch_keeps_order_and_survives_bad_lines(indexed: Path) -> None:
    lines = [
        {"id": "1", "question": "Hạn báo cáo năm là khi nào?", "plan": "honglinh-2023"},
        "not json",
        "",
        {
            "id": "2",
            "question": "còn Cao Bằng thì sao?",
            "plan": None,
            "history": ["Hạn báo cáo năm là khi nào?"],
        },
        {"id": 3, "question": "x" * 1001},
        {"no": "question"},
        "[1]",
    ]
    done = run(indexed, "ask", "--batch", lines=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["1", None, "2", 3, None, None]
    assert [answer["outcome"] for answer in answers] == [
        "answered",
        "error",
        "answered",
        "too_long",
        "error",
        "error",
    ]
    assert answers[2]["plan_ids"] == ["caobang-2023"]
    assert all(set(a) == {"id", "outcome", "text", "plan_ids", "citations"} for a in answers)


def test_retrieve_over_any_corpus(home: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(json.dumps(line) for line in CORPUS), encoding="utf-8")
    queries = [{"id": "q1", "text": "thủ đô"}, {"id": "q2", "text": "ca phe"}, {"id": "q3", "text": ""}]
    done = run(home, "retrieve", "--corpus", str(corpus), "--batch", "--top", "2", lines=queries)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in found] == ["q1", "q2", "q3"]
    assert [line["hits"][0]["id"] for line in found[:2]] == ["a", "c"]
    assert all(len(line["hits"]) == 2 for line in found)
    assert run(home, "retrieve", "--corpus", str(tmp_path / "none.jsonl"), "--batch").returncode == 2


def test_add_says_what_it_understood_and_makes_it_answerable(indexed: Path, tmp_path: Path) -> None:
    file = tmp_path / "tan-lap.md"
    body = "I. NHIỆM VỤ\n1. Văn phòng: Theo dõi, đôn đốc các mô hình; báo cáo hằng năm (trước ngày 05/12).\n"
    file.write_text(f"**KẾ HOẠCH**\nTân Lập, ngày 10 tháng 02 năm 2025\n{body}", encoding="utf-8")
    done = run(indexed, "add", str(file))
    assert "I › 1" in done.stdout and "Please check" in done.stdout
    assert "1 passages embedded" not in done.stdout and "254" not in done.stdout.split("Index:")[1].split(",")[0]
    data = json.loads(run(indexed, "ask", "Hạn báo cáo năm?", "--plan", "tan-lap", "--json").stdout)
    assert data["outcome"] == "answered" and "05/12" in data["citations"][0]["quote"]
    assert "tan-lap" in run(indexed, "list").stdout
    assert "I › 1" in run(indexed, "outline", "tan-lap").stdout
    assert run(indexed, "outline", "none").returncode == 2
    assert run(indexed, "add", str(tmp_path / "none.txt")).returncode == 2
    again = json.loads(run(indexed, "add", str(file), "--json").stdout)
    assert again["passages"]["unchanged"] == again["passages"]["unchanged"] + again["passages"]["changed"] > 3
    assert again["embedded"] == 0 and {"outline", "facts", "doubts", "registration_draft"} <= set(again)
    assert "is retired" in run(indexed, "retire", "tan-lap").stdout
    assert "tan-lap" not in run(indexed, "list").stdout
    assert run(indexed, "retire", "tan-lap").returncode == 2


def test_unanswered_questions_are_listed_and_asking_from_a_shell_keeps_none(indexed: Path) -> None:
    run(indexed, "ask", "Kinh phí khen thưởng là bao nhiêu?", "--plan", "honglinh-2023")
    assert json.loads(run(indexed, "unanswered", "--json").stdout) == []
    now = datetime.now(UTC)
    store = open_unanswered(f"sqlite:///{indexed / 'assistant.sqlite'}", 730)
    for plan_id in ("honglinh-2023", "honglinh-2023", "caobang-2023"):
        item = unanswered("Kinh phí ở đâu?", Answer("not_in_plan", ""), plan_id, {}, now)
        assert item is not None
        store.keep(item)
    store.close()
    found = json.loads(run(indexed, "unanswered", "--json").stdout)
    assert [(entry["plan_id"], entry["times_asked"]) for entry in found] == [("honglinh-2023", 2), ("caobang-2023", 1)]
    assert {"question", "outcome", "candidates", "time", "times_asked", "scope", "language"} <= set(found[0])
    assert len(json.loads(run(indexed, "unanswered", "--json", "--plan", "caobang-2023").stdout)) == 1
    assert json.loads(run(indexed, "unanswered", "--json", "--since", "2999-01-01").stdout) == []
    assert "2 x  not_in_plan" in run(indexed, "unanswered").stdout


def test_a_database_that_cannot_be_opened_is_said(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run(home, "unanswered", DATABASE_URL=f"sqlite:///{tmp_path / 'file' / 'x.db'}")
    assert done.returncode == 2 and "cannot be used" in done.stderr and "Traceback" not in done.stderr


def test_deadlines_with_the_days_left_from_the_given_clock(home: Path) -> None:
    def left(moment: str) -> list[Any]:
        done = run(home, "deadlines", "--plan", "yenbai-duk-2023", "--json", ASSISTANT_NOW=moment)
        return [(entry["last_day"], entry["days_left"], entry["passed"]) for entry in json.loads(done.stdout)]

    assert left("2023-04-24T23:59:59+07:00") == [("2023-04-24", 0, False), (None, None, False)]
    assert left("2023-04-25T00:00:00+07:00") == [("2023-04-24", -1, True), (None, None, False)]
    said = run(home, "deadlines", ASSISTANT_NOW="2023-04-30T00:00:00+07:00").stdout
    assert "passed 6 days ago" in said and "209 days left" not in said and "no date stated" in said
    assert "trước ngày 25/11" in said and "through phòng Nội vụ" in said
    assert run(home, "deadlines", "--plan", "none").returncode == 2


def test_facts_are_printed(home: Path) -> None:
    found = json.loads(run(home, "facts", "--plan", "yenbai-duk-2023", "--json").stdout)
    kinds = {"deadline", "duty", "target", "recipient", "signer", "legal_basis"}
    assert {entry["kind"] for entry in found} == kinds
    assert all({"path", "start", "end", "words"} <= set(entry) for entry in found)
    assert "Cao Xuân Chiểu" in run(home, "facts").stdout


def test_evaluate_prints_its_first_row(indexed: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.yml"
    entry = '{id: a, question: "Hạn báo cáo năm?", plan: honglinh-2023, quote: "hàng năm (trước ngày 25/11)"}'
    file.write_text(f"- {entry}\n", encoding="utf-8")
    assert "1 of    1  1.000" in run(indexed, "evaluate", str(file)).stdout
    runs = json.loads(run(indexed, "evaluate", str(file), "--json").stdout)
    assert runs.pop("the assistant")[0]["share"] == 1.0
    assert len(runs) == 2 and all(name.startswith("baseline: ") for name in runs)
    file.write_text("[]", encoding="utf-8")
    assert run(indexed, "evaluate", str(file)).returncode == 2
