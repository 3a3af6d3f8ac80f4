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
        ("", ""),
    ],
)
def test_rewrite(typed: str, read: str, rewriter: Rewriter) -> None:
    assert rewriter.rewrite(typed).text == read


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
