from dataclasses import replace

import numpy as np
import pytest

from knowledge.asking import Asked, read_question
from knowledge.bank import Banked
from knowledge.evidence import FEATURES, Evidence
from knowledge.index import Index, IndexedQuestion
from knowledge.plan_bank import Silence
from knowledge.snippets import Snippet
from knowledge.weighing import Learned, Weights, names_of, rank, shipped_weights, signs, signs_of, weigh

ASKED = read_question("Ai ký kế hoạch?")
RANKING = {**dict.fromkeys(FEATURES, 0.0), "asked": 2.0, "words": 1.0}
CERTAINTY = {**dict.fromkeys(signs_of(1), (0.0, 1.0, 0.0)), "over_silent": (0.1, 0.5, 3.0)}
WEIGHTS = Weights(RANKING, -1.0, CERTAINTY)
NEVER = Weights(RANKING, -50.0, CERTAINTY)
TOGETHER = Weights(
    {**dict.fromkeys(names_of(3), 0.0), "together.asked": 2.0, "said.asked": 0.5},
    -1.0,
    {**dict.fromkeys(signs_of(3), (0.0, 1.0, 0.0)), "together.over_silent": (0.1, 0.5, 3.0)},
)
LEARNED = Learned(WEIGHTS, NEVER, TOGETHER, TOGETHER)


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
    weighed = weigh([_evidence([0.9, 0.4, 0.6])], _index(3), [ASKED], LEARNED)
    assert [candidate.snippet.path for candidate in weighed.candidates] == ["I › 0", "I › 2", "I › 1"]
    assert weighed.candidates[0].quote == "the words"
    assert weighed.candidates[1].quote is None
    assert weighed.candidates[0].weight == pytest.approx(1.8)


def test_certainty_falls_as_silence_comes_nearer() -> None:
    certain, even, unlikely = (
        weigh([_evidence([0.9], silent)], _index(1), [ASKED], LEARNED).certainty for silent in (0.1, 0.8, 1.5)
    )
    assert 1 > certain > even > unlikely > 0
    assert even == pytest.approx(1 / (1 + np.exp(1.0)), abs=1e-6)


def test_a_plan_without_snippets() -> None:
    assert weigh([_evidence([])], _index(0), [ASKED], LEARNED).certainty == 0


def test_signs_say_by_how_much_the_first_leads() -> None:
    told = _told([_evidence([0.9, 0.4])])
    assert told["lead"] == pytest.approx(1.0)
    assert told["over_silent"] == pytest.approx(0.7)
    assert told["lacks_kind"] == 1.0
    assert _told([_evidence([0.9, 0.4])], replace(ASKED, strict=False))["lacks_kind"] == 0.0


def _told(readings: list[Evidence], asked: Asked = ASKED) -> dict[str, float]:
    weights = RANKING if len(readings) == 1 else TOGETHER.ranking
    told = signs(readings, rank(readings, weights), [asked] * len(readings))
    return dict(zip(signs_of(len(readings)), told, strict=True))


def test_what_may_lean_on_the_question_before_is_weighed_in_all_its_readings() -> None:
    readings = [_evidence([0.9, 0.1]), _evidence([0.2, 0.8], silent=0.1), _evidence([0.3, 0.3])]
    weighed = weigh(readings, _index(2), [ASKED] * 3, LEARNED)
    first, second = weighed.candidates
    assert (first.snippet.path, second.snippet.path) == ("I › 1", "I › 0")
    assert first.weight == pytest.approx(2 * 0.8 + 0.5 * 0.3)
    told = _told(readings)
    assert told["together.over_silent"] == pytest.approx(0.7)
    assert told["standing.over_silent"] == pytest.approx(0.1 - 0.2)
    assert weighed.certainty == pytest.approx(1 / (1 + np.exp(1 - 3.0 * (0.7 - 0.1) / 0.5)), abs=1e-5)


def test_the_quotation_is_that_of_the_reading_nearest_to_the_bank() -> None:
    nearer, farther = _evidence([0.9]), replace(_evidence([0.5]), nearest=np.array([-1]))
    for readings in ([nearer, farther, farther], [farther, farther, nearer]):
        assert weigh(readings, _index(1), [ASKED] * 3, LEARNED).candidates[0].quote == "the words"


def test_a_candidate_holds_the_act_where_any_reading_says_so() -> None:
    acts = _evidence([0.5, 0.5])
    acts.raw[1, FEATURES.index("act")] = 1
    for readings in ([_evidence([0.9, 0.4])] * 2 + [acts], [acts] + [_evidence([0.9, 0.4])] * 2):
        weighed = weigh(readings, _index(2), [ASKED] * 3, LEARNED)
        assert {one.snippet.path: one.holds_act for one in weighed.candidates} == {"I › 0": False, "I › 1": True}


def test_a_plan_without_a_bank_has_weights_of_its_own() -> None:
    evidence = replace(_evidence([0.9]), has_bank=False)
    assert weigh([evidence], _index(1), [ASKED], LEARNED).certainty < 1e-9
    assert weigh([evidence], _index(1), [ASKED], replace(LEARNED, without_bank=WEIGHTS)).certainty > 0.5


def test_the_shipped_weights_are_complete() -> None:
    shipped = shipped_weights()
    for readings, several in ((1, (shipped.with_bank, shipped.without_bank)), (3, _for_follow_ups(shipped))):
        for weights in several:
            assert set(weights.ranking) == set(names_of(readings))
            assert set(weights.certainty) == set(signs_of(readings))
    assert shipped.follow_up_with_bank.ranking["together.asked"] > 0
    assert shipped.with_bank.ranking["learned"] > 0
    assert shipped.with_bank.certainty["learned_over_silent"][2] > 0
    assert shipped.without_bank.ranking["passage"] > 0


def _for_follow_ups(learned: Learned) -> tuple[Weights, Weights]:
    return learned.follow_up_with_bank, learned.follow_up_without_bank
