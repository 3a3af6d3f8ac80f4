from dataclasses import replace

import numpy as np
import pytest

from knowledge.asking import read_question
from knowledge.bank import Banked
from knowledge.evidence import FEATURES, Evidence
from knowledge.index import Index, IndexedQuestion
from knowledge.plan_bank import Silence
from knowledge.snippets import Snippet
from knowledge.weighing import SIGNS, Learned, Weights, rank, shipped_weights, signs, weigh

ASKED = read_question("Ai ký kế hoạch?")
RANKING = {**dict.fromkeys(FEATURES, 0.0), "asked": 2.0, "words": 1.0}
CERTAINTY = {**dict.fromkeys(SIGNS, (0.0, 1.0, 0.0)), "over_silent": (0.1, 0.5, 3.0)}
WEIGHTS = Weights(RANKING, -1.0, CERTAINTY)
NEVER = Weights(RANKING, -50.0, CERTAINTY)
LEARNED = Learned(WEIGHTS, NEVER)


def _evidence(asked: list[float], silent: float = 0.2) -> Evidence:
    raw = np.zeros((len(asked), len(FEATURES)), dtype=np.float32)
    raw[:, FEATURES.index("asked")] = asked
    nearest = np.array([0] + [-1] * (len(asked) - 1))
    return Evidence(np.arange(len(asked)), raw, raw, nearest, Silence(silent, silent, 0.0, 0.0))


def _index(size: int) -> Index:
    snippets = tuple(Snippet("p", f"I › {n}", n, n + 1, f"text {n}", "", False) for n in range(size))
    banked = Banked("p", "Ai ký?", "formal", 0, "I › 0", "the words")
    vectors = np.zeros((1, 4), dtype=np.float32)
    return Index(snippets, vectors, (IndexedQuestion("p", "Ai ký?", 0, banked),), vectors, {})


def test_the_heaviest_comes_first_with_the_words_that_answer() -> None:
    weighed = weigh(_evidence([0.9, 0.4, 0.6]), _index(3), ASKED, LEARNED)
    assert [candidate.snippet.path for candidate in weighed.candidates] == ["I › 0", "I › 2", "I › 1"]
    assert weighed.candidates[0].quote == "the words"
    assert weighed.candidates[1].quote is None
    assert weighed.candidates[0].weight == pytest.approx(1.8)


def test_certainty_falls_as_silence_comes_nearer() -> None:
    certain, even, unlikely = (
        weigh(_evidence([0.9], silent), _index(1), ASKED, LEARNED).certainty for silent in (0.1, 0.8, 1.5)
    )
    assert 1 > certain > even > unlikely > 0
    assert even == pytest.approx(1 / (1 + np.exp(1.0)), abs=1e-6)


def test_a_plan_without_snippets() -> None:
    assert weigh(_evidence([]), _index(0), ASKED, LEARNED).certainty == 0


def test_signs_say_by_how_much_the_first_leads() -> None:
    evidence = _evidence([0.9, 0.4])
    told = dict(zip(SIGNS, signs(evidence, rank(evidence, RANKING), ASKED), strict=True))
    assert told["lead"] == pytest.approx(1.0)
    assert told["over_silent"] == pytest.approx(0.7)
    assert told["lacks_kind"] == 1.0
    assert (
        dict(zip(SIGNS, signs(evidence, rank(evidence, RANKING), replace(ASKED, strict=False)), strict=True))[
            "lacks_kind"
        ]
        == 0.0
    )


def test_a_plan_without_a_bank_has_weights_of_its_own() -> None:
    evidence = replace(_evidence([0.9]), has_bank=False)
    assert weigh(evidence, _index(1), ASKED, LEARNED).certainty < 1e-9
    assert weigh(evidence, _index(1), ASKED, Learned(NEVER, WEIGHTS)).certainty > 0.5


def test_the_shipped_weights_are_complete() -> None:
    shipped = shipped_weights()
    for weights in (shipped.with_bank, shipped.without_bank):
        assert set(weights.ranking) == set(FEATURES)
        assert set(weights.certainty) == set(SIGNS)
    assert shipped.with_bank.ranking["learned"] > 0
    assert shipped.with_bank.certainty["learned_over_silent"][2] > 0
    assert shipped.without_bank.ranking["passage"] > 0
