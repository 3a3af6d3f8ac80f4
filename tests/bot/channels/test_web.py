import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from actions.registration.papers.shelf import Shelf
from bot.channels.rendering import FindPaper, Limits, no_paper
from bot.channels.web import PortInUse, Web, build_app, listening_socket, serve
from bot.channels.web_api import BODY_LIMIT
from bot.channels.web_history import History
from bot.channels.web_security import COOKIE, HEADERS
from bot.wording import say
from knowledge.corpus import load_plans
from tests.bot.channels.contract import CHOICE, ChannelContract, Conversation, Shown
from tests.bot.fake_rasa import FakeRasa, clock

PLANS = load_plans()
ROOT = Path(__file__).resolve().parents[3]
VISITOR = "0123456789abcdef" * 2
CITATION = {"plan_id": "caobang-2023", "path": "III › 1", "quote": "Sở Nội vụ", "start": 10, "end": 19}
ANSWER = [
    {"text": "Sở Nội vụ theo dõi."},
    {"custom": {"kind": "answer", "outcome": "answered", "citations": [CITATION]}},
]


def browser(rasa: FakeRasa, visitor: str | None = VISITOR, find: FindPaper = no_paper) -> TestClient:
    client = TestClient(build_app(rasa.dialogue(), PLANS, clock, find), raise_server_exceptions=False)
    if visitor:
        client.cookies.set(COOKIE, visitor)
    return client


class Page(Conversation):
    def __init__(self, rasa: FakeRasa, user: str) -> None:
        self.client = browser(rasa, user)

    def say(self, text: str) -> Shown:
        return self._shown(self.client.post("/api/messages", json={"text": text}).json())

    def take(self, shown: Shown, index: int) -> Shown:
        payload = self.payloads[shown.choices[index]]
        return self._shown(self.client.post("/api/messages", json={"payload": payload}).json())

    def _shown(self, turn: dict[str, Any]) -> Shown:
        buttons = [button for reply in turn["replies"] for button in reply.get("buttons", ())]
        self.payloads = {button["title"]: button["payload"] for button in buttons} or getattr(self, "payloads", {})
        return Shown(tuple(reply["text"] for reply in turn["replies"]), tuple(button["title"] for button in buttons))


class TestWeb(ChannelContract):
    channel_class = Web

    def open(self, rasa: FakeRasa, user: str = "a" * 32) -> Page:
        return Page(rasa, user)


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
                            "link": "/plans/caobang-2023?start=10&end=19#passage",
                            "title": plan.title,
                            "issuer": plan.issuer,
                            "year": plan.year,
                        }
                    ],
                    "files": [],
                    "form": None,
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
    assert client.get("/api/history").json() == {"entries": []}


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"text": "a"}', "text/plain", 415),
        (b'{"text": "a"}', "application/x-www-form-urlencoded", 415),
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
        say(key) for key in ("request_not_json", "request_too_large", "old_button")
    }
    assert rasa.received == []


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


def test_a_visitor_gets_a_random_id_once_and_keeps_it() -> None:
    rasa = FakeRasa()
    client = browser(rasa, visitor=None)
    first = client.get("/")
    assert re.search(r"HttpOnly", first.headers["set-cookie"])
    assert re.search(r"SameSite=lax", first.headers["set-cookie"])
    issued = client.cookies[COOKIE]
    assert re.fullmatch(r"[0-9a-f]{32}", issued)
    client.post("/api/messages", json={"text": "một"})
    client.get("/")
    client.post("/api/messages", json={"text": "hai"})
    assert [sender for sender, _ in rasa.received] == [f"web:{issued}"] * 2


def test_two_visitors_are_two_people_and_see_only_their_own_chat() -> None:
    rasa = FakeRasa()
    app = build_app(rasa.dialogue(), PLANS, clock)
    first, second = TestClient(app), TestClient(app)
    first.post("/api/messages", json={"text": "một"})
    second.post("/api/messages", json={"text": "hai"})
    assert len({sender for sender, _ in rasa.received}) == 2
    assert [entry["text"] for entry in first.get("/api/history").json()["entries"]] == ["một", "<một>"]
    assert [entry["text"] for entry in second.get("/api/history").json()["entries"]] == ["hai", "<hai>"]


@pytest.mark.parametrize("cookie", ["web:admin", "A" * 32, "0" * 31, "0" * 33, "../../x"])
def test_an_id_that_we_did_not_issue_is_replaced(cookie: str) -> None:
    rasa = FakeRasa()
    answer = browser(rasa, cookie).post("/api/messages", json={"text": "một"})
    assert COOKIE in answer.headers["set-cookie"]
    assert re.fullmatch(r"web:[0-9a-f]{32}", rasa.received[0][0])
    assert cookie not in rasa.received[0][0]


def test_the_cookie_is_secure_where_the_page_is() -> None:
    client = TestClient(build_app(FakeRasa().dialogue(), PLANS, clock), base_url="https://dv.vn")
    assert "Secure" in client.get("/").headers["set-cookie"]
    assert "Secure" not in browser(FakeRasa()).get("/").headers["set-cookie"]


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


def test_the_history_forgets_the_oldest() -> None:
    history = History(entries=3, people=2)
    for person in ("an", "binh", "an", "chi"):
        history.add(person, f"{person} hỏi", [{"text": "đáp"}])
    assert history.of("binh") == []
    assert len(history.of("an")) == 3
    assert history.title_of("an", "x") is None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plans",
        "/plans/caobang-2023",
        "/plans/none",
        "/none",
        "/static/chat.js",
        "/health",
        "/api/history",
    ],
)
def test_every_answer_carries_the_security_headers(path: str) -> None:
    headers = browser(FakeRasa()).get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["Cache-Control"] in ("no-cache", "no-store")


def test_the_policy_allows_this_site_only() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("path", ["/", "/plans", "/plans/yenbai-duk-2023?start=100&end=200", "/none"])
def test_pages_hold_nothing_inline_and_nothing_of_another_site(path: str) -> None:
    page = browser(FakeRasa()).get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', page) == []
    assert 'lang="vi"' in page


def test_static_files_name_no_other_site() -> None:
    client = browser(FakeRasa())
    for name in ("base.css", "chat.css", "plan.css", "chat.js", "messages.js", "plan.js", "icon.svg"):
        text = client.get(f"/static/{name}").text.replace("http://www.w3.org/2000/svg", "")
        assert text and "//" not in re.sub(r"(?m)^\s*//.*$", "", text)
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


class Taken:
    rasa_url = "http://127.0.0.1:9"
    web_host = "127.0.0.1"
    added_plans = Path("none")
    now = staticmethod(clock)

    def __init__(self, port: int) -> None:
        self.web_port = port


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with listening_socket("127.0.0.1", 0) as bound:
        bound.listen()
        port = bound.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"127\.0\.0\.1:{port} .*WEB_PORT"):
            listening_socket("127.0.0.1", port)
        with pytest.raises(SystemExit, match="WEB_PORT"):
            serve(Taken(port))


def test_long_answers_fit_the_page_in_few_parts() -> None:
    assert isinstance(Web.limits, Limits)
    assert Web.limits.text >= 10_000


def test_the_channels_load_without_the_encoder() -> None:
    heavy = "{'torch', 'sentence_transformers', 'faiss', 'rasa_sdk', 'numpy'}"
    code = f"import sys, bot.channels.web, bot.channels.console; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
