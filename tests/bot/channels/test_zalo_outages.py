"""The real process with an Official Account, killed in the middle of a burst and before its tokens are kept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.zalo_oa.intake import WEBHOOK_PATH
from bot.wording import say
from tests.bot.channels.channels_process import IDLE, Channels
from tests.bot.channels.telegram.server import serving
from tests.bot.channels.zalo_oa.server import Event, ZaloOaServer, milliseconds, signed
from tests.bot.channels.zalo_offices import oa_settings
from tests.bot.fake_rasa import FakeRasa, echo

PEOPLE = [f"900000000000000010{number}" for number in range(6)]
MESSAGES = 5


def channels_of(zalo: ZaloOaServer, home: Path, url: str, rasa_address: str) -> Channels:
    settings = oa_settings(home, zalo.address)
    named = {name: value for name, value in settings.environment().items() if name.startswith("ZALO_")}
    return Channels(home, url, rasa_address, named)


def works(health: dict[str, Any]) -> bool:
    return bool(health.get("channels", {}).get("zalo_oa", {}).get("state") == "webhook")


def bring(channels: Channels, event: Event) -> int:
    content, headers = signed(event)
    return httpx.post(
        f"{channels.address}{WEBHOOK_PATH}", content=content, headers=headers, trust_env=False, timeout=30
    ).status_code


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["while Rasa works", "while a reply is sent"])
def test_a_process_killed_in_the_middle_of_a_burst_loses_nothing_that_it_acknowledged(
    zalo_oa: ZaloOaServer, url: str, tmp_path: Path, moment: str
) -> None:
    rasa = FakeRasa(once=True)
    zalo_oa.time = milliseconds(datetime.now(UTC))
    written = [(user, zalo_oa.write(user, f"{user}-{number}")) for number in range(MESSAGES) for user in PEOPLE]
    with serving(rasa.app) as rasa_address:
        channels = channels_of(zalo_oa, tmp_path, url, rasa_address)

        def answer(sender: str, text: str) -> Any:
            if moment == "while Rasa works" and len(rasa.received) == 13:
                channels.kill()
            return echo(sender, text)

        def sent(number: int) -> None:
            if moment == "while a reply is sent" and number == 17:
                channels.kill()

        rasa.script, zalo_oa.on_sent = answer, sent
        try:
            channels.start()
            channels.wait_until(works)
            left = [event for _, event in written if not brought(channels, event)]
            channels.wait_dead()
            channels.start()
            channels.wait_until(works)
            assert [bring(channels, event) for event in left] == [200] * len(left)  # as Zalo does, half a minute later
            channels.wait_until(lambda health: health.get("waiting") == IDLE)
        finally:
            channels.stop()
    for user in PEOPLE:
        said = [f"{user}-{number}" for number in range(MESSAGES)]
        assert [text for sender, text in rasa.received if sender == f"zalo_oa:{user}"] == said
        texts = zalo_oa.texts(user)
        assert list(dict.fromkeys(texts)) == [say("zalo_notice"), *(f"<{text}>" for text in said)]
        assert len(texts) <= 1 + MESSAGES + 1  # at most one part was on its way at the moment of the kill
    assert zalo_oa.exchanges == 1


def brought(channels: Channels, event: Event) -> bool:
    """Tell whether an event was acknowledged."""
    try:
        return bring(channels, event) == 200
    except httpx.HTTPError:
        return False


@pytest.mark.slow
def test_a_process_killed_while_zalo_gives_new_tokens_has_them_at_the_next_start(
    zalo_oa: ZaloOaServer, url: str, tmp_path: Path
) -> None:
    rasa = FakeRasa()
    zalo_oa.time = milliseconds(datetime.now(UTC))
    with serving(rasa.app) as rasa_address:
        channels = channels_of(zalo_oa, tmp_path, url, rasa_address)
        zalo_oa.on_exchange = channels.kill
        try:
            channels.start()
            channels.wait_dead()
            zalo_oa.on_exchange = lambda: None
            channels.start()
            channels.wait_until(works)
            assert bring(channels, zalo_oa.write(PEOPLE[0], "xin chào")) == 200
            channels.wait_until(lambda health: "<xin chào>" in zalo_oa.texts(PEOPLE[0]))
        finally:
            channels.stop()
    assert zalo_oa.exchanges == 1
    log = channels.log.read_text(encoding="utf-8")
    assert not any(secret in log for secret in ("refresh-", "access-", "app-secret", "oa-secret"))
