"""Memory after a mixed conversation: the proportional set size of every process of the assistant."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.servers import family
from tests.benchmarks.turns import load_talk

PARTS = {"rasa run": "Rasa", "-m actions": "action server", "bot channels": "channels", "bot run": "supervisor"}
"""Part of a command line -> the program it is of."""

LIMITS = {"Rasa": 700, "action server": 900}
BOT = ("channels", "supervisor")


def measure(bench: Bench) -> list[Row]:
    """Start the assistant, talk on its web page, then add up its processes."""
    messages = load_talk()["mixed"]
    address = f"http://127.0.0.1:{bench.settings.web_port}"
    with httpx.Client(trust_env=False, timeout=60) as client, bench.assistant(client) as assistant:
        client.get(address).raise_for_status()
        for message in messages:
            client.post(f"{address}/api/messages", json={"text": message}).raise_for_status()
        return rows(sizes(assistant.pid), len(messages))


def rows(parts: Mapping[str, int], turns: int) -> list[Row]:
    """Return the figures of the bytes of each program after so many turns."""
    how = f"PSS after {turns} mixed turns on the web page"
    whole, bot = sum(parts.values()), sum(parts[name] for name in BOT)
    each = [
        Row(f"memory: {name}", size / 1e6, "MB", how, at_most=LIMITS.get(name)) for name, size in sorted(parts.items())
    ]
    return [
        Row("memory: all processes", whole / 1e6, "MB", how, at_most=1800, short=True),
        *each,
        Row("memory: bot (channels and supervisor)", bot / 1e6, "MB", how, at_most=150),
    ]


def sizes(pid: int) -> dict[str, int]:
    """Return the bytes of each program in the family of `pid`; a helper process counts for its parent's program.

    Raises:
        OSError: a process has ended, or cannot be read.
    """
    names: dict[int, str] = {}
    total: Counter[str] = Counter()
    for member, parent in family(pid).items():
        line = Path(f"/proc/{member}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        own = next((name for part, name in PARTS.items() if part in line), None)
        names[member] = own or names.get(parent, "other")
        total[names[member]] += proportional(Path(f"/proc/{member}/smaps_rollup").read_text(encoding="utf-8"))
    return dict(total)


def proportional(rollup: str) -> int:
    """Return the bytes of the line `Pss:` of a `smaps_rollup`.

    Raises:
        ValueError: there is no such line.
    """
    found = re.search(r"(?m)^Pss:\s+(\d+) kB$", rollup)
    if found is None:
        raise ValueError("no line Pss")
    return int(found.group(1)) * 1024
