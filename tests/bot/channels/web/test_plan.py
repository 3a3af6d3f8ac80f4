import html
import re

import pytest
from starlette.testclient import TestClient

from bot.channels.web.plan import anchor_of, blocks_of, contacts, holds
from bot.wording import say
from knowledge.corpus import Plan
from knowledge.reading import fold
from tests.bot.channels.web.office import PLANS, app_over, browser
from tests.bot.fake_rasa import FakeRasa

YENBAI = PLANS["yenbai-duk-2023"]
MARK = re.compile(r"<mark[^>]*>(.*?)</mark>", re.DOTALL)


def page(path: str) -> str:
    return browser(FakeRasa()).get(path).text


def words(markup: str) -> str:
    return fold(html.unescape(re.sub(r"<[^>]+>", "", markup)))


def plan_of(text: str) -> Plan:
    return Plan("thu-2024", "Kế hoạch <thử>", "Cơ quan & đơn vị", "Nơi", 2024, "Thử 2024", text)


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_anchors_are_unique_and_plain(plan: Plan) -> None:
    anchors = [block.anchor for block in blocks_of(plan)]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[A-Za-z0-9_.()-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("II › 6 › (2)", "II-6-(2)"),
        ("II › 3 › -[2]", "II-3-d2"),
        ("II › 3 › ¶[1]", "II-3-p1"),
        ("III[2] › 2", "III_2-2"),
        ("III › 2[2]", "III-2_2"),
        ("III › 1.1", "III-1.1"),
        ("Mở đầu", "Mo_dau"),
        ("Chú thích 7", "Chu_thich_7"),
        ("Người ký", "Nguoi_ky"),
        ("Biểu mẫu › Ghi chú (6)", "Bieu_mau-Ghi_chu_(6)"),
    ],
)
def test_an_anchor_says_its_path(path: str, anchor: str) -> None:
    assert anchor_of(path) == anchor


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_passage_stands_on_the_page_and_can_be_highlighted(plan: Plan) -> None:
    for passage in plan.passages:
        marks = [MARK.findall(block.html) for block in blocks_of(plan, (passage.start, passage.end))]
        shown = words(" ".join(mark for found in marks for mark in found))
        if contacts(plan.text[passage.start : passage.end]):
            assert shown.startswith(passage.text[:60])
        else:
            assert shown.replace(" ", "") == passage.text.replace(" ", "")


def test_part_of_a_passage_is_marked_where_it_stands() -> None:
    plan = plan_of("Mở.\nI. TỔ CHỨC\n1. Phòng Nội vụ theo dõi việc này.\n2. Phòng khác.\n")
    start = plan.text.index("theo dõi")
    (block,) = [block for block in blocks_of(plan, (start, start + 8)) if "<mark" in block.html]
    assert block.html == '1. Phòng Nội vụ <mark id="passage" tabindex="-1">theo dõi</mark> việc này.'


def test_a_stretch_over_two_clauses_has_one_place_to_scroll_to() -> None:
    plan = plan_of("Mở.\nI. TỔ CHỨC\n1. Phòng một.\n2. Phòng hai.\n")
    blocks = blocks_of(plan, (plan.text.index("1."), plan.text.index("hai") + 3))
    markup = "".join(block.html for block in blocks)
    assert markup.count('<mark id="passage"') == 1
    assert [words(mark) for mark in MARK.findall(markup)] == ["1. Phòng một.", "2. Phòng hai"]


def test_markup_in_a_plan_is_shown_as_text() -> None:
    plan = plan_of('Mở <script>alert(1)</script> & "x".\nI. A\n1. <b>đậm</b>\n')
    assert "<script" not in "".join(block.html for block in blocks_of(plan, (0, 30)))
    client = TestClient(app_over(FakeRasa(), plans={plan.id: plan}))
    for path in ("/plans", "/plans/thu-2024"):
        assert "<thử>" not in client.get(path).text
        assert "Kế hoạch &lt;thử&gt;" in client.get(path).text


