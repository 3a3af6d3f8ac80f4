from dataclasses import replace

import numpy as np
import pytest

from knowledge.embedding import HashEncoder, encoder_name, open_encoder
from knowledge.search import Mix, Retriever
from knowledge.windows import Windows

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


def test_nothing_is_asked_for(retriever: Retriever) -> None:
    assert retriever.search("báo cáo", "báo cáo", 0) == []


def test_scores_fall(retriever: Retriever) -> None:
    scores = [hit.score for hit in retriever.search("dân vận kinh tế", "dân vận kinh tế", 4)]
    assert len(scores) == 4 and scores == sorted(scores, reverse=True)


def test_a_question_of_unknown_words_finds_something_and_breaks_nothing(retriever: Retriever) -> None:
    assert len(retriever.search("zzz", "zzz", 2)) == 2
    assert len(retriever.search("", "", 2)) == 2


SAID = "Tổng kết công tác năm. Khen thưởng tập thể. Chi bộ gửi báo cáo trước ngày 25/11. Hội nghị tổ chức cuối quý."
FILLED = "Chi bộ họp ngày đầu tháng. Đảng ủy gửi văn bản. Tỉnh ủy nhận báo cáo khác. Trước đây ban hành nghị quyết."
DOCUMENTS = [FILLED, SAID, *TEXTS]
ASKED = "chi bộ gửi báo cáo trước ngày nào"


def windowed(mix: Mix) -> Retriever:
    encoder = HashEncoder(256)
    windows = Windows([("", text) for text in DOCUMENTS], encoder)
    return Retriever(DOCUMENTS, encoder.passages(DOCUMENTS), encoder, windows, mix)


@pytest.mark.parametrize("mix", [Mix(lexical=0), Mix(dense=0), Mix()])
def test_windows_prefer_the_document_that_says_it_in_one_place(mix: Mix) -> None:
    def lead(mix: Mix) -> float:
        scores = {hit.row: hit.score for hit in windowed(mix).search(ASKED, ASKED, 10)}
        return scores[1] - scores[0]

    without = replace(mix, dense_windows=0, lexical_windows=0)
    assert lead(mix) > lead(without)
    assert windowed(mix).search(ASKED, ASKED, 1)[0].row == 1


def test_only_the_pool_is_ordered_anew() -> None:
    plain = replace(Mix(), dense_windows=0, lexical_windows=0, coverage=0, pool=len(DOCUMENTS))
    whole = [hit.row for hit in windowed(plain).search(ASKED, ASKED, 10)]
    hits = windowed(Mix(pool=2)).search(ASKED, ASKED, 10)
    found = [hit.row for hit in hits]
    assert set(found[:2]) == set(whole[:2])
    assert found[2:] == whole[2:]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_an_empty_question_is_searched_like_any_other() -> None:
    assert len(windowed(Mix()).search("", "", 2)) == 2


@pytest.mark.parametrize(
    "mix",
    [
        *(Mix(dense=3), Mix(lexical=3), Mix(forms=(0,)), Mix(pool=2)),
        *(Mix(dense_windows=1), Mix(lexical_windows=1), Mix(coverage=2)),
    ],
)
def test_every_weight_counts(mix: Mix) -> None:
    shipped = windowed(Mix()).search(ASKED, ASKED, 10)
    assert [hit.score for hit in windowed(mix).search(ASKED, ASKED, 10)] != [hit.score for hit in shipped]


def test_a_question_left_without_marks_trusts_its_words_more() -> None:
    asked = "bao cao truoc ngay"
    changed, shipped = windowed(Mix(unmarked_dense=1)), windowed(Mix())
    assert changed.search(asked, asked, 1)[0].score != shipped.search(asked, asked, 1)[0].score
    assert changed.search(ASKED, ASKED, 1)[0].score == shipped.search(ASKED, ASKED, 1)[0].score


def test_evidence_of_a_hit_is_that_of_the_whole_document() -> None:
    retriever = windowed(Mix())
    hit = retriever.search("báo cáo", "báo cáo", 1)[0]
    assert hit.marked == pytest.approx(retriever.lexical.marked("báo cáo")[hit.row])
    assert hit.unmarked == pytest.approx(retriever.lexical.unmarked("báo cáo")[hit.row])
    assert hit.letters > 0
    encoder = HashEncoder(256)
    cosine = encoder.queries(["báo cáo"])[0] @ encoder.passages([DOCUMENTS[hit.row]])[0]
    assert hit.cosine == pytest.approx(float(cosine), abs=1e-6)


@pytest.mark.slow
def test_the_shipped_encoder_gives_unit_vectors_and_knows_queries_from_passages() -> None:
    encoder = open_encoder()
    assert encoder.name == encoder_name()
    vectors = encoder.passages(TEXTS)
    assert vectors.shape == (4, encoder.dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert not np.allclose(encoder.queries(TEXTS[:1]), vectors[:1], atol=1e-3)
    assert encoder.queries([]).shape == (0, encoder.dimension)
