"""Pretended messengers for each test, each kind at one address."""

from collections.abc import Iterator

import pytest

from bot.settings import Settings
from tests.bot.channels.telegram.server import TelegramServer, TelegramSite, telegram_site
from tests.bot.channels.zalo_bot.server import ZaloBotServer, ZaloBotSite, zalo_bot_site
from tests.bot.channels.zalo_oa.server import ZaloOaServer, ZaloOaSite, zalo_oa_site


@pytest.fixture(scope="session")
def site() -> Iterator[TelegramSite]:
    with telegram_site() as opened:
        yield opened


@pytest.fixture
def telegram(site: TelegramSite) -> TelegramServer:
    return site.fresh()


@pytest.fixture(scope="session")
def zalo_oa_at() -> Iterator[ZaloOaSite]:
    with zalo_oa_site() as opened:
        yield opened


@pytest.fixture
def zalo_oa(zalo_oa_at: ZaloOaSite, no_settings: None) -> ZaloOaServer:
    return zalo_oa_at.fresh()


@pytest.fixture(scope="session")
def zalo_bot_at() -> Iterator[ZaloBotSite]:
    with zalo_bot_site() as opened:
        yield opened


@pytest.fixture
def zalo_bot(zalo_bot_at: ZaloBotSite, no_settings: None) -> ZaloBotServer:
    return zalo_bot_at.fresh()


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine reach a test."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
