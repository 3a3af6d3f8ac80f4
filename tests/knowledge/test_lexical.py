import numpy as np
import pytest

from knowledge.lexical import RUN, Field, LexicalIndex, forms, letters, terms, unmarked_terms

TEXTS = [
    "Phòng Nội vụ theo dõi công tác dân vận",
    "Báo cáo trước ngày 25/11 hàng năm",
    "Lĩnh vực kinh tế và du lịch",
    "Tỉnh Quảng Nam tổ chức hội nghị",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(TEXTS)


def test_terms_are_syllables_and_pairs() -> None:
    assert terms("Dân vận khéo") == ["dân", "vận", "khéo", "dân_vận", "vận_khéo"]
    assert unmarked_terms("Dân vận") == ["dan", "van", "dan_van"]
    assert terms("") == []


def test_the_share_held_is_of_the_terms_that_any_document_holds_by_their_rarity() -> None:
    field = Field([["a", "b"], ["a", "b", "b"], ["a", "c"], []])
    b, c = np.log(1 + 2.5 / 2.5), np.log(1 + 3.5 / 1.5)
    assert field.shares(["b", "c", "b", "unknown"]) == pytest.approx([b / (b + c), b / (b + c), c / (b + c), 0])
    assert field.shares(["a"]).tolist() == [1, 1, 1, 0]
    assert field.shares(["unknown"]).tolist() == field.shares([]).tolist() == [0, 0, 0, 0]


def test_the_share_is_of_terms_with_their_marks(index: LexicalIndex) -> None:
    assert index.held(forms("năm")).tolist() == [0, 1, 0, 0]
    assert index.held(forms("Nam")).tolist() == [0, 0, 0, 1]


def test_letters_run_over_the_ends_of_words() -> None:
    assert letters("Nội vụ") == [" noi ", "noi v", "oi vu", "i vu "]
    assert all(len(run) == RUN for run in letters("Ủy ban nhân dân thị xã"))
    assert letters("a") == letters("") == letters("?!") == []


def test_the_forms_are_told_apart(index: LexicalIndex) -> None:
    assert index.marked("năm")[3] == 0 and index.marked("năm")[1] > 0
    assert index.unmarked("năm")[3] > 0


def test_a_misspelt_name_is_found_by_its_letters_alone(index: LexicalIndex) -> None:
    marked, unmarked, runs = index.scores(forms("Quảngnam"))
    assert not marked.any() and not unmarked.any()
    assert runs.argmax() == 3 and runs[3] > 0


def test_scores_have_a_row_a_form(index: LexicalIndex) -> None:
    scores = index.scores(forms("báo cáo"))
    assert scores.shape == (3, len(TEXTS)) and scores.dtype == np.float32
    assert np.array_equal(scores[0], index.marked("báo cáo"))
    assert np.array_equal(scores[1], index.unmarked("báo cáo"))
    assert (scores.argmax(axis=1) == 1).all()


def test_unknown_words_and_empty_documents_score_nothing() -> None:
    field = Field([[], ["a"], ["a", "b"]])
    assert field.scores(["zzz"]).tolist() == field.scores([]).tolist() == [0, 0, 0]
    assert field.scores(["b"])[:2].tolist() == [0, 0] and field.scores(["b"])[2] > 0
