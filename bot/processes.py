"""Starts, watches and stops the programs the assistant consists of."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.child import STOP_SECONDS, Child, ProcessError, spawn

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """What is run, where it listens, and how to know that it answers.

    `ready` returns True once the program answers; it never raises.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    host: str
    port: int
    port_setting: str
    ready: Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds, and how often a dead program is started again.

    One start after each of `pauses`; deaths longer ago than `forget` no longer count.
    """

    start: float = 180.0
    stop: float = STOP_SECONDS
    poll: float = 0.2
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    forget: float = 600.0


DEFAULT_PATIENCE = Patience()


@dataclass
class _Watched:
    program: Program
    child: Child
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """Keeps programs running in one folder, with one log file each."""

    def __init__(self, folder: Path, logs: Path, say: Say, patience: Patience = DEFAULT_PATIENCE) -> None:
        self._folder = folder
        self._logs = logs
        self._say = say
        self._patience = patience
        self._watched: list[_Watched] = []

    async def launch(self, program: Program) -> None:
        """Starts one program without waiting for it.

        Raises:
            ProcessError: its port is taken, or it cannot be started.
        """
        check_port(program)
        self._watched.append(_Watched(program, await self._start(program)))

    async def wait_ready(self) -> None:
        """Returns once every launched program answers.

        Raises:
            ProcessError: one ended, or did not answer in time; with the end of its log.
        """
        await _all_or_first_error([self._answers(watched) for watched in self._watched])

    async def watch(self) -> None:
        """Starts dead programs again, for as long as that helps.

        Raises:
            ProcessError: one keeps ending.
        """
        await _all_or_first_error([self._keep_alive(watched) for watched in self._watched])

    async def stop(self) -> None:
        """Ends every program with all that it started, within some seconds."""
        await asyncio.gather(*(watched.child.stop(self._patience.stop) for watched in self._watched))
        self._watched.clear()

    async def _start(self, program: Program) -> Child:
        log = self._logs / f"{program.name}.log"
        return await spawn(program.command, program.environment, self._folder, log)

    async def _answers(self, watched: _Watched) -> None:
        """Returns once the program answers."""
        name, child = watched.program.name, watched.child
        try:
            async with asyncio.timeout(self._patience.start):
                while not child.ended and not await watched.program.ready():
                    await asyncio.sleep(self._patience.poll)
        except TimeoutError as error:
            message = f"{name} did not answer within {self._patience.start:g} s. {child.last_lines()}"
            raise ProcessError(message) from error
        if child.ended:
            code = child.process.returncode
            raise ProcessError(f"{name} ended while starting (exit code {code}). {child.last_lines()}")

    async def _keep_alive(self, watched: _Watched) -> None:
        """Starts one program again whenever it ends, after longer and longer pauses."""
        name, pauses, now = watched.program.name, self._patience.pauses, asyncio.get_running_loop().time
        while True:
            code = await watched.child.process.wait()
            await watched.child.stop(self._patience.stop)
            recent = [death for death in watched.deaths if now() - death < self._patience.forget]
            if len(recent) == len(pauses):
                raise ProcessError(f"{name} keeps ending (exit code {code}). {watched.child.last_lines()}")
            pause = pauses[len(recent)]
            watched.deaths = [*recent, now()]
            self._say(f"{name} ended (exit code {code}); starting it again in {pause:g} s.")
            await asyncio.sleep(pause)
            watched.child = await self._start(watched.program)
            try:
                await self._answers(watched)
            except ProcessError:
                await watched.child.stop(self._patience.stop)  # counted as a death by the next round
            else:
                self._say(f"{name} answers again.")


async def _all_or_first_error(works: list[Awaitable[None]]) -> None:
    """Waits for all; when one raises, ends the others and raises that error."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def check_port(program: Program) -> None:
    """Raises ProcessError, saying what to do, where a program could not listen on its port."""
    host, port, setting = program.host, program.port, program.port_setting
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1000 if port < 64000 else port - 1000
            message = (
                f"Port {port} ({setting}, of the program {program.name}) is in use. If the assistant is "
                f"already running, stop it first; `ss -ltnp 'sport = :{port}'` says what uses the port. "
                f"To use another one, write in .env: {setting}={other}"
            )
        elif error.errno == errno.EACCES:
            message = f"Port {port} ({setting}) needs administrator rights; write one above 1023 in .env."
        else:
            message = f"{program.name} cannot listen on {host}, port {port} ({setting}): {error.strerror}."
        raise ProcessError(message) from error
