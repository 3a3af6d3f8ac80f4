from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import normalize

from bot.nlu import in_parts, kernel_regression
from bot.nlu.kernel_regression import KernelRegression, shares

DENSE = np.array([[1, 0, 0], [1, 0.2, 0], [0, 1, 0], [0, 1, 0.2], [0, 0, 1]], dtype=np.float32)
WORDS = csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 3, 0], [0, 0, 1, 0], [0, 0, 0, 2]], dtype=np.float32))
HINTS = csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 0]], dtype=np.float32))
ANSWERS = ["greet", "greet", "help", "help", "thank"]


@pytest.fixture
def regression() -> KernelRegression:
    return KernelRegression.fit(DENSE, [WORDS, HINTS], ANSWERS)


def test_examples_are_for_what_they_were_given_for(regression: KernelRegression) -> None:
    scores = regression.scores(DENSE, [WORDS, HINTS])
    assert scores.shape == (5, 3)
    assert [regression.intents[best] for best in scores.argmax(axis=1)] == ANSWERS


def test_each_kind_of_features_counts(regression: KernelRegression) -> None:
    nowhere = np.zeros((1, 3), dtype=np.float32)
    told = regression.scores(nowhere, [WORDS[4], HINTS[4]])
    assert regression.intents[int(told.argmax())] == "thank"
    told = regression.scores(nowhere, [csr_matrix((1, 4), dtype=np.float32), HINTS[2]])
    assert regression.intents[int(told.argmax())] == "help"
    told = regression.scores(DENSE[:1], [csr_matrix((1, 4), dtype=np.float32), csr_matrix((1, 2), dtype=np.float32)])
    assert regression.intents[int(told.argmax())] == "greet"


def test_a_long_message_does_not_count_more(regression: KernelRegression) -> None:
    short, long = (regression.scores(DENSE[:1], [WORDS[0] * times, HINTS[0]]) for times in (1, 9))
    assert short == pytest.approx(long, abs=1e-5)


def test_it_is_kept(tmp_path: Path) -> None:
    regression = KernelRegression.fit(DENSE, [WORDS, HINTS], ANSWERS, [0.9, 0.2])
    regression.write(tmp_path)
    read = KernelRegression.read(tmp_path)
    assert read.intents == regression.intents and read._rows.rows.dtype == np.float16
    asked = DENSE[1:2] + np.float32(0.1)
    before = regression.scores(asked, [WORDS[1], HINTS[1]])
    assert read.scores(asked, [WORDS[1], HINTS[1]]) == pytest.approx(before, abs=1e-4)  # kept in half precision


def test_other_features_are_refused(regression: KernelRegression) -> None:
    for other in ([WORDS[0]], [HINTS[0], WORDS[0]]):
        with pytest.raises(ValueError, match="columns"):
            regression.scores(DENSE[:1], other)


def test_without_sparse_features_the_dense_ones_tell() -> None:
    regression = KernelRegression.fit(DENSE, [], ANSWERS)
    assert [regression.intents[best] for best in regression.scores(DENSE, []).argmax(axis=1)] == ANSWERS


def test_confidences_add_up_to_one_and_sharpen() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.4, 0.4, 0.2]], dtype=np.float32)
    soft, sharp = shares(scores, 2.0), shares(scores, 12.0)
    assert soft.sum(axis=1) == pytest.approx([1, 1]) and sharp.sum(axis=1) == pytest.approx([1, 1])
    assert sharp[0, 0] > soft[0, 0] > 0.5
    assert sharp[1, 0] == pytest.approx(sharp[1, 1])


