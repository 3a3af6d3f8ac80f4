import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.child import ProcessError, run_to_end
from bot.processes import Patience, Program, Supervisor, check_port

QUICK = Patience(start=20, stop=5, poll=0.02, pauses=(0.01, 0.01))

SERVES = "open('up', 'w').write(str(__import__('os').getpid())); import time; time.sleep(60)"
DIES = "print('the reason stands here', flush=True); raise SystemExit(3)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVES
HAS_A_CHILD = (
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open('grandchild', 'w').write(str(p.pid)); " + SERVES
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(folder: Path, code: str, name: str = "fake") -> Program:
    """A child that answers once it has written its process number into the file `up`."""

    async def ready() -> bool:
        return (folder / "up").exists() and bool((folder / "up").read_text())

    return Program(name, (sys.executable, "-c", code), {}, "127.0.0.1", free_port(), "FAKE_PORT", ready)


def alive(number: int) -> bool:
    """Whether a process runs (one that ended but was not yet waited for does not)."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def supervised(folder: Path, said: list[str], patience: Patience = QUICK) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder, folder / "logs", said.append, patience)
    try:
        yield supervisor
    finally:
        await supervisor.stop()


def number_in(file: Path) -> int:
    return int(file.read_text())


def test_a_program_is_started_awaited_and_stopped(tmp_path: Path) -> None:
    async def play() -> None:
        async with supervised(tmp_path, []) as supervisor:
            await supervisor.launch(program(tmp_path, SERVES))
            await supervisor.wait_ready()
            assert alive(number_in(tmp_path / "up"))
        assert not alive(number_in(tmp_path / "up"))

    asyncio.run(play())


def test_stopping_ends_what_the_program_itself_has_started(tmp_path: Path) -> None:
    async def play() -> None:
        async with supervised(tmp_path, []) as supervisor:
            await supervisor.launch(program(tmp_path, HAS_A_CHILD))
            await supervisor.wait_ready()
            assert alive(number_in(tmp_path / "grandchild"))
        await until(lambda: not alive(number_in(tmp_path / "grandchild")))

    asyncio.run(play())


def test_a_program_that_does_not_listen_to_the_end_signal_is_killed(tmp_path: Path) -> None:
    async def play() -> None:
        async with supervised(tmp_path, [], Patience(start=20, stop=0.1, poll=0.02)) as supervisor:
            await supervisor.launch(program(tmp_path, DEAF))
            await supervisor.wait_ready()
        assert not alive(number_in(tmp_path / "up"))

    asyncio.run(play())


def test_an_end_while_starting_is_told_with_the_last_lines_of_the_log(tmp_path: Path) -> None:
    async def play() -> None:
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "fake.log").write_text("from an earlier start\n", encoding="utf-8")
        async with supervised(tmp_path, []) as supervisor:
            await supervisor.launch(program(tmp_path, DIES))
            with pytest.raises(ProcessError) as raised:
                await supervisor.wait_ready()
        message = str(raised.value)
        assert "fake ended while starting (exit code 3)" in message
        assert "the reason stands here" in message
        assert "earlier start" not in message
        assert str(tmp_path / "logs" / "fake.log") in message

    asyncio.run(play())


def test_a_program_that_never_answers_is_given_up(tmp_path: Path) -> None:
    async def play() -> None:
        async with supervised(tmp_path, [], Patience(start=0.1, stop=5, poll=0.02)) as supervisor:
            await supervisor.launch(program(tmp_path, "import time; time.sleep(60)"))
            with pytest.raises(ProcessError, match=r"fake did not answer within 0\.1 s"):
                await supervisor.wait_ready()

    asyncio.run(play())


def test_a_dead_program_is_noticed_told_and_started_again(tmp_path: Path) -> None:
    async def play() -> None:
        said: list[str] = []
        async with supervised(tmp_path, said) as supervisor:
            await supervisor.launch(program(tmp_path, SERVES))
            await supervisor.wait_ready()
            watching = asyncio.create_task(supervisor.watch())
            first = number_in(tmp_path / "up")
            (tmp_path / "up").unlink()
            os.kill(first, 9)
            await until(lambda: "fake answers again." in said)
            assert alive(number_in(tmp_path / "up"))
            assert said[0] == "fake ended (exit code -9); starting it again in 0.01 s."
            watching.cancel()

    asyncio.run(play())


def test_a_program_that_keeps_dying_ends_the_watch(tmp_path: Path) -> None:
    async def play() -> None:
        said: list[str] = []
        async with supervised(tmp_path, said) as supervisor:
            await supervisor.launch(program(tmp_path, SERVES, "steady"))
            await supervisor.launch(program(tmp_path, DIES))
            with pytest.raises(ProcessError, match=r"(?s)fake keeps ending \(exit code 3\).*the reason stands"):
                await supervisor.watch()
        assert len([line for line in said if "fake ended" in line]) == len(QUICK.pauses)

    asyncio.run(play())


def test_a_taken_port_is_named_with_its_setting_and_what_to_do(tmp_path: Path) -> None:
    fake = program(tmp_path, SERVES)
    with socket.create_server(("127.0.0.1", fake.port)), pytest.raises(ProcessError) as raised:
        check_port(fake)
    message = str(raised.value)
    assert message.startswith(f"Port {fake.port} (FAKE_PORT, of the program fake) is in use.")
    assert "write in .env: FAKE_PORT=" in message


def test_nothing_is_started_on_a_taken_port(tmp_path: Path) -> None:
    async def play() -> None:
        fake = program(tmp_path, SERVES)
        async with supervised(tmp_path, []) as supervisor:
            with socket.create_server(("127.0.0.1", fake.port)), pytest.raises(ProcessError):
                await supervisor.launch(fake)
        assert not (tmp_path / "logs").exists()

    asyncio.run(play())


def test_a_free_port_passes(tmp_path: Path) -> None:
    check_port(program(tmp_path, SERVES))


def test_a_missing_command_is_told(tmp_path: Path) -> None:
    async def play() -> None:
        fake = program(tmp_path, SERVES)
        missing = Program("fake", ("/nowhere/python",), {}, fake.host, fake.port, "FAKE_PORT", fake.ready)
        async with supervised(tmp_path, []) as supervisor:
            with pytest.raises(ProcessError, match="/nowhere/python cannot be started"):
                await supervisor.launch(missing)

    asyncio.run(play())


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.child.LOG_LIMIT", 10)
    log = tmp_path / "once.log"
    log.write_text("a line of an earlier start\n", encoding="utf-8")
    asyncio.run(run_to_end((sys.executable, "-c", "print('new')"), {}, tmp_path, log))
    assert log.read_text(encoding="utf-8") == "new\n"
    assert "earlier" in (tmp_path / "once.log.1").read_text(encoding="utf-8")


def test_a_command_that_fails_is_told_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match=r"(?s)failed \(exit code 3\).*the reason stands here"):
        asyncio.run(run_to_end((sys.executable, "-c", DIES), {}, tmp_path, tmp_path / "once.log"))


def test_a_cancelled_command_ends_with_its_group(tmp_path: Path) -> None:
    async def play() -> None:
        command = (sys.executable, "-c", HAS_A_CHILD)
        running = asyncio.create_task(run_to_end(command, {}, tmp_path, tmp_path / "once.log"))
        await until(lambda: (tmp_path / "up").exists() and bool((tmp_path / "up").read_text()))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not alive(number_in(tmp_path / "up"))
        await until(lambda: not alive(number_in(tmp_path / "grandchild")))

    asyncio.run(play())
