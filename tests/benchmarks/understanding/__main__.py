"""Compares pipelines of understanding, in Rasa's environment: `python -m tests.benchmarks.understanding`.

`--pipelines b,c`, `--seeds 5` and `--folds 5` say how much; DIET (a and d) takes a quarter of an hour a fold and gets
`--diet-folds` of the first shuffling. Predictions are kept in `--kept`, so that a run goes on where it stopped.
`--write` puts the tables into docs/understanding.md and the figures of the shipped pipeline into
tests/bot/nlu/intent_report.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import yaml

from bot.openblas import openblas_environment
from tests.benchmarks.machine import Others, describe
from tests.benchmarks.understanding.crossing import FOLDS, Crossing, train
from tests.benchmarks.understanding.entity_scores import entity_f1
from tests.benchmarks.understanding.examples import ROOT, read_examples
from tests.benchmarks.understanding.report import (
    TITLES,
    Compared,
    comparison,
    confusion_table,
    histogram_table,
    write_between,
    writings_table,
)
from tests.benchmarks.understanding.scores import intent_report, lightest, right

PIPELINES = Path(__file__).with_name("pipelines")
UNSEEN = ROOT / "tests" / "bot" / "nlu" / "unseen.yml"
REPORT = ROOT / "tests" / "bot" / "nlu" / "intent_report.json"
PAGE = ROOT / "docs" / "understanding.md"
SHIPPED = "e"
OF_DIET = "ad"
MEASURED = 200
"""Sentences parsed for the time of one."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, print, and write if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.understanding", description=__doc__)
    parser.add_argument("--pipelines", default="a,b,c,d,e", help="which, default a,b,c,d,e")
    parser.add_argument("--seeds", type=int, default=5, help="shufflings of the folds, default 5")
    parser.add_argument("--folds", type=int, choices=range(1, FOLDS + 1), default=FOLDS, help="of a shuffling")
    parser.add_argument("--diet-folds", type=int, default=1, help="folds for a and d, default 1")
    parser.add_argument("--kept", type=Path, default=ROOT / "var" / "understanding", help="folder for predictions")
    parser.add_argument("--write", action="store_true", help="write the documentation and intent_report.json")
    options = parser.parse_args(arguments)
    names = options.pipelines.split(",")
    if unknown := sorted(set(names) - set(TITLES)):
        parser.error(f"there is no pipeline {', '.join(unknown)}; there are {', '.join(TITLES)}")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    others = Others()
    crossing = Crossing(read_examples(), options.kept)
    compared = []
    for name in names:
        seeds, folds = (1, options.diet_folds) if name in OF_DIET else (options.seeds, options.folds)
        compared.append(_measured(crossing, name, seeds, folds))
    text = _page(compared, others)
    print(text)
    if options.write:
        write_between(PAGE, text)
        shipped = [each for one in compared if one.name == SHIPPED for each in one.everything()]
        if shipped:
            REPORT.write_text(json.dumps(intent_report(shipped), indent=1) + "\n", encoding="utf-8")
    return 0


def _measured(crossing: Crossing, name: str, seeds: int, folds: int) -> Compared:
    pipeline = PIPELINES / f"{name}.yml"
    found = {}
    for seed in range(seeds):
        print(f"{TITLES[name]}: shuffling {seed + 1} of {seeds} ...", file=sys.stderr, flush=True)
        for number, predictions in crossing.predictions(pipeline, seed, folds).items():
            found[seed, number] = predictions
    with tempfile.TemporaryDirectory() as folder:
        # What DIET takes to load and to parse does not depend on how long it was trained.
        model = train(pipeline, tuple(read_examples()), Path(folder), epochs=1)
        fresh = _fresh(model) | {"model_kb": model.stat().st_size / 1024}
    lines = yaml.safe_load(UNSEEN.read_text(encoding="utf-8"))["entities"]
    entities = 0.0 if name == "a" else entity_f1(lines)  # no example is annotated, so DIET learns no entities
    return Compared(name, found, fresh, entities)


def _fresh(model: Path) -> dict[str, float]:
    sentences = [each.text for each in read_examples()][:: max(1, len(read_examples()) // MEASURED)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.understanding.fresh", str(model)],
        input=json.dumps(sentences),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, **openblas_environment()},  # as the server has it
    )
    measured: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def _page(compared: list[Compared], others: Others) -> str:
    weights = {each.name: each.fresh["peak_mb"] for each in compared}
    everywhere = shares_of(compared)
    most = max(len(each.folds) for each in compared)
    thorough = shares_of([each for each in compared if len(each.folds) == most])
    shipped = next((each for each in compared if each.name == SHIPPED), compared[0])
    everything = shipped.everything()
    report = intent_report(everything)
    return "\n\n".join(
        [
            f"Measured on {date.today():%Y-%m-%d} with `make nlu`: {describe()}; other programs used "
            f"{others.share():.0%} of it meanwhile. F1 is macro over the intents, "
            "of the classifier's own choice before the fall-back.",
            comparison(compared),
            "Right on the sentences of the folds that all have, in all writings: "
            f"{_told(everywhere)}. Of those measured on all {most} folds: {_told(thorough)}. The lightest of these "
            f"that is at most half a point worse than the best: ({lightest(thorough, weights)}).",
            f"Of {TITLES[shipped.name]}, with the fall-back:",
            writings_table(report),
            "What is taken for what:",
            confusion_table(everything),
            "How sure the classifier is:",
            histogram_table(everything),
        ]
    )


def shares_of(compared: list[Compared]) -> dict[str, float]:
    """Return by name what share of the sentences is understood, of the folds that all pipelines have."""
    both = sorted(set.intersection(*(set(each.folds) for each in compared)))
    return {each.name: right([one for key in both for one in each.folds[key]]) for each in compared}


def _told(shares: dict[str, float]) -> str:
    return ", ".join(f"({name}) {share:.3f}" for name, share in shares.items())


if __name__ == "__main__":
    sys.exit(main())
