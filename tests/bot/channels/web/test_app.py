import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from actions.registration.papers.shelf import Shelf
from bot.channels.rendering import Limits
from bot.channels.running import serve
from bot.channels.web.api import BODY_LIMIT
from bot.channels.web.app import PortInUse, Web, listening_socket
from bot.channels.web.security import headers
from bot.messages import Part, Received
from bot.settings import load_settings
from bot.wording import say
from tests.bot.channels.contract import CHOICE, ChannelContract, Conversation, Shown
from tests.bot.channels.web.office import PLANS, VISITOR, app_over, browser, without_comments
from tests.bot.fake_rasa import FakeRasa, clock
from tests.bot.memories import new_memory, new_url

ROOT = Path(__file__).resolve().parents[4]
CITATION = {"plan_id": "caobang-2023", "path": "III › 1", "quote": "Sở Nội vụ", "start": 10, "end": 19}
ANSWER = [
    {"text": "Sở Nội vụ theo dõi."},
    {"custom": {"kind": "answer", "outcome": "answered", "citations": [CITATION]}},
]


class Page(Conversation):
    def __init__(self, rasa: FakeRasa, user: str) -> None:
        self.rasa, self.user = rasa, user
        self.memory = new_memory()
        self.restart()

    def restart(self) -> None:
        self.client = browser(self.rasa, self.user, memory=self.memory)

    def say(self, text: str) -> Shown:
        return self._post({"text": text, "id": uuid4().hex})

    def take(self, shown: Shown, index: int) -> Shown:
        return self._post({"payload": self.payloads[shown.choices[index]], "id": uuid4().hex})

    def repeat(self) -> Shown:
        return self._post(self.last)

    def _post(self, content: dict[str, str]) -> Shown:
        self.last = content
        turn = self.client.post("/api/messages", json=content).json()
        buttons = [button for reply in turn["replies"] for button in reply.get("buttons", ())]
        self.payloads = {button["title"]: button["payload"] for button in buttons} or getattr(self, "payloads", {})
        return Shown(tuple(reply["text"] for reply in turn["replies"]), tuple(button["title"] for button in buttons))


class TestWeb(ChannelContract):
    channel_class = Web

    def open(self, rasa: FakeRasa) -> Page:
        return Page(rasa, self.user)


def test_a_repeated_post_is_not_shown_twice_in_the_history() -> None:
    client = browser(FakeRasa())
    for _ in range(2):
        client.post("/api/messages", json={"text": "một", "id": "abcdef-123456"})
    assert [entry["text"] for entry in client.get("/api/history").json()["entries"]] == ["một", "<một>"]


def test_a_post_without_a_database_is_not_handled() -> None:
    rasa, memory = FakeRasa(), new_memory()
    memory.sessions.write(lambda session: session.execute(text("DROP TABLE inbox")))
    answer = browser(rasa, memory=memory).post("/api/messages", json={"text": "một"})
    assert (answer.status_code, rasa.received) == (503, [])
    assert say("unavailable") in answer.json()["replies"][0]["text"]


def test_an_answer_comes_with_its_sources() -> None:
    client = browser(FakeRasa(lambda sender, text: ANSWER))
    answer = client.post("/api/messages", json={"text": "ai theo dõi?"})
    plan = PLANS["caobang-2023"]
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "answered",
            "replies": [
                {
                    "text": "Sở Nội vụ theo dõi.",
                    "buttons": [],
                    "citations": [
                        {
                            "path": "III › 1",
                            "place": "mục III › 1",
                            "quote": "Sở Nội vụ",
                            "link": "/plans/caobang-2023?start=10&end=19&quote=934205b1#passage",
                            "title": plan.title,
                            "issuer": plan.issuer,
                            "year": plan.year,
                        }
                    ],
                    "files": [],
                    "form": None,
                    "erased": False,
                }
            ],
        },
    )


def test_a_citation_of_a_plan_that_is_gone_still_shows_its_quote() -> None:
    gone = [{"text": "a", "custom": {"citations": [{**CITATION, "plan_id": "gone-2020"}]}}]
    turn = browser(FakeRasa(lambda sender, text: gone)).post("/api/messages", json={"text": "ai?"}).json()
    assert turn["replies"][0]["citations"][0]["title"] == "gone-2020"


def test_a_form_turn_shows_where_the_registration_stands() -> None:
    form = {"kind": "form", "state": "saved", "slot": None, "reference": "DK-1", "plan_id": "x"}
    rasa = FakeRasa(lambda sender, text: [{"text": "Đã lưu."}, {"custom": form}])
    turn = browser(rasa).post("/api/messages", json={"text": "đúng"}).json()
    assert turn["replies"][0]["form"] == form


