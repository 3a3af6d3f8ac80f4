from collections.abc import Mapping

from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.snippets import QUOTE_AT_MOST, snippets_of, windows


def test_snippets_are_quotable_and_stand_at_their_offsets(plans: Mapping[str, Plan]) -> None:
    count = 0
    for plan in plans.values():
        for snippet in snippets_of(plan):
            count += 1
            assert fold(plan.text[snippet.start : snippet.end]) == snippet.text
            assert 0 < len(snippet.text) <= QUOTE_AT_MOST
    assert count > 200


def test_windows_lose_no_words(plans: Mapping[str, Plan]) -> None:
    for plan in plans.values():
        for passage in plan.passages:
            cut = windows(plan.text, passage.start, passage.end)
            assert " ".join(fold(plan.text[start:end]) for start, end in cut) == passage.text


def test_a_sentence_too_long_to_quote_is_cut() -> None:
    text = "từ " * 500
    cut = windows(text, 0, len(text.strip()))
    assert len(cut) > 1
    assert all(len(fold(text[start:end])) <= QUOTE_AT_MOST for start, end in cut)


def test_headings_are_context(plans: Mapping[str, Plan]) -> None:
    found = [s for s in snippets_of(plans["yenbai-duk-2023"]) if s.path == "III[2] › 1 › ¶[1]"]
    assert found[0].context == "III. TỔ CHỨC THỰC HIỆN. 1. Ban Tuyên giáo Đảng ủy Khối"
