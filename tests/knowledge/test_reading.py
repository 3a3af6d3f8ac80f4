from pathlib import Path

import pytest

from knowledge.reading import UnreadablePlan, fold, page_numbers, read_source


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("**11.** Chú trọng", "11. Chú trọng"),
        ("mô hình “*Dân vận khéo*”", "mô hình “Dân vận khéo”"),
        ("### **III. TỔ CHỨC**", "III. TỔ CHỨC"),
        ("năm 2023<sup>1</sup>.", "năm 2023."),
        ("Hướng dẫn số 01-\n\nHD/BDVTU", "Hướng dẫn số 01-HD/BDVTU"),
        ("số 4079/QĐ-\n\nUBND ngày", "số 4079/QĐ-UBND ngày"),
        ("nhiệm kỳ 2020 - \n\n2025", "nhiệm kỳ 2020 - 2025"),
        ("Chính phủ về về tiếp \n\n\n\n 2 \n\n \n\ntục tăng", "Chính phủ về về tiếp tục tăng"),
        ("\t1\n\tMô hình", "1 Mô hình"),
        ("trước  ngày\u00a025/11", "trước ngày 25/11"),
    ],
)
def test_fold(source: str, folded: str) -> None:
    assert fold(source) == folded


def test_fold_leaves_unicode_as_it_is() -> None:
    decomposed = "tie\u0302\u0301p"
    assert fold(decomposed) == decomposed


def test_a_number_in_a_table_is_no_page_number() -> None:
    assert page_numbers("a\n\n 2 \n\nb") != []
    assert page_numbers("a\n\n\t1\n\tMô hình\n") == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "holds no text"),
        ("a.txt", "KẾ HOẠCH".encode("utf-16"), "UTF-8"),
        ("a.txt", b"abc\x00def", "binary"),
        ("a.exe", b"abc", ".txt"),
    ],
)
def test_unreadable(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UnreadablePlan, match=says):
        read_source(file)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePlan, match=r"nowhere\.txt"):
        read_source(tmp_path / "nowhere.txt")


def test_line_ends_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("một\r\nhai".encode())
    assert read_source(tmp_path / "a.txt") == "một\r\nhai"
