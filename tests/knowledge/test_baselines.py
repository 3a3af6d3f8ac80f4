from collections.abc import Mapping

from knowledge.answers import verify
from knowledge.baselines import CHUNK, Baseline, by_vectors, by_words
from knowledge.corpus import Plan
from knowledge.embedding import HashEncoder


def test_a_baseline_quotes_the_chunk_that_shares_most(plans: Mapping[str, Plan]) -> None:
    question = "Phòng Hành chính tổ chức - Quản trị tài vụ theo dõi, đôn đốc và tổng hợp báo cáo"
    for scorer_of in (by_words, by_vectors(HashEncoder(1024))):
        answer = Baseline(plans, scorer_of).answer(question, "backan-vp-2024")
        assert answer.plan_ids == ("backan-vp-2024",)
        assert "Quản trị tài vụ" in answer.text and len(answer.text) <= CHUNK
        assert verify(answer, plans) is answer


def test_a_baseline_never_refuses(plans: Mapping[str, Plan]) -> None:
    answer = Baseline(plans, by_words).answer("Giá vàng hôm nay?", history=("Thời tiết ra sao?",))
    assert answer.outcome == "answered" and answer.citations
