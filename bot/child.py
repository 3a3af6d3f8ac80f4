"""One child process: in a process group of its own, with its output in a log file."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOG_LIMIT = 10_000_000
"""Bytes after which a log is set aside when its process starts; one older log is kept."""

STOP_SECONDS = 10.0
"""How long a process may take to end after it was asked to."""


class ProcessError(Exception):
    """The assistant cannot run; the message is for the operator and says what to do."""


@dataclass(frozen=True)
class Child:
    """A started process and where in its log this start begins."""

    process: asyncio.subprocess.Process
    log: Path
    log_start: int

    @property
    def ended(self) -> bool:
        """Whether the process itself has ended; others of its group may still live."""
        return self.process.returncode is not None

    def last_lines(self, count: int = 12) -> str:
        """The log's name and the end of what was written since this start, for an operator."""
        with self.log.open("rb") as file:
            file.seek(max(self.log_start, self.log.stat().st_size - 20_000))
            lines = file.read().decode("utf-8", "replace").splitlines()[-count:]
        return "\n".join([f"Its log is {self.log}; the last lines:", *(f"  {line}" for line in lines)])

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ends the whole group: asked first, killed after some seconds."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), seconds)
        self._signal(signal.SIGKILL)  # also what a leader that ended by itself has left behind
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


async def spawn(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> Child:
    """Starts a command in a folder; `environment` is added to this process's own.

    Raises:
        ProcessError: the command cannot be started, or its log cannot be written.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            start = output.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
    except OSError as error:
        raise ProcessError(f"{command[0]} cannot be started: {error}.") from error
    return Child(process, log, start)


async def run_to_end(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
    """Runs a command to its end; if the caller is cancelled, the command is ended with its group.

    Raises:
        ProcessError: it cannot be started, or failed; with the end of its log.
    """
    child = await spawn(command, environment, folder, log)
    try:
        code = await child.process.wait()
    finally:
        await child.stop()
    if code != 0:
        raise ProcessError(f"{' '.join(command)} failed (exit code {code}). {child.last_lines()}")
