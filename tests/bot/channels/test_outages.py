"""What happens to messages when Rasa is down, and when the channels' process is killed in the middle of a burst."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.memory.opening import open_memory
from bot.wording import say
from bot.worker import HOPELESS
from tests.bot.channels.channels_process import IDLE, Channels
from tests.bot.channels.telegram.office import Office
from tests.bot.channels.telegram.server import TOKEN, TelegramServer, serving
from tests.bot.fake_rasa import FakeRasa, echo

PEOPLE = range(1, 7)
MESSAGES = 5


@contextmanager
def office(telegram: TelegramServer, rasa: FakeRasa, url: str) -> Iterator[Office]:
    opened = Office(telegram, rasa, open_memory(url))
    yield opened
    opened.close()


def burst(telegram: TelegramServer) -> None:
    for number in range(MESSAGES):
        for user in PEOPLE:
            telegram.write(user, f"{user}-{number}")


def said_by(user: int) -> list[str]:
    return [f"{user}-{number}" for number in range(MESSAGES)]


def test_what_is_written_while_rasa_is_down_is_told_once_and_answered_in_order_once(
    telegram: TelegramServer, url: str
) -> None:
    rasa = FakeRasa(lambda sender, text: [])
    with office(telegram, rasa, url) as opened:
        burst(telegram)
        opened.turn()
        opened.later(1)
        telegram.write(1, "1-x")
        opened.fetch()
        opened.later()
        assert all(telegram.texts(user) == [say("kept_for_later")] for user in PEOPLE)
    rasa.script, rasa.received = echo, []
    with office(telegram, rasa, url) as opened:  # everything was stopped meanwhile
        opened.clock.forward(200)
        opened.later()
        opened.later()
        for user in PEOPLE:
            said = said_by(user) + (["1-x"] if user == 1 else [])
            assert [text for sender, text in rasa.received if sender == f"telegram:{user}"] == said
            assert telegram.texts(user)[1:] == [say("telegram_notice"), *(f"<{text}>" for text in said)]
        assert rasa.most_of_one == 1


def test_a_message_that_rasa_never_answers_does_not_stop_those_behind_it(telegram: TelegramServer, url: str) -> None:
    rasa = FakeRasa(lambda sender, text: [] if text == "độc" else echo(sender, text))
    with office(telegram, rasa, url) as opened:
        for text in ("độc", "sau"):
            telegram.write(1, text)
        opened.turn()
        for _ in range(HOPELESS + 2):
            opened.later()
        assert telegram.texts(1)[-3:] == [say("given_up"), say("telegram_notice"), "<sau>"]
        assert opened.memory.inbox.waiting() == 0


def test_nothing_is_given_up_while_everything_is_down(telegram: TelegramServer, url: str) -> None:
    with office(telegram, FakeRasa(lambda sender, text: []), url) as opened:
        telegram.write(1, "một")
        opened.turn()
        for _ in range(3 * HOPELESS):
            opened.later()
        assert telegram.texts(1) == [say("kept_for_later")]
        assert opened.memory.inbox.waiting() == 1


def channels_of(telegram: TelegramServer, home: Path, url: str, rasa_address: str) -> Channels:
    return Channels(home, url, rasa_address, {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": telegram.address})


def work_off(channels: Channels, telegram: TelegramServer) -> None:
    """Return once everything that was written is answered and sent."""
    newest = telegram.updates[-1]["update_id"]
    channels.wait_until(lambda health: telegram.confirmed > newest)
    channels.wait_until(lambda health: health.get("waiting") == IDLE)  # asked anew: the first report may be older


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["while Rasa works", "while a reply is sent"])
def test_a_process_killed_in_the_middle_of_a_burst_loses_nothing_and_doubles_nothing(
    telegram: TelegramServer, url: str, tmp_path: Path, moment: str
) -> None:
    rasa = FakeRasa(once=True)
    with serving(rasa.app) as rasa_address:
        channels = channels_of(telegram, tmp_path, url, rasa_address)

        def answer(sender: str, text: str) -> Any:
            if moment == "while Rasa works" and len(rasa.received) == 13:
                channels.kill()
            return echo(sender, text)

        def sent(count: int) -> None:
            if moment == "while a reply is sent" and count == 17:
                channels.kill()

        rasa.script, telegram.on_sent = answer, sent
        try:
            burst(telegram)
            channels.start()
            channels.wait_dead()
            channels.start()
            work_off(channels, telegram)
        finally:
            channels.stop()
    doubled = 0
    for user in PEOPLE:
        assert [text for sender, text in rasa.received if sender == f"telegram:{user}"] == said_by(user)
        texts = telegram.texts(user)
        once = list(dict.fromkeys(texts))
        assert once == [say("telegram_notice"), *(f"<{text}>" for text in said_by(user))]
        assert len(texts) - len(once) <= 1
        doubled += len(texts) - len(once)
    # Only what was on its way at the moment of the kill may have arrived without having been written down.
    assert doubled <= len(PEOPLE)
    assert rasa.most_of_one == 1


@pytest.mark.slow
def test_the_process_says_what_it_does_and_survives_a_server_that_does_not_answer(
    telegram: TelegramServer, url: str, tmp_path: Path
) -> None:
    rasa = FakeRasa()
    with serving(rasa.app) as rasa_address:
        channels = channels_of(telegram, tmp_path, url, rasa_address)
        try:
            channels.start()
            channels.wait_until(lambda health: health.get("channels", {}).get("telegram", {}).get("state") == "polling")
            telegram.write(1, "một")
            work_off(channels, telegram)
            health = channels.health()
            assert health["channels"]["telegram"]["counts"] == {"typed": 1}
            assert telegram.texts(1)[-1] == "<một>"
        finally:
            channels.stop()
    assert TOKEN not in channels.log.read_text(encoding="utf-8")
