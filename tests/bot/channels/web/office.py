"""The web application over a scripted Rasa, and clients of it, for tests that need no browser."""

import re
from collections.abc import Mapping, Sequence

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from bot.channels.rendering import FindPaper, no_paper
from bot.channels.web.app import Web, build_app
from bot.channels.web.visitors import COOKIE, Visitors
from bot.memory.opening import Memory
from knowledge.corpus import Plan, load_plans
from tests.bot.fake_rasa import FakeRasa, clock
from tests.bot.memories import new_memory

PLANS = load_plans()
SECRET = "a secret of the tests"
VISITOR = "0123456789abcdef" * 2


def app_over(
    rasa: FakeRasa,
    find: FindPaper = no_paper,
    memory: Memory | None = None,
    portals: Sequence[str] = (),
    plans: Mapping[str, Plan] = PLANS,
) -> ASGIApp:
    channel = Web(rasa.dialogue(), memory or new_memory(), clock)
    return build_app(channel, plans, Visitors(SECRET, portals), find)


def browser(
    rasa: FakeRasa, visitor: str | None = VISITOR, find: FindPaper = no_paper, memory: Memory | None = None
) -> TestClient:
    """Return a client that brings the cookie of `visitor`."""
    client = TestClient(app_over(rasa, find, memory), raise_server_exceptions=False)
    if visitor:
        client.cookies.set(COOKIE, Visitors(SECRET).signed(visitor))
    return client


def without_comments(script: str) -> str:
    """Return JavaScript without its line comments; an address after `//` is none."""
    return re.sub(r"(?m)(?:^|\s)// .*$", "", script)
