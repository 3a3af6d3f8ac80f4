"""The tokens of the Official Account: kept encrypted, exchanged once, through crashes and by several processes."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.channels.zalo_oa import exchange as exchanging
from bot.channels.zalo_oa.exchange import App, Ending, exchange
from bot.channels.zalo_oa.tokens import LOOK_SECONDS, TokenKeeper, apart
from bot.channels.zalo_oa.vault import Tokens, Vault, VaultLocked, fingerprint
from bot.settings import ROOT
from tests.bot.channels.messenger_office import Clock
from tests.bot.channels.zalo_oa.server import APP, FIRST_TOKEN, SECRET, TOKEN, Failure, ZaloOaServer
from tests.bot.channels.zalo_offices import oa_settings

PATIENCE = 60.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "zalo")


def app(server: ZaloOaServer, seed: str = FIRST_TOKEN) -> App:
    return App(APP, SECRET, seed, server.address)


def ask(vault: Vault, server: ZaloOaServer, clock: Clock, refused: str = "", seed: str = FIRST_TOKEN) -> Ending:
    with httpx.Client(trust_env=False, timeout=5) as client:
        return exchange(vault, app(server, seed), refused, client, clock)


def kept(vault: Vault) -> Tokens:
    tokens = vault.read()
    assert tokens is not None
    return tokens


# What is kept


def test_tokens_are_kept_encrypted_and_for_their_owner_only(vault: Vault, clock: Clock, tmp_path: Path) -> None:
    tokens = Tokens("access-word", "refresh-word", clock(), clock(), fingerprint("seed"))
    vault.write(tokens)
    assert Vault(tmp_path / "zalo").read() == tokens
    for file in (tmp_path / "zalo").iterdir():
        assert b"-word" not in file.read_bytes()
        if file.name in ("key", "tokens"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_may_come_from_the_settings_and_another_one_opens_nothing(clock: Clock, tmp_path: Path) -> None:
    tokens = Tokens("a", "b", clock(), clock(), "c")
    Vault(tmp_path, key := Fernet.generate_key().decode()).write(tokens)
    assert not (tmp_path / "key").exists()
    assert Vault(tmp_path, key).read() == tokens
    with pytest.raises(VaultLocked, match="ZALO_TOKEN_KEY"):
        Vault(tmp_path).read()


def test_a_writing_that_is_cut_short_leaves_the_pair_before(
    vault: Vault, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Tokens("a", "b", clock(), clock(), "c")
    vault.write(first)

    def cut(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(OSError, match="space"):
        vault.write(Tokens("x", "y", clock(), clock(), "c"))
    assert vault.read() == first


# Exchanging


def test_the_first_pair_comes_from_the_token_of_the_settings_and_later_ones_from_the_pair_before(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock
) -> None:
    assert ask(vault, zalo_oa, clock) == "renewed"
    assert ask(vault, zalo_oa, clock) == "fresh"
    assert kept(vault).expires - clock() == timedelta(hours=25)
    clock.forward(19.9 * 3600)
    assert ask(vault, zalo_oa, clock) == "fresh"
    clock.forward(0.2 * 3600)
    assert ask(vault, zalo_oa, clock) == "renewed"
    assert (kept(vault).access, kept(vault).refresh, zalo_oa.exchanges) == ("access-2", "refresh-2", 2)


def test_a_new_token_in_the_settings_begins_anew(vault: Vault, zalo_oa: ZaloOaServer, clock: Clock) -> None:
    ask(vault, zalo_oa, clock)
    zalo_oa.refresh = "from-the-console"
    assert ask(vault, zalo_oa, clock, seed="from-the-console") == "renewed"
    assert kept(vault).access == "access-2"
    assert ask(vault, zalo_oa, clock, seed="") == "fresh"


@pytest.mark.parametrize("seed", ["mistyped", "one-used-before"])
def test_a_wrong_token_in_the_settings_does_not_cost_the_pair_that_works(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, seed: str
) -> None:
    ask(vault, zalo_oa, clock)
    zalo_oa.used.add("one-used-before")
    assert ask(vault, zalo_oa, clock, seed=seed) == "fresh"
    assert kept(vault).access == "access-1"
    clock.forward(21 * 3600)
    assert ask(vault, zalo_oa, clock, seed=seed) == "renewed"
    assert zalo_oa.calls == [TOKEN] * 3


def test_while_zalo_does_not_answer_the_pair_that_works_stays(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock
) -> None:
    ask(vault, zalo_oa, clock)
    zalo_oa.fail(TOKEN, Failure(status=503))
    assert ask(vault, zalo_oa, clock, seed="another") == "unreachable"
    assert ask(vault, zalo_oa, clock) == "fresh"


@pytest.mark.parametrize("how", ["unknown", "used before"])
def test_a_dead_refresh_token_is_asked_once_and_never_again(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, how: str
) -> None:
    zalo_oa.used = {FIRST_TOKEN} if how == "used before" else set()
    zalo_oa.refresh = "another"
    assert [ask(vault, zalo_oa, clock) for _ in range(3)] == ["spent"] * 3
    assert zalo_oa.calls == [TOKEN]
    assert ask(vault, zalo_oa, clock, seed="another") == "renewed"


@pytest.mark.parametrize(
    ("failure", "ending"),
    [(Failure(status=503), "unreachable"), (Failure(status=200), "unreachable"), (Failure(-14002), "refused")],
)
def test_what_says_nothing_of_the_token_leaves_it_to_be_tried_again(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, failure: Failure, ending: str
) -> None:
    zalo_oa.fail(TOKEN, failure)
    assert ask(vault, zalo_oa, clock) == ending
    assert ask(vault, zalo_oa, clock) == "renewed"


def test_nothing_is_asked_where_nothing_could_be_kept(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Vault, tokens: Tokens) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Vault, "write", full)
    assert ask(vault, zalo_oa, clock) == "locked"
    assert zalo_oa.calls == []
    assert ask(vault, zalo_oa, clock, seed="") == "nothing to begin with"


def test_a_lifetime_that_is_not_said_is_that_of_the_documentation(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock
) -> None:
    answer = httpx.Response(200, json={"access_token": "a", "refresh_token": "b"})
    given = exchanging._given(answer, "seed", clock())
    assert isinstance(given, Tokens)
    assert given.expires - clock() == timedelta(hours=25)


# Several processes, and crashes


def test_two_who_exchange_at_once_make_one_exchange(vault: Vault, zalo_oa: ZaloOaServer, clock: Clock) -> None:
    zalo_oa.on_exchange = lambda: time.sleep(0.2)
    with ThreadPoolExecutor(4) as hands:
        endings = list(hands.map(lambda _: ask(vault, zalo_oa, clock), range(4)))
    assert sorted(endings) == ["fresh", "fresh", "fresh", "renewed"]
    assert zalo_oa.exchanges == 1


def environment(server: ZaloOaServer, home: Path) -> dict[str, str]:
    return {**os.environ, **oa_settings(home, server.address).environment()}


def test_two_processes_that_exchange_at_once_make_one_exchange(zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    zalo_oa.on_exchange = lambda: time.sleep(0.5)

    async def both() -> list[Ending]:
        return list(await asyncio.gather(*(apart(environment(zalo_oa, tmp_path))("") for _ in range(2))))

    assert sorted(asyncio.run(both())) == ["fresh", "renewed"]
    assert zalo_oa.exchanges == 1
    assert kept(Vault(tmp_path / "zalo")).refresh == zalo_oa.refresh


ASKING = "import asyncio, os; from bot.channels.zalo_oa.tokens import apart; asyncio.run(apart(os.environ)(''))"


def test_the_assistant_killed_between_the_giving_and_the_keeping_does_not_lose_the_account(
    zalo_oa: ZaloOaServer, tmp_path: Path
) -> None:
    """Zalo has used the old token up when the whole group of the process that asked for it is killed."""
    given, killed = threading.Event(), threading.Event()

    def wait() -> None:
        given.set()
        assert killed.wait(PATIENCE)

    zalo_oa.on_exchange = wait
    command = (sys.executable, "-c", ASKING)
    channels = subprocess.Popen(command, cwd=ROOT, env=environment(zalo_oa, tmp_path), start_new_session=True)
    assert given.wait(PATIENCE)
    os.killpg(channels.pid, signal.SIGKILL)
    channels.wait(PATIENCE)
    killed.set()
    vault, deadline = Vault(tmp_path / "zalo"), time.monotonic() + PATIENCE
    while kept(vault).refresh != zalo_oa.refresh:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    zalo_oa.on_exchange = lambda: None
    clock = Clock()
    clock.now = kept(vault).renew
    assert ask(vault, zalo_oa, clock) == "renewed"


def test_an_exchange_that_is_told_to_stop_is_finished_first(zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    given, told = threading.Event(), threading.Event()

    def wait() -> None:
        given.set()
        assert told.wait(PATIENCE)

    zalo_oa.on_exchange = wait
    command = (sys.executable, "-m", "bot.channels.zalo_oa.exchange")
    exchanging = subprocess.Popen(command, cwd=ROOT, env=environment(zalo_oa, tmp_path), stdout=subprocess.DEVNULL)
    assert given.wait(PATIENCE)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        exchanging.send_signal(number)
    told.set()
    assert exchanging.wait(PATIENCE) == 0
    assert kept(Vault(tmp_path / "zalo")).refresh == zalo_oa.refresh


def test_what_nobody_could_keep_ends_in_an_alert_and_not_in_a_loop(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine itself goes down between the giving and the keeping."""
    ask(vault, zalo_oa, clock)
    clock.forward(21 * 3600)
    write = Vault.write

    def crash(self: Vault, tokens: Tokens) -> None:
        if tokens.access == "access-2":
            raise KeyboardInterrupt
        write(self, tokens)

    monkeypatch.setattr(Vault, "write", crash)
    with pytest.raises(KeyboardInterrupt):
        ask(vault, zalo_oa, clock)
    monkeypatch.undo()
    assert [ask(vault, zalo_oa, clock) for _ in range(3)] == ["spent"] * 3
    assert zalo_oa.calls == [TOKEN] * 3
    assert kept(vault).access == "access-1"


