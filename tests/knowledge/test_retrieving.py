import pytest

from knowledge.embedding import HashEncoder
from knowledge.retrieving import CorpusRetriever
from knowledge.search import Mix

DOCUMENTS = [
    {"id": "a", "title": "Hồng Lĩnh", "text": "Phòng Nội vụ theo dõi. Báo cáo trước ngày 25/11 hàng năm."},
    {"id": "b", "text": "Lĩnh vực kinh tế và du lịch. Tỉnh tổ chức hội nghị."},
    {"id": 3, "title": None, "text": "Mỗi chi bộ đăng ký một mô hình."},
]


@pytest.fixture(scope="module")
def retriever() -> CorpusRetriever:
    return CorpusRetriever(DOCUMENTS, HashEncoder(256))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("báo cáo trước ngày nào", "a"),
        ("bao cao truoc ngay nao", "a"),
        ("Hồng Lĩnh", "a"),
        ("kinh te va du lich", "b"),
        ("chi bộ đăng ký mấy mô hình", 3),
    ],
)
def test_the_right_document_comes_first(query: str, found: object, retriever: CorpusRetriever) -> None:
    hits = retriever.search(query, 10)
    assert hits[0][0] == found
    assert {each for each, _ in hits} == {"a", "b", 3}
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert retriever.search(query, 1) == hits[:1]


def test_the_mix_can_be_changed(retriever: CorpusRetriever) -> None:
    before = retriever.search("báo cáo trước ngày nào", 3)
    try:
        retriever.mix = Mix(dense=5)
        assert retriever.mix.dense == 5
        assert retriever.search("báo cáo trước ngày nào", 3) != before
    finally:
        retriever.mix = Mix()
    assert retriever.search("báo cáo trước ngày nào", 3) == before


def test_what_is_no_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="no documents"):
        CorpusRetriever([], HashEncoder())
    with pytest.raises(KeyError):
        CorpusRetriever([{"id": "a"}], HashEncoder())
    with pytest.raises(KeyError):
        CorpusRetriever([{"text": "a"}], HashEncoder())