def test_private_contacts_are_masked_everywhere_on_the_page() -> None:
    shown = page("/plans/yenbai-duk-2023")
    assert "anhnguyet" not in shown and "741" not in shown
    assert "a…6@gmail.com" in shown and "09…808" in shown
    assert say("contacts_masked") in shown
    assert say("contacts_masked") not in page("/plans/caobang-2023")


def test_contacts_stay_masked_when_the_highlight_cuts_through_them() -> None:
    at = YENBAI.text.index("anhnguyet376")
    number = YENBAI.text.index("0915")
    for stretch in ((at + 3, at + 8), (at - 20, at + 5), (at + 5, number + 3), (number, number + 6)):
        markup = "".join(block.html for block in blocks_of(YENBAI, stretch))
        assert "nguyet" not in markup and "915" not in markup
        assert "a…6@gmail.com" in markup and "09…808" in markup
        assert '<mark id="passage"' in markup


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gọi 0915.741.808.", ["09…808"]),
        ("gọi 0915 741 808 hoặc +84 915 741 808", ["09…808", "84…808"]),
        ("gửi a.b-c@mail.example.vn, ab@x.vn", ["a…c@mail.example.vn", "a…@x.vn"]),
        ("số 01/2023/QĐ-UBND ngày 05/01/2023, 5.000.000.000 đồng, 2021-2025, 100%", []),
        ("Nghị quyết 24/2021/QH15 và 0123", []),
    ],
)
def test_contacts(text: str, shown: list[str]) -> None:
    assert [mask for _, _, mask in contacts(text)] == shown


def test_the_five_plans_hold_one_address_and_one_number() -> None:
    found = {plan.id: [mask for *_, mask in contacts(plan.text)] for plan in PLANS.values()}
    assert {plan_id: masks for plan_id, masks in found.items() if masks} == {
        "yenbai-duk-2023": ["a…6@gmail.com", "09…808"]
    }


def test_a_cited_passage_is_marked_and_the_contents_lead_to_anchors() -> None:
    passage = next(passage for passage in YENBAI.passages if passage.path == "III[2] › 1")
    shown = page(f"/plans/yenbai-duk-2023?start={passage.start}&end={passage.end}")
    assert words(MARK.findall(shown)[0]) == passage.text
    assert say("passage_not_found") not in shown
    contents = re.findall(r'<li class="depth-\d"><a href="#([^"]+)"', shown)
    assert contents and set(contents) <= set(re.findall(r'<section [^>]*id="([^"]+)"', shown))


@pytest.mark.parametrize(
    "query",
    [
        "start=5",
        "end=9",
        "start=a&end=b",
        "start=9&end=5",
        "start=-1&end=5",
        "start=0&end=99999999",
        "start=0&end=1",
    ],
)
def test_a_stretch_that_is_none_shows_the_plan_and_says_so(query: str) -> None:
    shown = page(f"/plans/yenbai-duk-2023?{query}")
    assert "<mark" not in shown
    assert say("passage_not_found") in shown
    assert "Ban Tuyên giáo" in shown


def test_holds_only_what_has_words() -> None:
    assert holds(YENBAI, 0, 40)
    assert not holds(YENBAI, 0, len(YENBAI.text) + 1)
    assert not holds(YENBAI, 7, 7)


def test_the_list_leads_to_every_plan_and_an_unknown_one_is_told() -> None:
    shown = page("/plans")
    for plan in PLANS.values():
        assert f'href="/plans/{plan.id}"' in shown
        assert html.escape(plan.issuer) in shown
    assert say("plan_not_found") in page("/plans/none")


def test_a_number_that_the_office_filled_in_is_marked_as_such() -> None:
    plan = Plan("a-2024", "T", "CQ", "N", 2024, "A", "Mở.\nI. A\n1. B.\n", number="12/KH", date="2024-02-01")
    shown = TestClient(app_over(FakeRasa(), plans={plan.id: plan})).get("/plans/a-2024").text
    assert f"Số 12/KH ({say('filled_by_office')})" in shown
    assert f"Ngày 2024-02-01 ({say('filled_by_office')})" in shown
