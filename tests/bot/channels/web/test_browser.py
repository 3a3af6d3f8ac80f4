"""The page in a real browser. Set SCREENSHOTS to a folder to keep pictures of what it looks like."""

from collections.abc import Iterator

import pytest

from tests.bot.channels.web.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, SMALL, Visit, chromium_with, in_view, served
from tests.bot.channels.web.office import app_over
from tests.bot.channels.web.office_script import PLANS, script
from tests.bot.fake_rasa import FakeRasa

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = [pytest.mark.e2e, NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def rasa() -> FakeRasa:
    return FakeRasa(script)


@pytest.fixture(scope="module")
def address(rasa: FakeRasa) -> Iterator[str]:
    with served(app_over(rasa)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright_api.Browser]:
    with chromium_with() as browser:
        yield browser


@pytest.fixture(params=[PHONE, SMALL, DESKTOP], ids=["320", "390", "1280"])
def visit(chromium: playwright_api.Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    opened = Visit(chromium, address, request.param)
    yield opened
    opened.context.close()
    assert opened.faults == []


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


def test_a_message_whose_answer_was_lost_is_offered_again_and_acts_once(visit: Visit, rasa: FakeRasa) -> None:
    page = visit.page
    page.route("**/api/messages", lambda route: None)
    page.locator("#text").fill("chưa tới")
    page.locator("#text").press("Enter")
    page.locator("#typing").wait_for(state="visible")
    page.reload()
    page.wait_for_selector("#log[data-ready]")
    assert page.locator("#text").input_value() == "chưa tới"

    reached: list[int] = []
    before = len(rasa.received)
    page.unroute("**/api/messages")
    page.route("**/api/messages", lambda route: reached.append(route.fetch().status))
    page.locator("#text").press("Enter")
    page.wait_for_function("document.querySelector('.message.person.waiting')")
    while not reached:
        page.wait_for_timeout(20)
    page.reload()
    page.wait_for_selector("#log[data-ready]")
    assert [text for _, text in rasa.received[before:]] == ["chưa tới"]
    assert page.locator("#log .message.person .bubble").all_inner_texts() == ["chưa tới"]
    assert page.locator("#text").input_value() == ""


def test_who_erases_everything_has_an_empty_page(visit: Visit, rasa: FakeRasa) -> None:
    visit.page.locator("#text").focus()
    visit.type("tên tôi là An")
    rasa.script = lambda sender, text: [{"text": "Đã xoá."}, {"custom": {"kind": "answer", "erased": True}}]
    visit.type("xoá dữ liệu của tôi")
    rasa.script = script
    assert "tên tôi là" not in visit.page.locator("#log").inner_text()
    visit.page.reload()
    visit.page.wait_for_selector("#log[data-ready]")
    assert visit.page.locator("#log .message:not(#welcome) .bubble").all_inner_texts() == ["Đã xoá."]


DROP = """() => {
  const files = new DataTransfer();
  files.items.add(new File(["x"], "bao-cao.docx"));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


def test_a_file_dropped_on_the_page_is_refused_kindly(visit: Visit) -> None:
    visit.page.evaluate(DROP)
    assert "chưa đọc được tệp" in visit.page.get_by_role("alert").inner_text()
    assert visit.page.get_by_role("button", name="Gửi lại").count() == 0
    assert not visit.wide()


def test_a_filled_form_is_a_link_to_its_file(visit: Visit, rasa: FakeRasa) -> None:
    rasa.script = lambda sender, text: [{"text": "Phiếu đây ạ."}, {"attachment": "abc/dang-ky.docx"}]
    visit.page.locator("#text").focus()
    visit.type("in phiếu")
    rasa.script = script
    link = visit.last().get_by_role("link", name="Tải tệp dang-ky.docx")
    assert link.get_attribute("href") == "/papers/abc"
    assert not visit.wide()


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
