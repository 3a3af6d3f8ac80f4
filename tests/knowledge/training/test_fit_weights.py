import random
from dataclasses import replace

import numpy as np

from knowledge.asking import read_question
from knowledge.bank import Banked
from knowledge.evaluation import Gold
from knowledge.evidence import FEATURES, Evidence
from knowledge.plan_bank import Silence
from knowledge.training.fit_weights import Met, about_something_else, as_banked, changes_of_topic, fit, share_right
from knowledge.weighing import names_of, rank, signs, signs_of

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
    return Met((Evidence(np.arange(20), raw, raw, np.full(20, -1), silence),), (ASKED,), right)


def test_weights_are_learned_from_what_tells() -> None:
    chance = np.random.default_rng(5)
    met = [_met(chance, n % 3 > 0) for n in range(240)]
    weights = fit(met)
    assert weights.ranking["asked"] > 3 * max(abs(weights.ranking[name]) for name in ("passage", "coverage", "slight"))
    assert weights.ranking["words"] > 0
    unseen = [_met(chance, n % 3 > 0) for n in range(120)]
    assert share_right(unseen, weights.ranking) > 0.9

    def certainty(one: Met) -> float:
        told = zip(
            signs(one.evidence, rank(one.evidence, weights.ranking), one.asked), weights.certainty.values(), strict=True
        )
        return weights.intercept + sum(weight * (sign - mean) / spread for sign, (mean, spread, weight) in told)

    split = [(certainty(one) > 0) == (one.right is not None) for one in unseen]
    assert sum(split) / len(split) > 0.95


def test_follow_ups_learn_which_reading_tells() -> None:
    chance = np.random.default_rng(6)

    def read_in_three_ways(answered: bool) -> Met:
        tells = _met(chance, answered)
        noise = replace(tells.evidence[0], features=chance.normal(0.5, 0.1, (20, len(FEATURES))).astype(np.float32))
        return Met((noise, tells.evidence[0], noise), (ASKED,) * 3, tells.right)

    weights = fit([read_in_three_ways(n % 3 > 0) for n in range(240)])
    assert tuple(weights.ranking) == names_of(3)
    assert tuple(weights.certainty) == signs_of(3)
    assert weights.ranking["together.asked"] > 5 * abs(weights.ranking["standing.asked"])
    assert share_right([read_in_three_ways(True) for _ in range(60)], weights.ranking) > 0.9


def test_topics_change_to_another_question_on_the_same_plan() -> None:
    said = [Banked(plan, f"{plan} {n}?", "formal", 4, "I", f"quote {n // 2}") for plan in "ab" for n in range(6)]
    said.append(Banked("a", "Còn năm?", "follow_up", 4, "I", "quote 9", history=("Báo cáo quý?",)))
    changed = changes_of_topic(said, 5, random.Random(1))
    assert len(changed) == 5
    for question in changed:
        (before,) = (one for one in said if one.text == question.history[0])
        assert before.plan_id == question.plan_id
        assert before.quote != question.quote
    assert changes_of_topic(said[:2], 5, random.Random(1)) == []


def test_what_is_about_something_else_is_asked_of_three_plans_and_once_after_a_question() -> None:
    said = [Banked(plan_id, f"{plan_id} {number}?", "formal", 0, None, "it") for plan_id in "pqrs" for number in "12"]
    asked = about_something_else(["Mai có mưa không?", "Giá vàng?"], said, random.Random(1))
    assert [question.text for question in asked] == ["Mai có mưa không?"] * 3 + ["Giá vàng?"] * 3
    assert all(question.quote is None for question in asked)
    for *alone, after in (asked[:3], asked[3:]):
        assert len({question.plan_id for question in (*alone, after)}) == 3
        assert not any(question.history for question in alone)
        assert after.history[0].startswith(after.plan_id)


def test_a_question_of_an_evaluation_file_is_met_where_it_names_its_plan() -> None:
    gold = Gold("x", "Còn năm?", None, "follow_up", ("Báo cáo 6 tháng khi nào?",), "p", "trước ngày 25/11")
    banked = as_banked(gold)
    assert banked is not None
    assert (banked.plan_id, banked.quote, banked.history) == ("p", "trước ngày 25/11", gold.history)
    assert as_banked(Gold("y", "Trời mưa không?")) is None
