from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.embedding import HashEncoder, Vectors
from knowledge.lexical import LexicalIndex, forms
from knowledge.windows import SIZES, Windows, sentences, windows

DOCUMENTS = [
    ("Kế hoạch", "Phòng Nội vụ theo dõi. Báo cáo trước ngày 25/11. Tổ chức hội nghị. Khen thưởng cuối năm."),
    ("", "Một câu thôi"),
    ("Mục đích", "Nâng cao nhận thức; Xây dựng mô hình! 100% chi bộ đăng ký?"),
    ("", ""),
]


class Counting(HashEncoder):
    def __init__(self) -> None:
        super().__init__(256)
        self.seen: list[str] = []

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.seen.extend(texts)
        return super().passages(texts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Một. Hai! Ba?", ["Một.", "Hai!", "Ba?"]),
        ("“Một.” Hai", ["“Một.”", "Hai"]),
        ("Theo Nghị quyết số 25.000 v.v. và các mục", ["Theo Nghị quyết số 25.000 v.v. và các mục"]),
        ("Một; Hai; ba", ["Một;", "Hai; ba"]),
        ("Dòng một\n\nDòng hai", ["Dòng một", "Dòng hai"]),
        ("Hết.  ", ["Hết."]),
        ("", [""]),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def test_windows_are_all_stretches_of_neighbours() -> None:
    text = "Một. Hai. Ba. Bốn."
    assert windows(text, 1) == ["Một.", "Hai.", "Ba.", "Bốn."]
    assert windows(text, 3) == ["Một. Hai. Ba.", "Hai. Ba. Bốn."]
    assert windows(text, 9) == [text]


def texts_of(size: int, row: int) -> list[str]:
    title, text = DOCUMENTS[row]
    return [f"{title} {window}".strip() for window in windows(text, size)]


def test_the_best_window_of_each_size_speaks_for_a_document() -> None:
    encoder, rows = HashEncoder(256), np.array([2, 0, 3])
    question = encoder.queries(["báo cáo trước ngày nào"])
    found = Windows(DOCUMENTS, encoder).cosines(question, rows)
    right = [[(encoder.passages(texts_of(size, row)) @ question[0]).max() for row in rows] for size in SIZES]
    assert found.shape == (len(SIZES), 3)
    assert np.allclose(found, right, atol=1e-6)


def test_the_best_sentence_speaks_for_a_document_in_each_form() -> None:
    sentence_rows = [row for row in range(4) for _ in texts_of(1, row)]
    index = LexicalIndex([text for row in range(4) for text in texts_of(1, row)])
    asked = forms("báo cáo đăng ký")
    scores = index.scores(asked)
    right = [
        [max(s for s, r in zip(form, sentence_rows, strict=True) if r == row) for row in (0, 2)] for form in scores
    ]
    found = Windows(DOCUMENTS, HashEncoder()).words(asked, np.array([0, 2]))
    assert np.allclose(found, right) and found.shape == (3, 2)
    assert (found > 0).all()


def test_each_different_window_is_embedded_once() -> None:
    encoder = Counting()
    Windows(DOCUMENTS, encoder)
    assert len(encoder.seen) == len(set(encoder.seen))
    assert encoder.seen.count("Một câu thôi") == 1
    assert set(encoder.seen) == {text for size in SIZES for row in range(4) for text in texts_of(size, row)}