def test_a_paper_is_fetched_by_its_own_person_only(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    token = shelf.add(f"web:{VISITOR}", "dang-ky.docx", b"a paper", clock())
    rasa = FakeRasa(lambda sender, text: [{"text": "Phiếu đây ạ."}, {"attachment": f"{token}/dang-ky.docx"}])
    mine = browser(rasa, find=shelf.find)
    (reply,) = mine.post("/api/messages", json={"text": "in phiếu"}).json()["replies"]
    assert reply["files"] == [{"name": "dang-ky.docx", "link": f"/papers/{token}"}]
    got = mine.get(reply["files"][0]["link"])
    assert (got.status_code, got.content) == (200, b"a paper")
    assert "dang-ky.docx" in got.headers["content-disposition"] and "no-store" in got.headers["cache-control"]
    assert browser(rasa, "f" * 32, shelf.find).get(f"/papers/{token}").status_code == 404
    assert browser(rasa, None, shelf.find).get(f"/papers/{token}").status_code == 404
    assert mine.get("/papers/" + "x" * 32).status_code == 404


def test_a_turn_that_was_not_handled_is_503_and_leaves_the_text_to_the_person() -> None:
    client = browser(FakeRasa(lambda sender, text: []))
    answer = client.post("/api/messages", json={"text": "xin chào"})
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["replies"][0]["text"] == f"{say('unavailable')} {say('kept_in_input')}"
    assert client.get("/api/history").json() == {"known": True, "entries": []}


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"text": "a"}', "text/plain", 415),
        (b'{"text": "a"}', "application/x-www-form-urlencoded", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"", "application/json", 400),
        (b'{"text": "a"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 30_000, "application/json", 400),
        (b'"text"', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"text": 5}', "application/json", 422),
        (b'{"text": "a", "sender": "web:khac"}', "application/json", 422),
        (b'{"payload": "/restart"}', "application/json", 422),
        (b'{"text": "a", "id": "short"}', "application/json", 422),
        (b'{"text": "a", "id": ["0123456789"]}', "application/json", 422),
        (b'{"id": "0123456789"}', "application/json", 422),
        (b'{"text": "' + b"a" * BODY_LIMIT + b'"}', "application/json", 413),
        (b"a" * 10_000_000, "application/json", 413),
    ],
)
def test_a_request_that_the_page_does_not_make_is_refused(content: bytes, content_type: str, status: int) -> None:
    rasa = FakeRasa()
    answer = browser(rasa).post("/api/messages", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.json()["status"] == "refused"
    assert answer.json()["replies"][0]["text"] in {
        say(key) for key in ("request_not_json", "request_too_large", "old_button", "file")
    }
    assert rasa.received == []


def test_a_request_that_breaks_off_does_nothing() -> None:
    rasa, sent = FakeRasa(), []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/messages",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"99")],
    }
    received = iter([{"type": "http.request", "body": b'{"text": "a"', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(received)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app_over(rasa)(scope, receive, send))
    assert sent[0]["status"] == 400
    assert rasa.received == []


def test_a_file_is_refused_with_what_to_do_instead() -> None:
    answer = browser(FakeRasa()).post("/api/messages", files={"file": ("a.docx", b"x" * 1000)})
    assert (answer.status_code, answer.json()["replies"][0]["text"]) == (415, say("file"))


def test_a_history_that_cannot_be_read_is_said_to_be_so() -> None:
    memory = new_memory()
    memory.sessions.write(lambda session: session.execute(text("DROP TABLE outbox")))
    answer = browser(FakeRasa(), memory=memory).get("/api/history")
    assert (answer.status_code, answer.json()["replies"][0]["text"]) == (503, say("history_unavailable"))


def test_what_waited_for_the_person_is_shown_at_the_next_visit_and_stays() -> None:
    memory = new_memory()
    client = browser(FakeRasa(), memory=memory)
    to = Received("web", VISITOR, VISITOR, "none", "typed", "")
    memory.outbox.add(to, [Part("Sắp đến hạn báo cáo.")], clock())
    for _ in range(2):
        (entry,) = client.get("/api/history").json()["entries"]
        assert (entry["who"], entry["text"]) == ("assistant", "Sắp đến hạn báo cáo.")
    assert memory.outbox.waiting() == 0
    assert browser(FakeRasa(), "f" * 32, memory=memory).get("/api/history").json()["entries"] == []


@pytest.mark.parametrize(
    "envelope", [{"kind": "form", "erased": [f"web:{VISITOR}", "telegram:7"]}, {"kind": "answer", "erased": True}]
)
def test_who_erases_everything_finds_an_empty_page_and_is_not_told_who_they_were(envelope: dict[str, Any]) -> None:
    rasa = FakeRasa()
    client = browser(rasa)
    client.post("/api/messages", json={"text": "tên tôi là An"})
    rasa.script = lambda sender, text: [{"text": "Đã xoá."}, {"custom": envelope}]
    answer = client.post("/api/messages", json={"text": "xoá dữ liệu của tôi"})
    assert answer.json()["replies"][0]["erased"] is True
    assert "telegram:7" not in answer.text
    assert [entry["text"] for entry in client.get("/api/history").json()["entries"]] == ["Đã xoá."]


def test_the_longest_text_fits_into_a_request_however_it_is_escaped() -> None:
    rasa = FakeRasa()
    body = json.dumps({"text": "ạ" * 10_000}, ensure_ascii=True)
    assert browser(rasa).post("/api/messages", content=body, headers={"Content-Type": "application/json"}).is_success
    assert len(rasa.received[0][1]) == 10_000


def test_a_lone_surrogate_does_no_harm() -> None:
    rasa = FakeRasa()
    answer = browser(rasa).post(
        "/api/messages", content=b'{"text": "\\ud800 ok"}', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, rasa.received[0][1]) == (200, "ok")


def test_the_history_shows_a_pressed_button_by_its_title() -> None:
    asked = [{"text": "Kế hoạch nào?", "buttons": [{"title": "Hồng Lĩnh 2023", "payload": CHOICE}]}]
    client = browser(FakeRasa(lambda sender, text: asked))
    client.post("/api/messages", json={"text": "hạn báo cáo"})
    client.post("/api/messages", json={"payload": CHOICE})
    entries = client.get("/api/history").json()["entries"]
    assert [(entry["who"], entry["text"]) for entry in entries] == [
        ("person", "hạn báo cáo"),
        ("assistant", "Kế hoạch nào?"),
        ("person", "Hồng Lĩnh 2023"),
        ("assistant", "Kế hoạch nào?"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plans",
        "/plans/caobang-2023",
        "/plans/none",
        "/none",
        "/static/chat.js",
        "/widget.js",
        "/health",
        "/api/history",
    ],
)
def test_every_answer_carries_the_security_headers(path: str) -> None:
    got = browser(FakeRasa()).get(path).headers
    assert {name: got[name] for name in headers()} == headers()
    assert got["Cache-Control"] in ("no-cache", "no-store")


@pytest.mark.parametrize("path", ["/", "/plans", "/plans/yenbai-duk-2023?start=100&end=200", "/none"])
def test_pages_hold_nothing_inline_and_nothing_of_another_site(path: str) -> None:
    page = browser(FakeRasa()).get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', page) == []
    assert 'lang="vi"' in page


def test_static_files_name_no_other_site() -> None:
    client = browser(FakeRasa())
    for name in ("base.css", "chat.css", "plan.css", "chat.js", "keeping.js", "messages.js", "plan.js", "icon.svg"):
        text = client.get(f"/static/{name}").text.replace("http://www.w3.org/2000/svg", "")
        assert text and "//" not in without_comments(text)
        assert "innerHTML" not in text


@pytest.mark.parametrize("path", ["/static/../chat.html", "/static/%2e%2e/chat.html", "/static/..%2f..%2fweb.py"])
def test_nothing_outside_the_static_folder_is_served(path: str) -> None:
    assert browser(FakeRasa()).get(path).status_code == 404


def test_wrong_methods_and_paths_are_answered_in_vietnamese() -> None:
    client = browser(FakeRasa())
    assert client.get("/api/messages").json()["replies"][0]["text"] == say("not_allowed")
    assert client.get("/api/none").json()["replies"][0]["text"] == say("not_found")
    assert say("not_found") in client.get("/none").text
    assert client.get("/api/messages").status_code == 405


def test_a_fault_of_ours_is_a_sentence_with_the_headers_and_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Web, received: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Web, "handle", broken)
    answer = browser(FakeRasa()).post("/api/messages", json={"text": "a"})
    assert answer.status_code == 500
    assert answer.json()["replies"][0]["text"] == say("server_error")
    assert "secret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_health_tells_the_page_from_the_assistant() -> None:
    rasa = FakeRasa()
    assert browser(rasa).get("/health").json() == {"status": "ok", "assistant": "ready", "plans": len(PLANS)}
    rasa.app.routes.clear()
    assert browser(rasa).get("/health").json()["assistant"] == "unavailable"


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with listening_socket("127.0.0.1", 0) as bound:
        bound.listen()
        port = bound.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"127\.0\.0\.1:{port} .*WEB_PORT"):
            listening_socket("127.0.0.1", port)
        with pytest.raises(SystemExit, match="WEB_PORT"):
            serve(load_settings(web_port=port, database_url=new_url()))


def test_long_answers_fit_the_page_in_few_parts() -> None:
    assert isinstance(Web.limits, Limits)
    assert Web.limits.text >= 10_000


def test_the_channels_load_without_the_encoder() -> None:
    heavy = "{'torch', 'sentence_transformers', 'faiss', 'rasa_sdk', 'numpy'}"
    code = f"import sys, bot.channels.running, bot.channels.console; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
