"""Parts that die, files that are damaged, a full restart: people are told, and no draft is lost.

The tests run in the order they stand in, each on what the one before has left.
"""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.settings import ROOT
from bot.wording import say
from tests.end_to_end.assistant import Assistant, until

UNAVAILABLE = say("unavailable", "vi")
PERSON = "survivor"


@pytest.fixture(scope="module")
def visitor(victim: Assistant) -> Iterator[httpx.Client]:
    """A person on the web page who has given the first answer."""
    with victim.visitor() as opened:
        for text in ("đăng ký mô hình", "đồng ý", "Chi bộ Văn phòng"):
            said = send(opened, text)
        assert said["form"]["slot"] == "unit_type"
        yield opened


def send(visitor: httpx.Client, text: str) -> dict[str, Any]:
    """Send a message that is answered; return the last reply."""
    answer = visitor.post("/api/messages", json={"text": text})
    assert answer.status_code == 200, answer.text
    last: dict[str, Any] = answer.json()["replies"][-1]
    return last


def assert_unavailable(visitor: httpx.Client, text: str) -> None:
    answer = visitor.post("/api/messages", json={"text": text})
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["replies"][-1]["text"].startswith(UNAVAILABLE)


def test_the_servers_behind_the_page_listen_on_loopback_alone(victim: Assistant) -> None:
    for port, path in ((victim.rasa_port, "/"), (victim.actions_port, "/health")):
        assert httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code == 200
        with pytest.raises(httpx.ConnectError):  # a server on all addresses would answer here as well
            httpx.get(f"http://127.0.0.2:{port}{path}", trust_env=False)


def test_the_action_server_dies_and_the_answer_is_given_again(victim: Assistant, visitor: httpx.Client) -> None:
    victim.kill("actions")
    assert_unavailable(visitor, "chi bộ cơ sở")
    assert victim.say(PERSON, "hạn báo cáo năm là khi nào?").messages == ()  # what the page must not pass on
    victim.wait_to_hear("actions answers again.")
    assert send(visitor, "chi bộ cơ sở")["form"]["slot"] == "registration_type"
    assert victim.say(PERSON, "hạn báo cáo năm là khi nào?").answer["outcome"] == "answered_per_plan"


def test_rasa_dies_and_the_registration_goes_on(victim: Assistant, visitor: httpx.Client) -> None:
    victim.kill("rasa")
    assert_unavailable(visitor, "xây dựng mới")
    assert httpx.get(f"{victim.web}/health", trust_env=False).json()["assistant"] == "unavailable"
    assert httpx.get(f"{victim.web}/plans/yenbai-duk-2023", trust_env=False).status_code == 200
    victim.wait_to_hear("rasa answers again.")
    assert send(visitor, "tiếp tục")["form"]["slot"] == "registration_type"
    assert send(visitor, "xây dựng mới")["form"]["slot"] == "field"


def test_a_damaged_index_stops_answers_but_no_registration(victim: Assistant, visitor: httpx.Client) -> None:
    [vectors] = (victim.home / "index").glob("vectors*.faiss")
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:1000] + bytes(1000))
    heard = victim.output.count("actions answers again.")
    victim.kill("actions")
    until(lambda: victim.output.count("actions answers again.") > heard, 120)
    vectors.write_bytes(whole)
    turn = victim.say(PERSON, "đơn vị nào theo dõi các mô hình?")
    assert turn.answer["outcome"] == "error" and turn.answer["citations"] == []
    assert "Xin lỗi Anh/Chị" in turn.text
    assert "python -m knowledge index" in (victim.home / "logs" / "actions.log").read_text(encoding="utf-8")
    said = visitor.post("/api/messages", json={"text": "hạn báo cáo năm là khi nào?"}).json()["replies"]
    assert "Xin lỗi Anh/Chị" in said[0]["text"] and said[-1]["form"]["slot"] == "field"
    assert send(visitor, "kinh tế")["form"]["slot"] == "model_name"
    assert victim.say(PERSON, "đăng ký mô hình").form["state"] == "consent"


def test_a_restart_of_everything_goes_on_at_the_same_field(victim: Assistant, visitor: httpx.Client) -> None:
    victim.stop()
    with pytest.raises(httpx.ConnectError):
        send(visitor, "Một cửa thân thiện")
    victim.start()
    assert send(visitor, "Một cửa thân thiện")["form"]["slot"] == "quantity"
    assert send(visitor, "xin chào")["form"]["slot"] == "quantity"
    turn = victim.say(PERSON, "tiếp tục")
    assert turn.form["state"] == "consent"
    assert victim.say(PERSON, "không đồng ý").form["state"] == "cancelled"
    assert victim.say(PERSON, "đơn vị nào theo dõi các mô hình?").answer["outcome"] == "answered_per_plan"


def test_rasas_memory_is_lost_but_no_answer(victim: Assistant, visitor: httpx.Client) -> None:
    for file in victim.home.glob("dialogue.sqlite*"):
        file.unlink()
    (victim.home / "dialogue.sqlite").mkdir()
    assert send(visitor, "1")["form"]["slot"] == "start_period"
    assert "unable to open database file" in (victim.home / "logs" / "rasa.log").read_text(encoding="utf-8")
    last = ("tháng 5", "Phòng Hành chính", "tập thể", "quý IV")
    assert [send(visitor, text)["form"]["state"] for text in last] == ["asking", "asking", "asking", "reviewing"]
    saved = send(visitor, "gửi")["form"]
    assert saved["state"] == "saved"
    assert victim.say(PERSON, "hạn báo cáo năm là khi nào?").answer["outcome"] == "answered_per_plan"
    [stored] = [each for each in victim.listed() if each["reference"]]
    assert stored["reference"] == saved["reference"]
    given = ("unit_name", "unit_type", "registration_type", "field", "model_name", "quantity", "start_period")
    assert [stored[name] for name in given] == [
        *("Chi bộ Văn phòng", "grassroots_party_cell", "new", "economy", "Một cửa thân thiện", 1, "2023-05")
    ]


@pytest.mark.parametrize("setting", ["RASA_PORT", "ACTIONS_PORT", "WEB_PORT"])
def test_a_port_in_use_is_named_with_what_to_do(assistant: Assistant, victim: Assistant, setting: str) -> None:
    taken = victim.environment[setting]
    done = subprocess.run(
        (sys.executable, "-m", "bot", "run"),
        cwd=ROOT,
        env={**Assistant(victim.home).environment, setting: taken},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert f"Port {taken} ({setting}" in done.stderr
    assert f"{setting}=" in done.stderr
    assert "Traceback" not in done.stderr
