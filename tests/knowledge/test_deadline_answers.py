import pytest

from knowledge.answering import Answerer

FOOTNOTE = "Chú thích 7"
DATED = "III › 2 › ¶[1]"


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Huyện tôi nộp báo cáo năm trước ngày nào?", FOOTNOTE),
        ("Sở Y tế báo cáo 6 tháng hạn nào?", FOOTNOTE),
        ("bao cao nam cua huyen nop ngay nao", FOOTNOTE),
        ("Sở tôi nộp báo cáo trước 15/12 đúng không, hay theo văn bản khác?", FOOTNOTE),
        ("báo Cao Bằng nộp báo cáo năm khi nào", DATED),
        ("Sở Thông tin và Truyền thông báo cáo 6 tháng trước ngày nào?", DATED),
        ("báo cáo 6 tháng gửi qua Sở Nội vụ trước ngày nào?", DATED),
        ("hạn báo cáo năm", DATED),
    ],
)
def test_a_date_that_binds_some_is_not_told_first_to_others(answerer: Answerer, question: str, path: str) -> None:
    """Cao Bằng dates the reports of three bodies; the others follow a footnote."""
    answer = answerer.answer(question, "caobang-2023")
    assert answer.outcome == "answered" and answer.citations[0].path == path
    assert {FOOTNOTE, DATED} <= {citation.path for citation in answer.citations}
    assert "364/SNV-XDCQ&TN" in answer.text and "trước ngày 15/" in answer.text


def test_where_no_footnote_binds_others_all_have_the_date(answerer: Answerer) -> None:
    answer = answerer.answer("Phường tôi nộp báo cáo năm trước ngày nào?", "honglinh-2023")
    assert answer.outcome == "answered" and answer.text.startswith("Thời hạn: trước ngày 25/11")
