"""The page in a real browser, before the real servers. Set SCREENSHOTS to a folder to keep pictures."""

from collections.abc import Iterator

import pytest

from tests.bot.channels.web.browsing import DESKTOP, NEEDS_CHROMIUM, SMALL, Visit, chromium_with, in_view
from tests.end_to_end.assistant import Assistant

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(params=[SMALL, DESKTOP], ids=["phone", "desktop"])
def visit(assistant: Assistant, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with chromium_with() as browser:
        opened = Visit(browser, assistant.web, request.param)
        yield opened
    assert opened.faults == []


def test_a_person_asks_reads_the_plan_and_begins_a_registration(visit: Visit) -> None:
    page = visit.page
    page.locator("#text").focus()
    visit.type("Hạn báo cáo năm là khi nào?")
    assert "trước ngày 25/11" in visit.last().inner_text()
    visit.last().get_by_role("button", name="Hồng Lĩnh 2023").click()
    visit.settle()
    visit.type("Hạn báo cáo năm là khi nào?")
    card = visit.last().locator("a.citation")
    assert card.count() == 1
    assert "Ủy ban nhân dân thị xã Hồng Lĩnh" in visit.last().inner_text()
    assert "IV › 4" in card.inner_text()
    assert not visit.wide()
    visit.picture("e2e-answer")

    with visit.context.expect_page() as opening:
        card.click()
    plan = opening.value
    mark = plan.locator("mark#passage")
    mark.wait_for()
    assert mark.inner_text().startswith("4. Chế độ thông tin báo cáo")
    assert in_view(plan, "mark#passage")
    plan.close()

    visit.type("đăng ký mô hình theo kế hoạch Yên Bái")
    visit.last().get_by_role("button", name="Đồng ý", exact=True).click()
    visit.settle()
    visit.type("Chi bộ Văn phòng")
    visit.last().get_by_role("button", name="Chi bộ cơ sở", exact=True).click()
    visit.settle()
    visit.last().get_by_role("button", name="Xây dựng mới", exact=True).click()
    visit.settle()
    assert "(4/10)" in visit.last().inner_text()
    assert visit.last().locator("progress").get_attribute("value") == "3"
    assert not visit.wide()
    visit.picture("e2e-form")

    page.reload()
    page.wait_for_selector("#log[data-ready]")
    visit.last().get_by_role("button", name="Kinh tế", exact=True).click()
    visit.settle()
    assert "(5/10)" in visit.last().inner_text()
    page.locator("#text").focus()
    visit.type("đăng ký của tôi")
    assert "4/10" in visit.page.locator("#log").inner_text()
