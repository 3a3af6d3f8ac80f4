"""The gate on how well messages are understood, and the tests of the tool that measures it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from bot.openblas import openblas_environment
from bot.programs import KEEPS_MEMORY
from bot.settings import ROOT
from tests.benchmarks.understanding import crossing, examples, scores

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
FLOORS = {"as written": 0.95, "without marks": 0.94, "abbreviated": 0.95}
"""Macro F1 of the intents that the first fold must reach; docs/understanding.md has the figures of all folds."""


@pytest.mark.slow
@pytest.mark.timeout(950)
@pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`")
def test_the_shipped_pipeline_understands_what_it_has_not_seen(tmp_path: Path) -> None:
    surroundings = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **KEEPS_MEMORY, **openblas_environment()}
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "-m", "tests.benchmarks.understanding.gate", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **surroundings, "RASA_TELEMETRY_ENABLED": "false"},
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    report: dict[str, Any] = json.loads((tmp_path / "intent_report.json").read_text(encoding="utf-8"))
    assert set(report) == set(examples.WRITINGS)
    for writing, floor in FLOORS.items():
        assert report[writing]["sentences"] > 2000
        assert report[writing]["macro_f1"] >= floor, report
        assert report[writing]["outside_recall"] >= 0.95, report
        assert report[writing]["thrown_out"] <= 0.01, report


def test_what_is_measured_was_not_seen_in_another_spelling() -> None:
    texts = [f"{word} {number} {end}" for number in range(10) for word, end in (("Đăng", "ký"), ("dang", "ky"))]
    made = [examples.Example(text, "register_model") for text in texts]
    for fold in examples.folds(made, seed=1):
        seen = {text.split()[1] for text in (each.text for each in fold.train)}
        assert fold.test and not seen & {each.text.split()[1] for each in fold.test}
        assert len(fold.train) + len(fold.test) == len(made)


def test_the_measured_pipeline_is_the_shipped_one() -> None:
    compared = ROOT / "tests" / "benchmarks" / "understanding" / "pipelines"
    shipped = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    assert yaml.safe_load((compared / "e.yml").read_text(encoding="utf-8"))["pipeline"] == shipped


def test_predictions_belong_to_the_code_that_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in (path for pattern in (*crossing.MADE_OF, *crossing.CLASSIFIED_BY) for path in ROOT.glob(pattern)):
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    monkeypatch.setattr(crossing, "ROOT", tmp_path)
    pipelines = ROOT / "tests" / "benchmarks" / "understanding" / "pipelines"
    crossed = crossing.Crossing([examples.Example("chào", "greet")], tmp_path)

    def digests() -> dict[str, str]:
        return {file.stem: crossed.made_from(file) for file in sorted(pipelines.glob("*.yml"))}

    seen = digests()
    assert list(seen) == list("abcde")
    for changed, concerned in (("bot/nlu/kernel_regression.py", "e"), ("bot/nlu/tokenizer.py", "bcde")):
        with (tmp_path / changed).open("a", encoding="utf-8") as file:
            file.write("# another version\n")
        now = digests()
        assert "".join(name for name in now if now[name] != seen[name]) == concerned
        seen = now


def test_strangers_are_read_with_what_they_mean(tmp_path: Path) -> None:
    file = tmp_path / "some.yml"
    file.write_text("greet: [chào, hi]\nthank: [cảm ơn]\n", encoding="utf-8")
    assert [(each.intent, each.text) for each in examples.read_strangers(file)] == [
        ("greet", "chào"),
        ("greet", "hi"),
        ("thank", "cảm ơn"),
    ]
    assert len(examples.read_strangers()) > 5000


def test_the_writings_of_a_sentence() -> None:
    text = "Đăng ký mô hình cho chi bộ, kế hoạch được không"
    assert examples.written(text, "as written") == text
    assert examples.written(text, "without marks") == "Dang ky mo hinh cho chi bo, ke hoach duoc khong"
    assert examples.written(text, "abbreviated") == "đk mh cho cb, kh đc ko"


def predicted(truth: str, best: str, confidence: float = 0.9, intent: str | None = None) -> Any:
    return SimpleNamespace(truth=truth, best=best, intent=intent or best, confidence=confidence, writing="as written")


def test_scores_of_predictions() -> None:
    found = [
        predicted("greet", "greet"),
        predicted("greet", "thank", 0.35),
        predicted("greet", "out_of_scope", 0.65),
        predicted("thank", "thank", 1.0),
        predicted("out_of_scope", "out_of_scope"),
        predicted("out_of_scope", "greet", 0.2, "nlu_fallback"),
        predicted("out_of_scope", "greet", 0.7),
    ]
    assert scores.right(found) == pytest.approx(3 / 7)
    assert scores.outside_recall(found) == pytest.approx(2 / 3)
    assert scores.thrown_out(found) == pytest.approx(1 / 4)
    assert scores.asked_back(found) == 0
    assert scores.confusions(found)["out_of_scope", "greet"] == 2
    assert scores.histogram(found)[9] == (3, 0) and scores.histogram(found)[2] == (0, 1)
    assert scores.intent_report(found)["as written"]["sentences"] == 7


def test_what_is_no_intent_is_wrong_and_no_intent_of_its_own() -> None:
    found = [predicted("greet", "greet"), predicted("thank", "thank"), predicted("thank", "/made_up")]
    assert scores.intent_f1(found) == pytest.approx((1 + 2 / 3) / 2)


def test_the_lightest_of_the_good_ones_is_chosen() -> None:
    weights = {"a": 1200.0, "b": 500.0, "c": 570.0}
    assert scores.lightest({"a": 0.95, "b": 0.94, "c": 0.946}, weights) == "c"
    assert scores.lightest({"a": 0.95, "b": 0.945, "c": 0.946}, weights) == "b"
    assert scores.lightest({"a": 0.96, "b": 0.945, "c": 0.946}, weights) == "a"
