"""Who a visitor is, what their browser keeps, and which pages may show ours in a frame."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from itsdangerous import Signer
from starlette.testclient import TestClient

from bot.channels.web.security import headers
from bot.channels.web.visitors import COOKIE, SECRET_FILE, Visitors, secret_in
from bot.wording import say
from tests.bot.channels.web.office import SECRET, VISITOR, app_over, browser, without_comments
from tests.bot.fake_rasa import FakeRasa
from tests.bot.memories import new_memory

PORTALS = ("https://portal.example.vn", "https://noibo.example.vn:8443")
SIGNED = Visitors(SECRET).signed(VISITOR)


def set_cookie(base_url: str, portals: Sequence[str] = ()) -> list[str]:
    client = TestClient(app_over(FakeRasa(), portals=portals), base_url=base_url)
    return client.get("/").headers["set-cookie"].lower().split("; ")


def test_a_visitor_gets_a_random_id_once_and_keeps_it() -> None:
    rasa = FakeRasa()
    client = browser(rasa, visitor=None)
    issued = client.get("/").cookies[COOKIE]
    client.post("/api/messages", json={"text": "một"})
    assert client.get("/").cookies[COOKIE] == issued
    client.post("/api/messages", json={"text": "hai"})
    first, second = (sender for sender, _ in rasa.received)
    assert first == second
    assert re.fullmatch(r"web:[0-9a-f]{32}", first)
    assert issued.startswith(first.removeprefix("web:"))


def test_a_visitor_without_the_page_is_remembered_from_the_first_message_on() -> None:
    rasa = FakeRasa()
    client = browser(rasa, visitor=None)
    for text in ("một", "hai"):
        client.post("/api/messages", json={"text": text})
    assert len({sender for sender, _ in rasa.received}) == 1


def test_two_visitors_are_two_people_and_see_only_their_own_chat() -> None:
    rasa = FakeRasa()
    app = app_over(rasa)
    first, second = TestClient(app), TestClient(app)
    first.post("/api/messages", json={"text": "một"})
    second.post("/api/messages", json={"text": "hai"})
    assert len({sender for sender, _ in rasa.received}) == 2
    assert [entry["text"] for entry in first.get("/api/history").json()["entries"]] == ["một", "<một>"]
    assert [entry["text"] for entry in second.get("/api/history").json()["entries"]] == ["hai", "<hai>"]


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        VISITOR,
        "web:admin",
        "../../x",
        SIGNED[:-1],
        SIGNED.replace("0", "1", 1),
        f"{SIGNED}x",
        VISITOR + SIGNED[-44:].replace(".", ""),
        Visitors("another secret").signed(VISITOR),
        Signer(SECRET).sign(VISITOR).decode(),
        f"{VISITOR}.",
        f"{VISITOR}.\xff\xfe",
    ],
)
def test_a_cookie_that_we_did_not_sign_is_a_stranger_s(cookie: str) -> None:
    rasa, memory = FakeRasa(), new_memory()
    browser(rasa, memory=memory).post("/api/messages", json={"text": "của tôi"})
    forger = TestClient(app_over(rasa, memory=memory))
    forged = {"Cookie": f"{COOKIE}={cookie}".encode("latin-1")}
    assert forger.get("/api/history", headers=forged).json() == {"known": False, "entries": []}
    answer = forger.post("/api/messages", json={"text": "một"}, headers=forged)
    assert answer.status_code == 200
    assert answer.cookies[COOKIE] != cookie
    assert rasa.received[-1][0] != f"web:{VISITOR}"
    assert forger.get("/papers/some-token", headers=forged).status_code == 404


def test_the_history_outlives_a_restart_of_everything() -> None:
    rasa, memory = FakeRasa(), new_memory()
    before = browser(rasa, memory=memory)
    before.post("/api/messages", json={"text": "một"})
    after = TestClient(app_over(rasa, memory=memory), cookies=before.cookies)
    assert [entry["text"] for entry in after.get("/api/history").json()["entries"]] == ["một", "<một>"]


def test_the_secret_is_made_once_and_is_its_owner_s_only(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    made = secret_in(folder)
    assert secret_in(folder) == made
    assert len(made) == 64
    assert (folder / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    assert secret_in(tmp_path / "other") != made
    assert [file.name for file in folder.iterdir()] == [SECRET_FILE]


@pytest.mark.parametrize("portals", [(), PORTALS])
def test_no_script_reads_the_cookie_and_over_http_no_other_site_sends_it(portals: Sequence[str]) -> None:
    said = set_cookie("http://dv.vn", portals)
    assert {"httponly", "samesite=lax", "path=/"} <= set(said)
    assert not {"secure", "partitioned"} & set(said)


def test_the_cookie_is_sent_from_a_frame_only_where_portals_are_named_and_the_page_is_secure() -> None:
    assert {"secure", "samesite=lax"} <= set(set_cookie("https://dv.vn"))
    assert {"secure", "samesite=none", "partitioned", "httponly"} <= set(set_cookie("https://dv.vn", PORTALS))


def test_the_policy_allows_this_site_only() -> None:
    policy = headers()["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    assert policy.endswith("frame-ancestors 'self'")


@pytest.mark.parametrize("path", ["/", "/plans", "/plans/caobang-2023", "/none", "/static/chat.js"])
def test_the_portals_named_may_show_every_page_in_a_frame_and_nobody_else(path: str) -> None:
    got = TestClient(app_over(FakeRasa(), portals=PORTALS)).get(path).headers
    assert got["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {' '.join(PORTALS)}")
    assert "X-Frame-Options" not in got  # it knows no list, and would win in old browsers


def test_the_widget_is_a_script_with_its_words_filled_in_and_names_no_other_site() -> None:
    answer = browser(FakeRasa(), visitor=None).get("/widget.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "set-cookie" not in answer.headers
    assert all(f'"{say(f"widget_{key}")}"' in answer.text for key in ("title", "open", "new_tab", "close"))
    assert "$words" not in answer.text and "innerHTML" not in answer.text
    assert "//" not in without_comments(answer.text)
