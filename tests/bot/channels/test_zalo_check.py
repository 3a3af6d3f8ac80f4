"""What the operator is told about Zalo, and by the real command."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.channels.zalo_check import Finding, check
from bot.channels.zalo_oa.exchange import Ending, app_of, exchange, vault_of
from bot.settings import ROOT, Settings, load_settings
from tests.bot.channels.telegram.server import serving
from tests.bot.channels.zalo_bot import server as bot_server
from tests.bot.channels.zalo_bot.server import NAME, ZaloBotServer
from tests.bot.channels.zalo_oa.server import ACCOUNT, Failure, ZaloOaServer
from tests.bot.channels.zalo_offices import oa_settings

PUBLIC = {"public_address": "https://dv.vn", "zalo_site_verification": "abc"}
WORKING = {"state": "webhook", "signed_by": "app id, OA secret key", "counts": {"typed": 1}}


class Page:
    """The readiness page of a running assistant; `channels` is what it says."""

    def __init__(self) -> None:
        self.channels: dict[str, Any] = {}
        self.port = 0


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    opened = Page()

    async def health(request: Any) -> JSONResponse:
        return JSONResponse({"channels": opened.channels})

    with serving(Starlette(routes=[Route("/health", health)])) as address:
        opened.port = int(address.rsplit(":", 1)[1])
        yield opened


def now() -> datetime:
    return datetime(2026, 11, 21, 8, tzinfo=UTC)


def told(settings: Settings, page: Page | None = None, **channels: Any) -> list[Finding]:
    """Return the findings while the assistant says `channels` of itself, or does not run."""
    if page is not None:
        page.channels = channels
        settings = settings.model_copy(update={"web_port": page.port})
    else:
        settings = settings.model_copy(update={"web_port": 9})

    async def found() -> list[Finding]:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await check(settings, client, now, lambda refused: asyncio.to_thread(pair, refused))

    def pair(refused: str) -> Ending:
        with httpx.Client(trust_env=False) as client:
            return exchange(vault_of(settings), app_of(settings), refused, client, now)

    return asyncio.run(found())


def wrong(findings: list[Finding]) -> str:
    return "\n".join(finding.text for finding in findings if finding.kind == "!!")


def test_where_nothing_is_set_up_nothing_is_wrong(no_settings: None, tmp_path: Path) -> None:
    found = told(load_settings(assistant_home=tmp_path))
    assert [(finding.kind, finding.text.split(":")[0]) for finding in found] == [
        ("--", "Official Account"),
        ("--", "Zalo bot"),
    ]


def test_where_all_works_it_is_told_until_when_and_as_whom(zalo_oa: ZaloOaServer, page: Page, tmp_path: Path) -> None:
    found = told(oa_settings(tmp_path, zalo_oa.address, **PUBLIC), page, zalo_oa=WORKING)
    said = "\n".join(finding.text for finding in found)
    assert wrong(found) == ""
    for words in ("22/11/2026 16:00", f"oaid {ACCOUNT}", "package_name Growth", "https://dv.vn/zalo/webhook", "app id"):
        assert words in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zalo_oa_app_secret": "", "zalo_oa_secret_key": ""}, "ZALO_OA_APP_SECRET, ZALO_OA_SECRET_KEY is empty"),
        ({"zalo_oa_refresh_token": ""}, "ZALO_OA_REFRESH_TOKEN is empty"),
        ({"zalo_oa_refresh_token": "dead"}, "does not take the refresh token"),
        ({"zalo_oa_app_secret": "wrong"}, "check ZALO_OA_APP_ID and ZALO_OA_APP_SECRET"),
        ({"zalo_oauth": "http://127.0.0.1:9"}, "does not answer at ZALO_OAUTH"),
        ({"zalo_oa_api": "http://127.0.0.1:9"}, "does not answer at ZALO_OA_API"),
        ({"public_address": None}, "needs PUBLIC_ADDRESS"),
        ({"public_address": "http://dv.vn"}, "needs PUBLIC_ADDRESS"),
    ],
)
def test_what_is_missing_in_the_settings_is_named(
    zalo_oa: ZaloOaServer, page: Page, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    settings = oa_settings(tmp_path, zalo_oa.address, **{**PUBLIC, **changes})
    assert words in wrong(told(settings, page, zalo_oa=WORKING))


@pytest.mark.parametrize(
    ("running", "words"),
    [
        ({"state": "webhook", "counts": {}}, "are these events switched on"),
        ({"state": "webhook", "counts": {"forged": 3}}, "is not the OA Secret Key"),
    ],
)
def test_what_is_missing_in_the_console_is_named(
    zalo_oa: ZaloOaServer, page: Page, tmp_path: Path, running: dict[str, Any], words: str
) -> None:
    assert words in wrong(told(oa_settings(tmp_path, zalo_oa.address, **PUBLIC), page, zalo_oa=running))


def test_what_zalo_says_against_the_account_is_told(zalo_oa: ZaloOaServer, page: Page, tmp_path: Path) -> None:
    zalo_oa.fail("oa/getoa", Failure(-224))
    found = told(oa_settings(tmp_path, zalo_oa.address, **PUBLIC), page, zalo_oa=WORKING)
    assert "needs a higher package (error -224)" in wrong(found)


def test_the_bot_is_named_or_its_token_refused(zalo_bot: ZaloBotServer, page: Page, tmp_path: Path) -> None:
    def with_token(token: str, **changes: Any) -> Settings:
        given = {"zalo_bot_token": token, "zalo_bot_api": zalo_bot.address, **changes}
        return load_settings(assistant_home=tmp_path, **given)

    found = told(with_token(bot_server.TOKEN), page, zalo_bot={"state": "polling", "counts": {}})
    assert [finding.kind for finding in found] == ["--", "ok", "ok"]
    assert NAME in found[1].text
    assert "token is refused" in wrong(told(with_token("9:wrong"), page))
    called = with_token(bot_server.TOKEN, zalo_bot_webhook_secret="a-long-word", **PUBLIC)
    assert "https://dv.vn/zalo-bot/webhook" in "".join(finding.text for finding in told(called))
    assert "ZALO_BOT_API" in wrong(told(with_token("9:x", zalo_bot_api="http://127.0.0.1:9")))


def test_the_command_prints_it_and_tells_no_secret(zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    settings = oa_settings(tmp_path, zalo_oa.address, web_port=9, **PUBLIC)
    command = (sys.executable, "-m", "bot", "zalo", "check")
    environment = {**os.environ, **settings.environment()}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok  Official Account: the access token works until" in done.stdout
    assert not any(secret in done.stdout for secret in ("app-secret", "refresh-", "access-", "oa-secret"))
