"""The commands of `python -m knowledge.training`."""

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from knowledge.bank import Banked
from knowledge.corpus import Plan, load_plans
from knowledge.embedding import SHIPPED, Encoder, Vectors, open_encoder, package_weights
from knowledge.evaluation import read_questions
from knowledge.evidence import Searcher
from knowledge.facts import draw_facts
from knowledge.index import SHIPPED_INDEX, embedded_text, open_index
from knowledge.index_building import build_index
from knowledge.question_reader import QuestionReader
from knowledge.snippets import bind, snippets_of
from knowledge.trained import write_layers
from knowledge.training.fit_encoder import Recipe, described, train
from knowledge.training.fit_weights import (
    Met,
    about_something_else,
    as_banked,
    changes_of_topic,
    fit,
    meet,
    of_hands,
    share_right,
)
from knowledge.training.left_out import left_out as leave_out
from knowledge.training.pairs import Group, group
from knowledge.training.parts import parts as tell_parts
from knowledge.weighing import READINGS, WEIGHTS_FILE, Weights

FILE_COUNTS = 5
"""How often a question of an evaluation file counts beside one of a bank: it is less, and nearer to what is asked."""

OF_NO_HAND = -1
"""Stands for who wrote an evaluation file: the bank of all hands answers."""

OF_NOBODY = -2
"""Stands for who wrote messages about something else."""

OFF_TOPIC = "out_of_scope"
"""The intent of such messages in Rasa's training data."""

SEED = 7


def encoder(hands: Sequence[int] | None, without: str | None, steps: int, out: Path | None) -> int:
    """Train the encoder; write the shipped layers, or a whole weights file to `out`."""
    plans = load_plans()
    reader = QuestionReader(plans)
    groups = [found for plan in plans.values() if plan.id != without for found in groups_of(plan, reader, hands)]
    print(f"{sum(len(found.questions) for found in groups)} questions with {len(groups)} answers")
    recipe = Recipe(steps=steps)
    trained = train(package_weights(), groups, reader.memory(), recipe, print)
    if out is not None:
        out.write_bytes(trained)
    else:
        made = {**described(recipe), "answers": len(groups), "hands": hands}
        write_layers(package_weights().read_bytes(), trained, made)
    return 0


def weights(encoder_name: str, hands: Sequence[int], file: Path | None, off_topic: Path | None = None) -> int:
    """Fit `weights.yml` on the questions of `hands`, each hand answered from the bank of the others by the encoder.

    The questions of `file`, an evaluation file to tune on, count `FILE_COUNTS` times. Weights of follow-ups are fitted
    on follow-ups and, so that they do not lean on what has nothing to do with them, on changes of topic, at most half
    as many. `off_topic` is a file of Rasa's training data: what is about something else is nothing like a bank's near
    misses, so it is learned from, too.
    """
    plans = load_plans()
    opened = open_encoder(encoder_name)
    reader = QuestionReader(plans)
    with tempfile.TemporaryDirectory() as folder:
        build_index(plans, opened, Path(folder))
        index = open_index(plans, opened, Path(folder))
    everyone = {question.banked.hand for question in index.questions}
    asked = {hand: [q.banked for q in index.questions if q.banked.hand == hand] for hand in hands}
    for own in asked.values():
        own += changes_of_topic(own, sum(bool(question.history) for question in own) // 2, random.Random(SEED))
    if file is not None:
        asked[OF_NO_HAND] = [one for one in map(as_banked, read_questions(file, plans)) if one is not None]
    if off_topic is not None:
        banked = [question.banked for question in index.questions]
        asked[OF_NOBODY] = about_something_else(examples_off_topic(off_topic), banked, random.Random(SEED))
    facts = {plan.id: draw_facts(plan) for plan in plans.values()}
    remembering, read = Remembering(opened), cache(reader.readings_of)
    fitted = {}
    for name, has_bank in (("with_bank", True), ("without_bank", False)):
        met: list[Met] = []
        for hand, own in asked.items():
            searcher = Searcher(of_hands(index, everyone - {hand} if has_bank else ()), remembering, facts)
            met += (FILE_COUNTS if hand == OF_NO_HAND else 1) * list(meet(searcher, own, read))
        for part, readings in ((name, 1), (f"follow_up_{name}", len(READINGS))):
            of_part = [one for one in met if len(one.evidence) == readings]
            fitted[part] = fit(of_part)
            share = share_right(of_part, fitted[part].ranking)
            print(f"{part}: {len(of_part)} questions; the heaviest candidate answers {share:.3f} of the answerable")
    _write_weights(fitted)
    return 0


def examples_off_topic(file: Path) -> list[str]:
    """Return the examples of the intent `out_of_scope` in a file of Rasa's training data."""
    items = yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    lines = [line for item in items if item.get("intent") == OFF_TOPIC for line in item["examples"].splitlines()]
    return [line.removeprefix("- ") for line in lines]


def left_out(steps: int) -> int:
    """Train without each plan in turn and print how well its own questions find their snippets."""
    plans = load_plans()
    reader = QuestionReader(plans)
    leave_out(plans, reader, lambda plan: groups_of(plan, reader, None), Recipe(steps=steps), print)
    return 0


def parts(file: Path) -> int:
    """Print what each part of answering brings on a file of questions."""
    plans = load_plans()
    with tempfile.TemporaryDirectory() as folder:
        build_index(plans, open_encoder(SHIPPED), Path(folder))
        for line in tell_parts(plans, read_questions(file, plans), Path(folder)):
            print(line, flush=True)
    return 0


def index() -> int:
    """Write the shipped index: the shipped plans and banks by the shipped encoder."""
    changes = build_index(load_plans(), open_encoder(SHIPPED), SHIPPED_INDEX, compact=True)
    print(f"{changes.embedded} rows embedded, {changes.kept} unchanged, {changes.dropped} removed.")
    return 0


def groups_of(plan: Plan, reader: QuestionReader, hands: Sequence[int] | None) -> list[Group]:
    """Return the questions of a plan's bank by what answers them, follow-ups made to stand alone."""
    chosen = [question for question in plan.bank if hands is None or question.hand in hands]
    alone = [
        replace(question, text=reader.stand_alone(question.text, question.history).text, history=())
        for question in chosen
    ]
    snippets = snippets_of(plan)
    rows = bind(snippets, alone)
    told: Mapping[Banked, str | None] = {
        question: embedded_text(snippets[row]) if row is not None else None
        for question, row in zip(alone, rows, strict=True)
    }
    return group(alone, told.__getitem__)


class Remembering:
    """An encoder that encodes each question once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder = encoder
        self._kept: dict[str, Vectors] = {}

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row a question."""
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        self._kept |= dict(zip(new, self._encoder.queries(new), strict=True)) if new else {}
        return np.stack([self._kept[text] for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row a passage."""
        return self._encoder.passages(texts)


def _write_weights(fitted: Mapping[str, Weights]) -> None:
    data = {
        part: {
            "ranking": {name: round(weight, 4) for name, weight in weights.ranking.items()},
            "intercept": round(weights.intercept, 4),
            "certainty": {name: [round(number, 4) for number in three] for name, three in weights.certainty.items()},
        }
        for part, weights in fitted.items()
    }
    head = "# Written by `python -m knowledge.training weights`; docs/answering.md says what the numbers mean.\n"
    WEIGHTS_FILE.write_text(head + yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
