from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.rewriting import MarkRestorer, Rewriter, load_vocabulary
from knowledge.vietnamese import normalise, unmark


@pytest.fixture(scope="module")
def rewriter(plans: Mapping[str, Plan]) -> Rewriter:
    return Rewriter([plan.text for plan in plans.values()], load_vocabulary())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("don vi nao theo doi cac mo hinh", "đơn vị nào theo dõi các mô hình"),
        ("han bao cao nam la khi nao?", "hạn báo cáo năm là khi nào?"),
        ("moi chi bo phai dk bao nhieu mh DVK", "mỗi chi bộ phải đăng ký bao nhiêu mô hình dân vận khéo"),
        ("UBND gửi BC khi nào", "ủy ban nhân dân gửi báo cáo khi nào"),
        ("which unit tracks the models?", "đơn vị nào theo dõi mô hình"),
        ("số 01-KL/TW", "số 01-KL/TW"),
        ("CT 33 TTg ban hành ngày bn", "chỉ thị 33 thủ tướng ban hành ngày bao nhiêu"),
        ("CT 10 của CT UBND tỉnh", "chỉ thị 10 của chủ tịch ủy ban nhân dân tỉnh"),
        ("TP Nội vụ TX là ai v", "trưởng phòng Nội vụ thị xã là ai vậy"),
        ("UBND các huyện, TP", "ủy ban nhân dân các huyện, thành phố"),
        ("QĐ 269 BTVTU là vb gì", "quyết định 269 ban thường vụ tỉnh ủy là văn bản gì"),
        ("QC 22 qđ về cái j", "quy chế 22 quy định về cái gì"),
        ("UBND phường gửi BC 6T ntn", "ủy ban nhân dân phường gửi báo cáo 6 tháng như thế nào"),
        ("e chào a, CBCCVC đc nghỉ hong", "em chào anh, cán bộ, công chức, viên chức được nghỉ không"),
        ("phường Nam Hồng?", "phường Nam Hồng?"),
        ("mục V nói gì", "mục V nói gì"),
        ("89/KH-UBND của HCTC-QTTV", "89/KH-UBND của Hành chính tổ chức - Quản trị tài vụ"),
        ("đoàn thể đki bn mô hifnh", "đoàn thể đăng ký bao nhiêu mô hình"),
        ("", ""),
    ],
)
def test_rewrite(typed: str, read: str, rewriter: Rewriter) -> None:
    assert rewriter.rewrite(typed).text == read


@pytest.mark.parametrize("table", ["abbreviations", "in_context"])
def test_what_is_expanded_needs_no_second_time(table: str, rewriter: Rewriter) -> None:
    full = [form for form in load_vocabulary()[table].values() if "\\1" not in form]
    assert len(full) > 20
    assert [form for form in full if rewriter.expand(form) != normalise(form)] == []


def test_synonyms_are_added_to_the_lexical_side_only(rewriter: Rewriter) -> None:
    rewritten = rewriter.rewrite("báo cáo khi nào")
    assert rewritten.text == "báo cáo khi nào"
    assert "trước ngày" in rewritten.lexical


def test_marks_are_restored_on_the_plans_own_sentences(plans: Mapping[str, Plan]) -> None:
    """Each plan's syllables, unmarked, are restored from the other plans' texts."""
    right = total = 0
    for plan in plans.values():
        restorer = MarkRestorer([other.text for other in plans.values() if other is not plan])
        for passage in plan.passages:
            words = normalise(passage.text).lower().split()
            restored = restorer.restore(unmark(" ".join(words))).split()
            total += len(words)
            right += sum(a == b for a, b in zip(words, restored, strict=True))
    assert total > 5000
    assert right / total > 0.9


def test_marked_syllables_and_case_are_kept() -> None:
    restorer = MarkRestorer(["mô hình dân vận"])
    assert restorer.restore("MO HINH Dan vân xyz 12/3") == "MÔ HÌNH Dân vân xyz 12/3"
