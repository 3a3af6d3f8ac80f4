"""What training brings to a plan that it has not seen: each plan left out in turn (`... training left-out`).

Measured on the questions of the plan's bank, embedded as typed questions are, over the vectors of its snippets alone:
its bank plays no part, as for a plan that an office adds.
"""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.embedding import PACKAGE, Encoder, open_encoder, package_weights
from knowledge.index import embedded_text
from knowledge.question_reader import QuestionReader
from knowledge.snippets import covers, snippets_of
from knowledge.training.fit_encoder import Recipe, train
from knowledge.training.pairs import Group

SAMPLE = 400
"""Questions of a plan's bank that are asked."""


def left_out(
    plans: Mapping[str, Plan],
    reader: QuestionReader,
    groups: Callable[[Plan], list[Group]],
    recipe: Recipe,
    say: Callable[[str], None],
) -> dict[str, tuple[float, float]]:
    """Return for each plan how often its right snippet came first, without training and trained on the others."""
    rewrite = reader.memory()
    base = open_encoder(PACKAGE)
    shares = {}
    for plan in plans.values():
        others = [found for other in plans.values() if other.id != plan.id for found in groups(other)]
        with TemporaryDirectory() as folder:
            weights = Path(folder) / "trained.bin"
            weights.write_bytes(train(package_weights(), others, rewrite, recipe, lambda _: None))
            trained = open_encoder(str(weights))
            asked = random.Random(recipe.seed).sample([q for q in plan.bank if q.quote and not q.history], SAMPLE)
            shares[plan.id] = (_first_right(plan, asked, base, rewrite), _first_right(plan, asked, trained, rewrite))
        say(f"{plan.id}: {shares[plan.id][0]:.3f} untrained, {shares[plan.id][1]:.3f} trained on the others")
    return shares


def _first_right(plan: Plan, asked: list[Banked], encoder: Encoder, rewrite: Callable[[str], str]) -> float:
    snippets = snippets_of(plan)
    vectors = encoder.passages([embedded_text(snippet) for snippet in snippets])
    scores = encoder.queries([rewrite(question.text) for question in asked]) @ vectors.T
    first = np.asarray(scores).argmax(axis=1)
    right = [covers(snippets[row].text, q.quote or "") for row, q in zip(first, asked, strict=True)]
    return sum(right) / len(right)
