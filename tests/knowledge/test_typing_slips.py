import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.typing_slips import read_slips

KNOWN = frozenset(
    [
        *("hình", "được", "đăng", "ký", "tháng", "báo", "cáo", "trước", "người"),
        *("phường", "thì", "khối", "dân", "khéo", "tổng", "huyện", "năm", "mô", "quý"),
    ]
)
PLAIN = frozenset(["hinh", "duoc", "dang", "ky", "thang", "bao", "cao", "mo", "quy", "dan"])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("mô hifnh", "mô hình"),
        ("duwowjc ddawng kys", "được đăng ký"),
        ("dduwowjc", "được"),
        ("thasng thangs", "tháng tháng"),
        ("Baos caos", "Báo cáo"),
        ("truowcs nguowif phuwowngf", "trước người phường"),
        ("huyeejn nawm toorng", "huyện năm tổng"),
        ("mo6 hi2nh", "mô hình"),
        ("d9a8ng ky1", "đăng ký"),
        ("d9u7o75c", "được"),
        ("quys", "quý"),
    ],
)
def test_telex_and_vni_are_read(typed: str, read: str) -> None:
    assert read_slips(typed, KNOWN, PLAIN) == read


@pytest.mark.parametrize("text", ["mo hinh", "Zalo file form", "01-KL/TW", "2023", "cột 6", "6 tháng", "a@b.vn", ""])
def test_what_is_no_slip_stays(text: str) -> None:
    assert read_slips(text, KNOWN, PLAIN) == text


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    read = read_slips(text, KNOWN, PLAIN)
    assert len(read.split()) == len(text.split())
