from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from knowledge.corpus import Plan
from knowledge.coverage import Words
from knowledge.embedding import HashEncoder, Vectors
from knowledge.evidence import FEATURES, LIKENESSES, Evidence, Searcher, standard
from knowledge.facts import draw_facts
from knowledge.index import open_index
from knowledge.index_building import build_index
from knowledge.question_reader import QuestionReader

PLAN = "honglinh-2023"
BANK = """
- answers:
    - path: "IV › 1"
      quote: "Phòng Nội vụ"
      asked: {formal: ["Ai lo chuyện này?", "Bên nào đứng mũi chịu sào?", "Chỗ nào cầm trịch?", "Nhà nào gánh?"]}
  silent:
    - {about: budget, asked: {formal: ["Tiền đâu ra?"]}}
"""


@pytest.fixture(scope="module")
def searcher(plans: Mapping[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "bank.yml").write_text(BANK, encoding="utf-8")
    few = {key: replace(plan, bank_file=folder / "bank.yml" if key == PLAN else None) for key, plan in plans.items()}
    encoder = HashEncoder(512)
    build_index(few, encoder, folder / "index")
    facts = {key: draw_facts(plan) for key, plan in few.items()}
    return Searcher(open_index(few, encoder, folder / "index"), encoder, facts)


def _found(searcher: Searcher, plans: Mapping[str, Plan], question: str, plan_id: str = PLAN) -> Evidence:
    (evidence,) = searcher.search([QuestionReader(plans).read(question)], [plan_id])[plan_id]
    return evidence


def _column(evidence: Evidence, name: str) -> np.ndarray:
    return evidence.raw[:, FEATURES.index(name)]


def test_a_question_of_the_bank_speaks_for_what_answers_it(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    evidence = _found(searcher, plans, "Bên nào đứng mũi chịu sào?")
    best = int(_column(evidence, "asked").argmax())
    assert searcher.index.snippets[int(evidence.rows[best])].path == "IV › 1"
    assert searcher.index.questions[int(evidence.nearest[best])].text == "Bên nào đứng mũi chịu sào?"
    assert _column(evidence, "asked")[best] == pytest.approx(1.0, abs=1e-5)
    assert _column(evidence, "asked_words").argmax() == best
    assert 0 < _column(evidence, "asked_often")[best] < 1
    assert evidence.silence.asked < 0.5


def test_a_question_on_which_the_plan_is_silent(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    evidence = _found(searcher, plans, "Tiền đâu ra?")
    assert evidence.silence.asked == pytest.approx(1.0, abs=1e-5)
    assert evidence.silence.words > 0


def test_a_plan_without_a_bank_has_nothing_from_questions(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    evidence = _found(searcher, plans, "Phòng nào theo dõi mô hình?", "backan-vp-2023")
    assert (evidence.nearest == -1).all()
    assert not evidence.features[:, 1:3].any()
    assert not _column(evidence, "learned").any()
    assert evidence.silence.asked == 0


def test_likenesses_are_on_one_scale(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    evidence = _found(searcher, plans, "Phòng nào theo dõi công tác dân vận?")
    assert evidence.features.shape == (len(evidence.rows), len(FEATURES))
    assert np.allclose(evidence.features[:, :LIKENESSES].mean(axis=0), 0, atol=1e-4)
    assert _column(evidence, "kind").any() and not _column(evidence, "kind").all()
    heading = [searcher.index.snippets[int(row)].is_heading for row in evidence.rows]
    assert _column(evidence, "slight")[heading].all()


def test_what_was_learned_speaks_for_the_answer_and_for_silence(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    told = _found(searcher, plans, "Bên nào đứng mũi chịu sào?")
    best = int(_column(told, "learned").argmax())
    assert searcher.index.snippets[int(told.rows[best])].path == "IV › 1"
    assert _column(told, "learned")[best] > told.silence.learned
    silent = _found(searcher, plans, "Tiền đâu ra?")
    assert silent.silence.learned > _column(silent, "learned").max()


def test_each_reading_has_evidence_of_its_own(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    questions = ("Bên nào đứng mũi chịu sào?", "Tiền đâu ra?", "Ai ký?")
    both = searcher.search([QuestionReader(plans).read(question) for question in questions], [PLAN])[PLAN]
    assert len(both) == len(questions)
    for evidence, question in zip(both, questions, strict=True):
        alone = _found(searcher, plans, question)
        assert np.allclose(evidence.raw, alone.raw, atol=1e-5)
        assert evidence.silence.asked == pytest.approx(alone.silence.asked, abs=1e-5)
    assert _column(both[2], "kind").sum() != _column(both[0], "kind").sum()


def test_the_evidence_in_a_plan_is_the_same_beside_others(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    question = "Phòng nào theo dõi công tác dân vận?"
    reading = QuestionReader(plans).read(question)
    (vector,) = searcher.encoder.queries([reading.forms.to_embed])
    beside = searcher.search([reading], list(reversed(plans)))
    assert len(beside) == len(plans) > 1
    for plan_id, (evidence,) in beside.items():
        assert np.array_equal(evidence.rows, searcher.index.rows_of[plan_id])
        assert np.allclose(evidence.raw, _found(searcher, plans, question, plan_id).raw, atol=1e-5)
        assert np.allclose(_column(evidence, "passage"), searcher.index.vectors[evidence.rows] @ vector, atol=1e-5)
    assert max(_column(evidence, "words").max() for (evidence,) in beside.values()) > 1


def test_readings_that_are_the_same_are_looked_up_once(
    searcher: Searcher, plans: Mapping[str, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[str] = []
    encode = searcher.encoder.queries

    def queries(texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(texts)

    monkeypatch.setattr(searcher.encoder, "queries", queries)
    one, two = (QuestionReader(plans).read(question) for question in ("Ai ký?", "Tiền đâu ra?"))
    first, second, third = searcher.search([one, two, one], [PLAN])[PLAN]
    assert len(encoded) == 2
    assert first is third and not np.array_equal(first.raw, second.raw)


def test_evidence_can_be_kept_of_some_rows(searcher: Searcher, plans: Mapping[str, Plan]) -> None:
    evidence = _found(searcher, plans, "Ai lo chuyện này?")
    some = evidence.where([n < 3 for n in range(len(evidence.rows))])
    assert list(some.rows) == list(evidence.rows[:3])
    assert evidence.where([False] * len(evidence.rows)) is evidence


def test_coverage_counts_rare_words_and_marks(plans: Mapping[str, Plan]) -> None:
    words = Words(["báo cáo hằng năm", "báo cáo", "bao cao"])
    asked = QuestionReader(plans).read("báo cáo hằng").asked
    coverage = words.coverage(asked)
    assert coverage[0] == pytest.approx(1.0)
    assert 1 > coverage[1] > coverage[2] > 0
    assert list(words.hold_all(["báo", "năm"])) == [1, 0, 0]
    assert not words.hold_all([]).any()


def test_a_column_without_spread_becomes_nothing() -> None:
    columns = np.array([[1.0, 2.0], [1.0, 4.0]], dtype=np.float32)
    assert standard(columns).tolist() == [[0.0, -1.0], [0.0, 1.0]]
