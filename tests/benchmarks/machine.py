"""The machine in words, and how much of it others used meanwhile: figures from a busy machine are worth little."""

import os
import platform
import re
import time
from pathlib import Path


def describe() -> str:
    """Return the cores, the processor and the Python version."""
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    found = re.search(r"(?m)^model name\s*:\s*(.+)$", text)
    processor = found.group(1) if found else platform.processor() or platform.machine()
    return f"{len(os.sched_getaffinity(0))} cores, {processor}, Python {platform.python_version()}"


class Others:
    """Measures what other programs use from now on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._own = _busy_seconds(), _own_seconds()

    def share(self) -> float:
        """Return the share of all cores that other programs have used since, from 0 to 1.

        Own children count as such once they have ended.
        """
        used = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        return min(1.0, max(0.0, used / ((time.monotonic() - self._began) * (os.cpu_count() or 1))))


def _busy_seconds() -> float:
    """Return the seconds that all cores together have worked, stolen ones included, since the machine was started."""
    user, nice, system, _, _, interrupts, soft, stolen = map(
        int, Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Return the seconds that this process and its ended children have worked."""
    return sum(os.times()[:4])