# Whoever sends


class Exchanges:
    """Counts the exchanges, and makes them in this process."""

    def __init__(self, vault: Vault, server: ZaloOaServer, clock: Clock) -> None:
        self.number = 0
        self._made = vault, server, clock

    async def __call__(self, refused: str) -> Ending:
        self.number += 1
        return await asyncio.to_thread(ask, *self._made, refused)


def keeper_of(vault: Vault, server: ZaloOaServer, clock: Clock) -> tuple[TokenKeeper, Exchanges]:
    exchanges = Exchanges(vault, server, clock)
    return TokenKeeper(vault, FIRST_TOKEN, exchanges, clock), exchanges


def test_many_who_send_at_once_wait_for_one_exchange(vault: Vault, zalo_oa: ZaloOaServer, clock: Clock) -> None:
    keeper, exchanges = keeper_of(vault, zalo_oa, clock)

    async def many() -> list[str | None]:
        return list(await asyncio.gather(*(keeper.access() for _ in range(10))))

    assert asyncio.run(many()) == ["access-1"] * 10
    assert exchanges.number == 1


def test_a_refused_token_is_exchanged_unless_another_process_has_done_so(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock
) -> None:
    keeper, exchanges = keeper_of(vault, zalo_oa, clock)
    assert asyncio.run(keeper.access()) == "access-1"
    assert asyncio.run(keeper.other_than("access-1")) == "access-2"
    assert asyncio.run(keeper.other_than("access-1")) == "access-2"
    assert exchanges.number == 2
    assert ask(vault, zalo_oa, clock, fingerprint("access-2")) == "renewed"
    assert asyncio.run(keeper.other_than("access-2")) == "access-3"
    assert exchanges.number == 2


