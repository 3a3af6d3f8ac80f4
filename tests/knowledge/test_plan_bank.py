from dataclasses import replace

import numpy as np
import pytest

from knowledge.answering import Answerer
from knowledge.bank import Banked
from knowledge.compact_rows import ByteRows
from knowledge.index import Index, IndexedQuestion
from knowledge.plan_bank import OFTEN, Echo, PlanBank

PLAN = "honglinh-2023"

OTHERS = 3
"""Rows before those of the plan, as of another plan."""

ANSWERED = [None, 0, 1, 1, None, 3, 3, 3, 3, 1, None, None, None]
"""For each question of a small bank the snippet of four that answers it."""

COSINES = [0.75, 0.5, 0.25, 1.0, 0.0, 0.5, 0.75, 0.75, 0.25, 0.0, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("number", [0, 400, 900])
def test_each_snippet_hears_its_own_questions(number: int, answerer: Answerer) -> None:
    index = answerer.searcher.index
    rows, own = index.rows_of[PLAN], index.questions_of[PLAN]
    vector = index.question_vectors[own[number]][None]
    words = np.linspace(0, 1, len(index.questions), dtype=np.float32)
    echo = PlanBank(index, PLAN, rows).echo(vector, words)
    heard = 0
    for place, row in enumerate(rows):
        asked = [n for n in own if index.questions[n].snippet == row]
        if not asked:
            assert echo.nearest[place] == -1 and echo.words[place] == 0
            continue
        cosines = ByteRows(index.question_vectors[asked]).products(vector)
        heads = np.sort(cosines)[::-1][:OFTEN]
        heads = np.append(heads, [heads[-1]] * (OFTEN - len(heads)))
        assert echo.asked[place] == pytest.approx(heads[0], abs=1e-5)
        assert echo.asked_often[place] == pytest.approx(heads.mean(), abs=1e-5)
        assert cosines[asked.index(echo.nearest[place])] == pytest.approx(heads[0], abs=1e-5)
        assert echo.words[place] == words[asked].max()
        heard += 1
    assert heard > 40


@pytest.fixture(scope="module")
def small() -> Echo:
    rows = np.arange(OTHERS, OTHERS + 4)
    questions = tuple(
        IndexedQuestion("p", "?", None if place is None else OTHERS + place, Banked("p", "?", "formal", 0))
        for place in ANSWERED
    )
    vectors = np.array([[cosine, np.sqrt(1 - cosine**2)] for cosine in COSINES], dtype=np.float32)
    index = Index((), np.zeros((0, 2), dtype=np.float32), questions, vectors, {})
    words = np.linspace(0.1, 1, len(questions), dtype=np.float32)
    return PlanBank(index, "p", rows).echo(np.array([[1, 0]], dtype=np.float32), words)


def test_the_best_three_questions_of_each_answer_count(small: Echo) -> None:
    mean = np.mean(COSINES)
    assert small.asked == pytest.approx([0.5, 1.0, mean, 0.75], abs=0.01)
    assert small.asked_often == pytest.approx([0.5, 1.25 / 3, mean, 2 / 3], abs=0.01)
    assert small.words == pytest.approx([0.175, 0.775, 0, 0.7])


def test_of_questions_as_near_the_first_is_the_nearest(small: Echo) -> None:
    assert small.nearest.tolist() == [1, 3, -1, 6]


def test_silence_is_heard_in_its_own_questions(small: Echo) -> None:
    assert small.silence.asked == pytest.approx(0.75, abs=0.01)
    assert small.silence.asked_often == pytest.approx(0.5, abs=0.01)
    assert small.silence.words == pytest.approx(1.0)


def test_a_plan_without_a_bank_says_nothing(answerer: Answerer) -> None:
    index = replace(answerer.searcher.index, questions=(), question_vectors=np.zeros((0, 384), dtype=np.float32))
    echo = PlanBank(index, PLAN, index.rows_of[PLAN]).echo(np.ones((1, 384), dtype=np.float32), np.zeros(0))
    assert not echo.asked.any() and set(echo.nearest.tolist()) == {-1}
