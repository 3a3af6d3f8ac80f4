"""The gate of the test suite, in Rasa's environment: `python -m tests.benchmarks.understanding.gate FOLDER`.

Trains the shipped pipeline on four fifths of the examples, parses every other one of the rest in every writing, and
writes `intent_report.json` into FOLDER.
"""

import json
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tests.benchmarks.understanding.crossing import cross
from tests.benchmarks.understanding.examples import ROOT, folds, read_examples
from tests.benchmarks.understanding.scores import intent_report

SHIPPED = ROOT / "config.yml"


def main(folder: Path) -> None:
    """Write the report of the first fold."""
    (fold,) = islice(folds(read_examples(), seed=0), 1)
    report = intent_report(cross(SHIPPED, replace(fold, test=fold.test[::2])))
    (folder / "intent_report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
