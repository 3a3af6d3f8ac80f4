"""The page in a real browser. Set SCREENSHOTS to a folder to keep pictures of what it looks like."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from bot.channels.web import build_app, listening_socket
from tests.bot.channels.office_script import PLANS, script
from tests.bot.fake_rasa import FakeRasa, clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, SMALL, DESKTOP = (320, 640), (390, 844), (1280, 800)

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def rasa() -> FakeRasa:
    return FakeRasa(script)


@pytest.fixture(scope="module")
def address(rasa: FakeRasa) -> Iterator[str]:
    bound = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build_app(rasa.dialogue(), PLANS, clock), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright_api.Browser]:
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One visitor's window; whatever it complains of or asks of another host is kept in `faults`."""

    def __init__(self, browser: playwright_api.Browser, address: str, size: tuple[int, int], **options: object):
        self.address = address
        self.faults: list[str] = []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="vi-VN", **options
        )
        self.context.on("request", self._request)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.context.on("console", self._console)
        self.page = self.context.new_page()
        self.page.goto(address)
        self.page.wait_for_selector("#log[data-ready]")

    def _request(self, request: playwright_api.Request) -> None:
        if not request.url.startswith(self.address):
            self.faults.append(f"asks another host: {request.url}")

    def _console(self, message: playwright_api.ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.settle()

    def settle(self) -> None:
        self.page.locator("#typing").wait_for(state="hidden")

    def wide(self) -> bool:
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        ) or bool(self.page.evaluate("(s => s && s.scrollWidth > s.clientWidth)(document.getElementById('scroll'))"))

    def last(self) -> playwright_api.Locator:
        return self.page.locator("#log .message.assistant").last

    def picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            size = self.page.viewport_size
            self.page.screenshot(path=Path(folder) / f"{name}-{size['width']}x{size['height']}.png")


