"""A link given with an answer opens the version of the plan that the answer was from."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.channels.rendering import passage_link
from bot.channels.web.pages import Pages
from bot.channels.web.visitors import Visitors
from bot.messages import Citation
from knowledge.live_plans import LivePlans
from tests.knowledge.test_taking_in import NEW, SECOND, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path / "home")
    made.add(NEW)
    return made


def test_an_old_link_opens_the_old_text_and_a_new_one_the_new(office: Office) -> None:
    pages = Pages(LivePlans(office.added), Visitors("any"))
    web = TestClient(Starlette(routes=[Route("/plans", pages.plans), Route("/plans/{plan_id}", pages.plan)]))

    def link() -> str:
        last = office.plans["tan-lap"].passages[-1]
        return passage_link(Citation("tan-lap", last.path, last.text, last.start, last.end))

    old = link()
    assert "05/12" in web.get(old).text and "bản trước" not in web.get(old).text
    office.add(SECOND)
    shown, current = web.get(old).text, web.get(link()).text
    assert "05/12" in shown and "bản trước" in shown and '<mark id="passage"' in shown
    assert "10/12" in current and "bản trước" not in current
    assert "10/12" in web.get("/plans/tan-lap").text
    assert "bản trước" not in web.get(old.replace("quote=", "quote=0")).text
    (office.added / "tan-lap.retired").write_text("", encoding="utf-8")
    assert "05/12" in web.get(old).text and web.get("/plans/tan-lap").status_code == 404
    assert "Tân Lập" not in web.get("/plans").text
