import numpy as np
import pytest

from knowledge.learned_bank import alike, bank_words, learn, words_of

TEXTS = [
    "Báo cáo năm nộp khi nào?",
    "Hạn nộp báo cáo năm?",
    "Phòng nào theo dõi mô hình?",
    "Ai đôn đốc các mô hình?",
    "Tiền thưởng bao nhiêu?",
    "Kinh phí lấy ở đâu?",
]
ANSWERS = np.array([0, 0, 1, 1, -1, -1])


def _vectors(chance: np.random.Generator) -> np.ndarray:
    """Return a vector of length 1 per text, near to those of the same answer."""
    centres = np.eye(8)[[0, 0, 1, 1, 2, 3]]
    rows = centres + chance.normal(0, 0.15, (6, 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_words_are_compared_without_marks_rare_ones_most() -> None:
    words = bank_words(TEXTS)
    likeness = words.likeness("bao cao nam")
    assert likeness.shape == (6,)
    assert set(np.argsort(-likeness)[:2]) == {0, 1}
    assert words.likeness(TEXTS[2])[2] == pytest.approx(1.0, abs=1e-5)
    assert words.likeness("xyz").tolist() == [0.0] * 6
    assert words.knows("thuong") and not words.knows("thưởng")


def test_words_weigh_what_scikit_learn_gives_them() -> None:
    words = bank_words(TEXTS)
    for text in (*TEXTS, "nộp nộp báo cáo báo cáo ở đâu", "chưa ai nói", "", "xyz"):
        told = (words.vectorizer.transform([text]) @ words.matrix.T).toarray().ravel()
        assert words.likeness(text) == pytest.approx(told, abs=1e-6)


def test_pairs_of_words_count() -> None:
    assert words_of("Báo cáo năm") == ["bao", "cao", "nam", "bao_cao", "cao_nam"]


def test_a_bank_without_questions_has_no_words() -> None:
    assert bank_words([]).likeness("báo cáo").shape == (0,)


def test_an_unseen_wording_is_told_its_answer_or_silence() -> None:
    vectors, words = _vectors(np.random.default_rng(3)), bank_words(TEXTS)
    learned = learn(vectors, words.matrix, ANSWERS, 2).astype(np.float32)
    assert learned.shape == (6, 3)
    unseen = _vectors(np.random.default_rng(4))
    for row, text in enumerate(["báo cáo năm trước ngày nào", "hạn báo cáo", "ai theo dõi", "phòng nào đôn đốc"]):
        told = alike(vectors @ unseen[row], words.likeness(text)) @ learned
        assert told.argmax() == ANSWERS[row]
    silent = alike(vectors @ unseen[4], words.likeness("thưởng bao nhiêu tiền")) @ learned
    assert silent.argmax() == 2


def test_likeness_falls_with_distance_and_rises_with_shared_words() -> None:
    near, far = alike(np.array([0.9, 0.5], dtype=np.float32), np.zeros(2, dtype=np.float32))
    assert 1 > near > far > 0
    assert alike(np.float32(0.5), np.float32(1.0)) > far