def test_after_a_failure_not_every_message_tries_again(vault: Vault, zalo_oa: ZaloOaServer, clock: Clock) -> None:
    keeper, exchanges = keeper_of(vault, zalo_oa, clock)
    zalo_oa.fail(TOKEN, Failure(status=503))
    assert [asyncio.run(keeper.access()) for _ in range(5)] == [None] * 5
    assert (exchanges.number, keeper.ending) == (1, "unreachable")
    clock.forward(LOOK_SECONDS)
    assert asyncio.run(keeper.access()) == "access-1"


def test_with_a_dead_refresh_token_the_access_token_is_used_to_its_end_and_the_alert_given_once(
    vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    keeper, exchanges = keeper_of(vault, zalo_oa, clock)
    asyncio.run(keeper.access())
    zalo_oa.refresh = "lost"
    clock.forward(21 * 3600)
    for _ in range(3):
        asyncio.run(round_of(keeper))
        assert asyncio.run(keeper.access()) == "access-1"
    clock.forward(5 * 3600)
    assert asyncio.run(keeper.access()) is None
    assert (exchanges.number, keeper.ending) == (2, "spent")
    assert [record.levelname for record in caplog.records].count("CRITICAL") == 1


async def round_of(keeper: TokenKeeper) -> None:
    """Let the keeper look once."""
    task: asyncio.Task[Any] = asyncio.create_task(keeper.run())
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_vault_that_cannot_be_read_is_told(vault: Vault, zalo_oa: ZaloOaServer, clock: Clock, tmp_path: Path) -> None:
    asyncio.run(keeper_of(vault, zalo_oa, clock)[0].access())
    (tmp_path / "zalo" / "tokens").write_bytes(b"damaged")
    keeper, _ = keeper_of(vault, zalo_oa, clock)
    assert asyncio.run(keeper.access()) is None
    assert keeper.ending == "locked"
