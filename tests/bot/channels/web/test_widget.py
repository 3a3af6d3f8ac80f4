"""The chat on an office portal: another site's page with one script tag, in a real browser.

Set SCREENSHOTS to a folder to keep pictures of what it looks like.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.wording import say
from tests.bot.channels.web.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, SMALL, Visit, chromium_with, served
from tests.bot.channels.web.office import app_over
from tests.bot.channels.web.office_script import script
from tests.bot.fake_rasa import FakeRasa

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = [pytest.mark.e2e, NEEDS_CHROMIUM]

PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Cổng thông tin</title></head>
<body><h1>Cổng thông tin điện tử</h1><p><a href="/tin">Tin tức</a></p><p>{text}</p>
<script src="{assistant}/widget.js" async></script></body></html>"""
BEHIND_TLS = {"X-Forwarded-Proto": "https"}  # what a proxy with TLS tells; to the browser 127.0.0.1 is as good as HTTPS


@dataclass(frozen=True)
class Office:
    """The assistant's address, and two portals of other sites: `listed` may show it, `other` may not."""

    assistant: str
    listed: str
    other: str


def portal(addresses: dict[str, str]) -> Starlette:
    """Return a portal that lets nothing run or show on its pages but the assistant."""

    async def page(request: Request) -> Response:
        policy = "default-src 'none'; script-src {assistant}; frame-src {assistant}".format(**addresses)
        text = "Tin của cơ quan, đơn vị. " * 60
        return HTMLResponse(PAGE.format(text=text, **addresses), headers={"Content-Security-Policy": policy})

    async def nothing(request: Request) -> Response:
        return Response(status_code=204)

    return Starlette(routes=[Route("/favicon.ico", nothing), Route("/{path:path}", page)])


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    addresses: dict[str, str] = {}
    with served(portal(addresses)) as listed, served(portal(addresses)) as other:
        portals = (f"http://localhost:{listed}",)
        with served(app_over(FakeRasa(script), portals=portals)) as port:
            addresses["assistant"] = f"http://127.0.0.1:{port}"
            yield Office(addresses["assistant"], portals[0], f"http://localhost:{other}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright_api.Browser]:
    with chromium_with("--test-third-party-cookie-phaseout") as browser:
        yield browser


class PortalVisit(Visit):
    """A window on a portal's page."""

    def __init__(self, browser: playwright_api.Browser, office: Office, at: str, size: tuple[int, int], **more: object):
        super().__init__(browser, at, size, ready="h1", hosts=(office.assistant,), **more)
        self.chat = self.page.frame_locator("iframe")
        self.opener = self.page.get_by_role("button", name=say("widget_open"))
        self.panel = self.page.get_by_role("region", name=say("widget_title"))

    def open_chat(self) -> None:
        self.opener.click()
        self.chat.locator("#log[data-ready]").wait_for()

    def ask(self, text: str) -> None:
        self.chat.locator("#text").fill(text)
        self.chat.locator("#text").press("Enter")
        self.chat.locator("#typing").wait_for(state="hidden")

    def in_view(self, selector: str) -> bool:
        """Tell whether an element of the chat stands whole in the window."""
        box, size = self.chat.locator(selector).bounding_box(), self.page.viewport_size
        ends = (box["x"] + box["width"] <= size["width"], box["y"] + box["height"] <= size["height"])
        return box["x"] >= 0 and box["y"] >= 0 and all(ends)

    def bubbles(self) -> list[str]:
        return list(self.chat.locator("#log .bubble").all_inner_texts())


@pytest.fixture(params=[PHONE, SMALL, DESKTOP], ids=["320", "390", "1280"])
def visit(chromium: playwright_api.Browser, office: Office, request: pytest.FixtureRequest) -> Iterator[PortalVisit]:
    opened = PortalVisit(chromium, office, office.listed, request.param, extra_http_headers=BEHIND_TLS)
    yield opened
    opened.context.close()
    assert opened.faults == []


def test_one_tag_brings_the_chat_to_a_portal_and_a_reload_shows_it_again(visit: PortalVisit) -> None:
    visit.picture("9-portal-closed")
    assert visit.page.locator("iframe").get_attribute("src") is None  # nothing is loaded before it is wanted
    visit.open_chat()
    visit.ask("Đơn vị nào theo dõi các mô hình?")
    assert "Sở Nội vụ" in visit.bubbles()[-1]
    assert visit.chat.locator("a.citation").count() == 2
    assert visit.chat.locator("#cookieless").is_hidden()
    assert visit.in_view("#composer")
    assert not visit.wide()
    visit.picture("9-portal-open")
    before = visit.bubbles()
    visit.page.reload()
    visit.open_chat()
    assert visit.bubbles() == before


def test_a_citation_opens_the_plan_beside_the_portal(visit: PortalVisit) -> None:
    visit.open_chat()
    visit.ask("Đơn vị nào theo dõi các mô hình?")
    with visit.context.expect_page() as opening:
        visit.chat.locator("a.citation").first.click()
    opening.value.locator("mark#passage").wait_for()
    assert visit.panel.is_visible()


def test_it_is_opened_and_closed_by_keyboard_and_the_focus_comes_back(visit: PortalVisit) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent") == say("widget_open")
    page.keyboard.press("Enter")
    visit.chat.locator("#log[data-ready]").wait_for()
    visit.chat.locator("#text:focus").wait_for()
    assert visit.opener.count() == 0
    page.keyboard.type("Hạn báo cáo năm là khi nào?")
    page.keyboard.press("Enter")
    visit.chat.get_by_role("button", name="Hồng Lĩnh 2023").wait_for()
    page.keyboard.press("Escape")
    visit.panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent") == say("widget_open")
    page.keyboard.press("Enter")
    visit.chat.locator("#text:focus").wait_for()
    assert len(visit.bubbles()) == 3  # it was only hidden
    visit.page.get_by_role("button", name=say("widget_close")).click()
    assert visit.panel.count() == 0


def test_a_screen_reader_is_told_what_the_frame_is(visit: PortalVisit) -> None:
    assert visit.opener.get_attribute("aria-expanded") == "false"
    visit.open_chat()
    assert visit.panel.count() == 1
    assert visit.page.locator("iframe").get_attribute("title") == say("widget_title")
    away = visit.page.get_by_role("link", name=say("widget_new_tab"))
    assert (away.get_attribute("target"), away.get_attribute("rel")) == ("_blank", "noopener")
    for control in (away, visit.page.get_by_role("button", name=say("widget_close"))):
        box = control.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44


def test_where_the_cookie_is_blocked_the_page_says_so_and_leads_to_a_tab(
    chromium: playwright_api.Browser, office: Office
) -> None:
    """Over plain HTTP the cookie of another site's frame is never sent."""
    visit = PortalVisit(chromium, office, office.listed, SMALL)
    visit.open_chat()
    assert "chặn cookie" in visit.chat.get_by_role("alert").inner_text()
    assert visit.chat.locator("#text").is_hidden()
    assert visit.chat.locator(".chip:visible").count() == 0
    assert not visit.wide()
    visit.picture("9-portal-cookieless")
    with visit.context.expect_page() as opening:
        visit.chat.get_by_role("link", name="mở trợ lý ở thẻ mới").click()
    opening.value.wait_for_selector("#log[data-ready]")
    opening.value.locator("#text").fill("Hạn báo cáo năm là khi nào?")
    opening.value.locator("#text").press("Enter")
    opening.value.get_by_role("button", name="Hồng Lĩnh 2023").wait_for()
    visit.context.close()
    assert visit.faults == []


def test_a_portal_that_is_not_listed_shows_no_chat(chromium: playwright_api.Browser, office: Office) -> None:
    visit = PortalVisit(chromium, office, office.other, SMALL, extra_http_headers=BEHIND_TLS)
    with visit.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        visit.opener.click()
    assert visit.chat.locator("#log").count() == 0
    assert visit.page.get_by_role("link", name=say("widget_new_tab")).is_visible()
    visit.context.close()
