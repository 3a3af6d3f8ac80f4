import numpy as np
import pytest

from knowledge.answering import Answerer
from knowledge.compact_rows import ByteRows
from knowledge.plan_bank import OFTEN, PlanBank

PLAN = "honglinh-2023"


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
