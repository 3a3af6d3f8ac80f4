"""What the trained model makes of messages of people it has not learned from, in Rasa's environment.

`python -m tests.benchmarks.understanding.strangers [MODEL]` parses `tests/bot/nlu/strangers.yml` in every writing, with
the newest model in `var/models` if none is named, and prints the table of docs/understanding.md.
"""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

import structlog

from tests.benchmarks.understanding.crossing import parse
from tests.benchmarks.understanding.examples import ROOT, read_strangers
from tests.benchmarks.understanding.report import writings_table
from tests.benchmarks.understanding.scores import intent_report

MODELS = ROOT / "var" / "models"


def main(arguments: list[str] | None = None) -> int:
    """Parse and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.understanding.strangers", description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", help="a model of Rasa, default the newest in var/models")
    model = parser.parse_args(arguments).model or newest(MODELS)
    if model is None:
        parser.error("there is no model in var/models: run `make train`")
    from rasa.core.agent import Agent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = asyncio.run(parse(Agent.load(str(model)), read_strangers()))
    print(f"{model.name}, {len(read_strangers())} messages.\n\n{writings_table(intent_report(found))}")
    return 0


def newest(folder: Path) -> Path | None:
    """Return the newest model in `folder`, None where there is none."""
    return max(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)


if __name__ == "__main__":
    sys.exit(main())
