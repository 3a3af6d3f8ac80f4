import numpy as np

from knowledge.asking import read_question
from knowledge.evaluation import Gold
from knowledge.evidence import FEATURES, Evidence
from knowledge.plan_bank import Silence
from knowledge.training.fit_weights import Met, as_banked, fit, share_right
from knowledge.weighing import signs

ASKED = read_question("Ai theo dõi các mô hình?")


def _met(chance: np.random.Generator, answered: bool) -> Met:
    """Return a question whose right candidate shows in `asked` and `words`; where silent, silence is the likelier."""
    raw = chance.normal(0.5, 0.1, (20, len(FEATURES))).astype(np.float32)
    right = None
    if answered:
        right = np.zeros(20, dtype=bool)
        right[int(chance.integers(20))] = True
        raw[right, FEATURES.index("asked")] += 0.4
        raw[right, FEATURES.index("words")] += 0.1
    silence = Silence(0.6, 0.6, 0.5, 0.1) if answered else Silence(0.95, 0.95, 0.9, 0.8)
    return Met(Evidence(np.arange(20), raw, raw, np.full(20, -1), silence), ASKED, right)


def test_weights_are_learned_from_what_tells() -> None:
    chance = np.random.default_rng(5)
    met = [_met(chance, n % 3 > 0) for n in range(240)]
    weights = fit(met)
    assert weights.ranking["asked"] > 3 * max(abs(weights.ranking[name]) for name in ("passage", "coverage", "slight"))
    assert weights.ranking["words"] > 0
    unseen = [_met(chance, n % 3 > 0) for n in range(120)]
    assert share_right(unseen, weights.ranking) > 0.9

    def certainty(one: Met) -> float:
        ranks = one.evidence.features @ np.array([weights.ranking[name] for name in FEATURES])
        told = zip(signs(one.evidence, ranks, one.asked), weights.certainty.values(), strict=True)
        return weights.intercept + sum(weight * (sign - mean) / spread for sign, (mean, spread, weight) in told)

    split = [(certainty(one) > 0) == (one.right is not None) for one in unseen]
    assert sum(split) / len(split) > 0.95


def test_a_question_of_an_evaluation_file_is_met_where_it_names_its_plan() -> None:
    gold = Gold("x", "Còn năm?", None, "follow_up", ("Báo cáo 6 tháng khi nào?",), "p", "trước ngày 25/11")
    banked = as_banked(gold)
    assert banked is not None
    assert (banked.plan_id, banked.quote, banked.history) == ("p", "trước ngày 25/11", gold.history)
    assert as_banked(Gold("y", "Trời mưa không?")) is None
