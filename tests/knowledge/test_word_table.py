from collections.abc import Mapping

import numpy as np
import pytest

from knowledge.corpus import Plan
from knowledge.coverage import Words
from knowledge.index import embedded_text
from knowledge.lexical import LexicalIndex
from knowledge.question_reader import QuestionReader
from knowledge.snippets import snippets_of
from knowledge.vietnamese import is_marked
from knowledge.word_table import WordTable

QUESTIONS = (
    "Phòng nào theo dõi công tác dân vận?",
    "han bao cao nam truoc ngay nao",
    "Nghị quyết số 25-NQ/TW do cơ quan nào ban hành, theo dõi, theo dõi?",
    "which unit tracks the models?",
    "zzz",
)


@pytest.fixture(scope="module")
def texts(plans: Mapping[str, Plan]) -> list[str]:
    return [embedded_text(snippet) for plan in plans.values() for snippet in snippets_of(plan)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_some_texts_of_many_are_scored_as_if_they_were_all(
    question: str, texts: list[str], plans: Mapping[str, Plan]
) -> None:
    """Two stretches of a table of all texts beside BM25 and coverage over an index of these stretches alone."""
    rows = np.array([*range(20, 90), *range(150, 230)])
    some = [texts[row] for row in rows]
    read = QuestionReader(plans).read(question)
    reading, asked, lexical, words = read.forms, read.asked, LexicalIndex(some), Words(some)
    among = WordTable(texts).among(rows)
    expected = lexical.unmarked(reading.lexical)
    if is_marked(reading.lexical):
        expected = (lexical.marked(reading.lexical) + expected) / 2
    assert np.allclose(among.scores(reading.lexical), expected, atol=1e-4)
    assert np.allclose(among.coverage(asked), words.coverage(asked), atol=1e-6)
    assert np.array_equal(among.hold_all(asked.act), words.hold_all(asked.act))
    assert question == "zzz" or expected.any()


def test_words_are_known_marks_aside(texts: list[str]) -> None:
    table = WordTable(texts)
    assert table.holds("bao") and table.holds("báo") and not table.holds("zzz")


def test_a_table_of_nothing() -> None:
    among = WordTable([]).among(np.zeros(0, dtype=np.int64))
    assert among.scores("báo cáo").shape == (0,)
    assert WordTable([""]).among(np.array([0])).scores("báo cáo").tolist() == [0.0]
