from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

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


def test_it_is_kept(regression: KernelRegression, tmp_path: Path) -> None:
    regression.write(tmp_path)
    read = KernelRegression.read(tmp_path)
    assert read.intents == regression.intents
    asked = DENSE[1:2] + np.float32(0.1)
    assert read.scores(asked, [WORDS[1], HINTS[1]]) == pytest.approx(regression.scores(asked, [WORDS[1], HINTS[1]]))


def test_other_features_are_refused(regression: KernelRegression) -> None:
    with pytest.raises(ValueError):
        regression.scores(DENSE[:1], [WORDS[0]])


def test_confidences_add_up_to_one_and_sharpen() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.4, 0.4, 0.2]], dtype=np.float32)
    soft, sharp = shares(scores, 2.0), shares(scores, 12.0)
    assert soft.sum(axis=1) == pytest.approx([1, 1]) and sharp.sum(axis=1) == pytest.approx([1, 1])
    assert sharp[0, 0] > soft[0, 0] > 0.5
    assert sharp[1, 0] == pytest.approx(sharp[1, 1])