@pytest.fixture(params=[PHONE, SMALL, DESKTOP], ids=["320", "390", "1280"])
def visit(chromium: playwright_api.Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    opened = Visit(chromium, address, request.param)
    yield opened
    opened.context.close()
    assert opened.faults == []


def in_view(page: playwright_api.Page, selector: str) -> bool:
    return bool(
        page.evaluate(
            "s => { const b = document.querySelector(s).getBoundingClientRect();"
            " return b.top >= 0 && b.top < innerHeight && b.left >= 0 && b.right <= innerWidth; }",
            selector,
        )
    )


def test_a_question_gets_a_bubble_and_a_card_that_opens_the_marked_passage(visit: Visit) -> None:
    visit.picture("1-start")
    visit.page.get_by_role("button", name="Đơn vị nào theo dõi các mô hình?").click()
    visit.settle()
    assert "Sở Nội vụ" in visit.last().locator(".bubble").inner_text()
    cards = visit.last().locator("a.citation")
    assert cards.count() == 2
    assert "III › 1" in cards.first.inner_text()
    assert PLANS["caobang-2023"].issuer in cards.first.inner_text()
    assert not visit.wide()
    visit.picture("2-answer")
    with visit.context.expect_page() as opening:
        cards.first.click()
    plan = opening.value
    plan.locator("mark#passage:focus").wait_for()
    assert in_view(plan, "mark#passage")
    assert plan.locator("mark#passage").inner_text().startswith("Thường xuyên theo dõi, đôn đốc")
    assert not plan.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    visit.page, before = plan, visit.page
    visit.picture("5-plan")
    visit.page = before


def test_everything_works_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("#text").focus()
    visit.type("Hạn báo cáo năm là khi nào?")
    chips = visit.last().locator(".chip")
    assert chips.all_inner_texts() == ["Yên Bái 2023", "Hồng Lĩnh 2023", "Bắc Kạn 2024"]
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "Hồng Lĩnh 2023":
            break
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    page.keyboard.press("Enter")
    visit.settle()
    assert "25/11" in visit.last().inner_text()
    assert visit.last().inner_text().count("trước ngày 25/11") == 2  # said and quoted once, not again on the card
    assert visit.last().locator("a.citation").count() == 1
    assert visit.last().locator(".quoted").inner_text().startswith("4. Chế độ thông tin báo cáo")
    visit.picture("2-one-plan")
    assert page.locator("#log .message.person .bubble").last.inner_text() == "Hồng Lĩnh 2023"
    assert page.locator(".chip:visible").count() == 0
    page.keyboard.type("dòng một")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("dòng hai")
    assert page.locator("#text").input_value() == "dòng một\ndòng hai"
    page.keyboard.press("Enter")
    visit.settle()
    assert page.locator("#log .message.person .bubble").last.inner_text() == "dòng một\ndòng hai"


def test_a_registration_shows_its_choices_and_how_far_it_is(visit: Visit) -> None:
    visit.page.locator("#text").focus()
    visit.type("Đơn vị nào theo dõi các mô hình?")
    visit.type("Đăng ký mô hình")
    assert "Đăng ký mô hình" in visit.last().locator(".progress").inner_text()
    assert visit.last().locator("progress").get_attribute("value") == "1"
    assert visit.last().locator(".chip").count() == 3
    assert visit.page.locator(".chip:visible").count() == 3
    assert not visit.wide()
    visit.picture("3-form")


def test_what_was_not_handled_stays_in_the_input_and_can_be_sent_again(visit: Visit, rasa: FakeRasa) -> None:
    page = visit.page
    page.locator("#text").focus()
    visit.type("tắt máy")
    assert "chưa được xử lý" in page.get_by_role("alert").inner_text()
    assert page.locator("#text").input_value() == "tắt máy"
    assert page.locator("#log .message.person").count() == 0
    assert not visit.wide()
    visit.picture("4-failure")
    page.reload()
    page.wait_for_selector("#log[data-ready]")
    assert page.locator("#text").input_value() == "tắt máy"
    page.locator("#text").focus()
    page.keyboard.press("Enter")
    visit.settle()
    rasa.script = lambda sender, text: [{"text": "Đã nhận."}]
    page.get_by_role("button", name="Gửi lại").click()
    visit.settle()
    rasa.script = script
    assert visit.last().inner_text().endswith("Đã nhận.")
    assert page.locator("#text").input_value() == ""
    assert page.get_by_role("alert").count() == 0
    visit.faults[:] = [fault for fault in visit.faults if "503" not in fault]


def test_no_connection_is_told_and_a_choice_can_be_taken_again(visit: Visit) -> None:
    page = visit.page
    page.locator("#text").focus()
    visit.type("Hạn báo cáo năm là khi nào?")
    visit.context.set_offline(True)
    visit.last().get_by_role("button", name="Hồng Lĩnh 2023").click()
    visit.settle()
    assert "Không kết nối được" in page.get_by_role("alert").inner_text()
    visit.context.set_offline(False)
    page.get_by_role("button", name="Gửi lại").click()
    visit.settle()
    assert "25/11" in visit.last().inner_text()
    visit.faults[:] = [fault for fault in visit.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_a_reload_shows_the_chat_again(visit: Visit) -> None:
    visit.page.locator("#text").focus()
    visit.type("Hạn báo cáo năm là khi nào?")
    before = visit.page.locator("#log .bubble").all_inner_texts()
    visit.page.reload()
    visit.page.wait_for_selector("#log[data-ready]")
    assert visit.page.locator("#log .bubble").all_inner_texts() == before
    visit.page.get_by_role("button", name="Hồng Lĩnh 2023").click()
    visit.settle()
    assert "25/11" in visit.last().inner_text()


def test_markup_in_texts_is_shown_and_never_run(visit: Visit) -> None:
    visit.page.locator("#text").focus()
    visit.type("<b>đậm</b>")
    assert visit.page.locator("#log .message.person .bubble").last.inner_text() == "<b>đậm</b>"
    assert visit.last().locator(".bubble").inner_text() == "<b>đậm</b> <img src=x onerror=alert(1)>"
    assert visit.page.locator("#log img, #log b").count() == 0


def test_a_long_answer_is_read_from_its_first_line(visit: Visit) -> None:
    visit.page.locator("#text").focus()
    visit.type("dài")
    top, edge = (
        visit.page.evaluate("s => [...document.querySelectorAll(s)].at(-1).getBoundingClientRect().top", selector)
        for selector in (".message.assistant", "#scroll")
    )
    assert 0 <= top - edge < 40
    assert not visit.wide()


def test_a_screen_reader_is_told_who_speaks_and_what_is_new(visit: Visit) -> None:
    page = visit.page
    page.locator("#text").focus()
    visit.type("Đơn vị nào theo dõi các mô hình?")
    log = page.get_by_role("log", name="Nội dung trò chuyện")
    assert log.get_attribute("aria-live") == "polite"
    assert page.get_by_role("textbox", name="Câu hỏi hoặc yêu cầu của Anh/Chị").count() == 1
    assert page.get_by_role("button", name="Gửi", exact=True).count() == 1
    assert log.get_by_role("heading").all_inner_texts() == ["Trợ lý", "Anh/Chị", "Trợ lý"]
    assert page.get_by_role("list", name="Trích dẫn").get_by_role("link").count() == 2


CONTRAST = """() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".hidden-text")) continue;
    const colours = [parts(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(...colours) + 0.05) / (Math.min(...colours) + 0.05);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName}: ${element.textContent}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_schemes(chromium: playwright_api.Browser, address: str, scheme: str) -> None:
    visit = Visit(chromium, address, SMALL, color_scheme=scheme)
    visit.page.locator("#text").focus()
    visit.type("Đơn vị nào theo dõi các mô hình?")
    visit.type("Đăng ký mô hình")
    visit.type("tắt máy")
    assert visit.page.evaluate(CONTRAST) == []
    visit.picture(f"6-{scheme}")
    link = visit.page.locator("a.citation").first.get_attribute("href")
    for path in (f"{link}", "/plans", "/plans/none"):
        visit.page.goto(address + path)
        assert visit.page.evaluate(CONTRAST) == []
    visit.context.close()


@pytest.mark.parametrize("size", [PHONE, SMALL, (480, 800), (720, 800), DESKTOP], ids=lambda size: str(size[0]))
def test_the_plans_pages_fit(chromium: playwright_api.Browser, address: str, size: tuple[int, int]) -> None:
    visit = Visit(chromium, address, size)
    for plan_id in PLANS:
        visit.page.goto(f"{address}/plans/{plan_id}")
        assert not visit.wide()
    visit.picture("7-plan-top")
    visit.page.goto(f"{address}/plans")
    assert not visit.wide()
    visit.picture("8-plans")
    visit.context.close()
    assert visit.faults == []
