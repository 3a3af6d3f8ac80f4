"""A server process that is started, asked until it answers, and ended with everything it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.settings import ROOT

START_SECONDS = 180.0
STOP_SECONDS = 40.0
POLL_SECONDS = 0.05


class ServerFailed(Exception):
    """A server did not start as it should; the message has the end of its log."""


@dataclass(frozen=True)
class Server:
    """A server that answers: its process, its log, and the seconds from its start to its first answer."""

    pid: int
    log: Path
    log_start: int
    seconds: float

    def refuse_if_logged(self, word: str) -> None:
        """Raise ServerFailed if `word` stands in what was logged since the start."""
        logged = _logged(self.log, self.log_start)
        if word in logged:
            raise ServerFailed(f"The start was not a second start.\n{logged}")


@contextlib.contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], log: Path, answers: Callable[[], bool]
) -> Iterator[Server]:
    """Yield the server once `answers` returns True; a failing request counts as no answer.

    Raises:
        ServerFailed: it ended, or did not answer in time.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        log_start, began = output.tell(), time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        while not _asked(answers):
            if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                raise ServerFailed(f"{' '.join(command)} does not answer.\n{_logged(log, log_start)[-2000:]}")
            time.sleep(POLL_SECONDS)
        yield Server(process.pid, log, log_start, time.perf_counter() - began)
    finally:
        _end(process)


def family(pid: int) -> dict[int, int]:
    """Return the processes that descend from `pid`, itself included, each with its parent."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (status := _status(int(folder.name))):
            parents[int(folder.name)] = int(status[1])
    found = {pid: parents.get(pid, 0)}
    while new := {child: parent for child, parent in parents.items() if parent in found and child not in found}:
        found.update(new)
    return found


def _asked(answers: Callable[[], bool]) -> bool:
    try:
        return answers()
    except (httpx.HTTPError, ValueError):
        return False


def _logged(log: Path, start: int) -> str:
    return log.read_bytes()[start:].decode("utf-8", "replace")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end; kill what it leaves behind."""
    members = {pid: _born(pid) for pid in family(process.pid)}
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    for pid, born in members.items():
        if born is not None and _born(pid) == born:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def _status(pid: int) -> list[str] | None:
    """Return the fields of a process after its name (state, parent, ...); None where it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _born(pid: int) -> str | None:
    """Return when a process was started, in ticks since the machine's start: a number alone may be given again."""
    status = _status(pid)
    return status[19] if status else None
