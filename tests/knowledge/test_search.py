import numpy as np
import pytest

from knowledge.embedding import HashEncoder, encoder_name, open_encoder
from knowledge.lexical import LexicalIndex, terms
from knowledge.search import Retriever

TEXTS = [
    "Phòng Nội vụ theo dõi công tác dân vận",
    "Báo cáo trước ngày 25/11 hàng năm",
    "Lĩnh vực kinh tế và du lịch",
    "Tỉnh Quảng Nam tổ chức hội nghị",
]


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    encoder = HashEncoder()
    return Retriever(TEXTS, encoder.passages(TEXTS), encoder)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("phòng nào theo dõi dân vận", 0),
        ("phong nao theo doi dan van", 0),
        ("bao cao truoc ngay nao", 1),
        ("25/11", 1),
        ("du lịch", 2),
        ("Nam", 3),
        ("năm", 1),
    ],
)
def test_the_right_document_comes_first(question: str, row: int, retriever: Retriever) -> None:
    assert retriever.search(question, question, 1)[0].row == row


def test_only_chosen_rows_are_searched(retriever: Retriever) -> None:
    hits = retriever.search("báo cáo", "báo cáo", 10, rows=[2, 3])
    assert {hit.row for hit in hits} == {2, 3}
    assert retriever.search("báo cáo", "báo cáo", 10, rows=[]) == []
    assert retriever.search("báo cáo", "báo cáo", 0) == []


def test_scores_fall(retriever: Retriever) -> None:
    scores = [hit.score for hit in retriever.search("dân vận kinh tế", "dân vận kinh tế", 4)]
    assert len(scores) == 4 and scores == sorted(scores, reverse=True)


def test_a_question_of_unknown_words_finds_something_and_breaks_nothing(retriever: Retriever) -> None:
    assert len(retriever.search("zzz", "zzz", 2)) == 2
    assert len(retriever.search("", "", 2)) == 2


def test_terms_are_syllables_and_pairs() -> None:
    assert terms("Dân vận khéo") == ["dân", "vận", "khéo", "dân_vận", "vận_khéo"]


def test_marked_and_unmarked_scores_differ() -> None:
    index = LexicalIndex(TEXTS)
    assert index.marked("năm")[3] == 0
    assert index.unmarked("năm")[3] > 0


@pytest.mark.slow
def test_the_shipped_encoder_gives_unit_vectors_and_knows_queries_from_passages() -> None:
    encoder = open_encoder()
    assert encoder.name == encoder_name()
    vectors = encoder.passages(TEXTS)
    assert vectors.shape == (4, encoder.dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert not np.allclose(encoder.queries(TEXTS[:1]), vectors[:1], atol=1e-3)
    assert encoder.queries([]).shape == (0, encoder.dimension)