def test_a_kind_that_weighs_more_decides() -> None:
    torn = (np.zeros((1, 3), dtype=np.float32), [WORDS[4], HINTS[2]])  # the words say "thank", the hints "help"
    for weights, intent in (([0.9, 0.1], "thank"), ([0.1, 0.9], "help")):
        regression = KernelRegression.fit(DENSE, [WORDS, HINTS], ANSWERS, weights)
        assert regression.intents[int(regression.scores(*torn).argmax())] == intent
    with pytest.raises(ValueError, match="3 weights for 2 kinds"):
        KernelRegression.fit(DENSE, [WORDS, HINTS], ANSWERS, [0.5, 0.5, 0.5])


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.75, 0.375)])
@pytest.mark.parametrize("common", [0, 1, 4, 512])
@pytest.mark.parametrize("at_once", [1, 10, 1000])
def test_it_is_what_the_textbook_says(
    monkeypatch: pytest.MonkeyPatch, at_once: int, common: int, weights: tuple[float, float]
) -> None:
    """The same from scikit-learn over likeness worked out pair by pair."""
    monkeypatch.setattr(in_parts, "AT_ONCE", at_once)
    monkeypatch.setattr(kernel_regression, "COMMON", common)
    regression = KernelRegression.fit(DENSE, [WORDS, HINTS], ANSWERS, weights if weights != (0.5, 0.5) else ())
    rows = DENSE / np.linalg.norm(DENSE, axis=1, keepdims=True)
    moved = rows - rows.mean(axis=0)
    directions = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    of = np.array([ANSWERS.index(answer) for answer in ANSWERS])
    sparse = [normalize(kind).toarray() for kind in (WORDS, HINTS)]
    shared = sum(weight * (kind @ kind.T) for weight, kind in zip(weights, sparse, strict=True))
    near = np.full((2, 5, 3), -1.0)
    for half, one, place in np.ndindex(2, 5, 3):
        likeness = (directions @ directions.T, shared / sum(weights))[half]
        others = [float(likeness[one, other]) for other in range(5) if of[other] == (0, 2, 4)[place]]
        others = sorted(cosine for cosine in others if cosine < 0.9999)[-3:]
        near[half, one, place] = np.mean(others) if others else -1.0
    whole = np.hstack([moved, *((half - half.mean(axis=0)) / 3 for half in near)])
    cosines = (whole @ whole.T) / np.outer(np.linalg.norm(whole, axis=1), np.linalg.norm(whole, axis=1))
    alike = np.exp(2 * (cosines - 1)) + shared
    wanted = np.eye(3)[[0, 0, 1, 1, 2]] - np.array([0.4, 0.4, 0.2])
    told = KernelRidge(alpha=0.1, kernel="precomputed").fit(alike, wanted).dual_coef_
    assert regression._told == pytest.approx(told, abs=1e-4)
    asked = rows[1] - rows.mean(axis=0)  # the second example as a message: now its own wording is the nearest
    told_near = np.array([_three(likeness[1], of) for likeness in (directions @ directions.T, shared / sum(weights))])
    message = np.hstack([asked, *((told_near - near.mean(axis=1)) / 3)])
    cosines = (whole @ message) / (np.linalg.norm(whole, axis=1) * np.linalg.norm(message))
    likeness = np.exp(2 * (cosines - 1)) + shared[1]
    scores = regression.scores(DENSE[1:2], [WORDS[1], HINTS[1]])
    assert scores[0] == pytest.approx(likeness @ told + np.array([0.4, 0.4, 0.2]), abs=1e-4)


def _three(likeness: np.ndarray, of: np.ndarray) -> list[float]:
    """The mean of the three greatest for each of the intents, which begin at the examples 0, 2 and 4."""
    return [float(np.mean(sorted(likeness[of == place])[-3:])) for place in (0, 2, 4)]


def test_examples_may_come_in_any_order(regression: KernelRegression) -> None:
    turned = KernelRegression.fit(DENSE[::-1], [WORDS[::-1], HINTS[::-1]], ANSWERS[::-1])
    asked = (DENSE[1:2] + np.float32(0.1), [WORDS[1], HINTS[1]])
    assert turned.scores(*asked) == pytest.approx(regression.scores(*asked), abs=1e-5)
