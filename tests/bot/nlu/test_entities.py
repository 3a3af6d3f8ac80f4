import itertools
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.entities import KINDS, find_entities
from knowledge.vietnamese import unmark
from tests.benchmarks.understanding.entity_scores import entity_f1, read_markup

ROOT = Path(__file__).resolve().parents[3]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def named(text: str) -> list[tuple[str, str, str]]:
    """Kind, value and words of every entity in `text`."""
    return [(each.kind, each.value, text[each.start : each.end]) for each in find_entities(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("báo cáo của Hồng Lĩnh", [("plan", "honglinh-2023", "Hồng Lĩnh")]),
        ("UBND tỉnh Cao Bằng giao ai", [("plan", "caobang-2023", "UBND tỉnh Cao Bằng")]),
        ("kế hoạch bac kan", [("plan", "Bắc Kạn", "bac kan")]),
        ("có Sơn La chưa", [("place", "Sơn La", "Sơn La")]),
        ("làm ở xã Minh Tân", [("place", "xã Minh Tân", "xã Minh Tân")]),
        ("hạn năm 2024", [("year", "2024", "2024")]),
        ("nghị quyết 43-NQ/TW năm 2013", [("year", "2013", "2013")]),
        ("lĩnh vực kinh tế", [("field", "economy", "kinh tế")]),
        ("thuoc linh vuc quoc phong an ninh", [("field", "defence_security", "quoc phong an ninh")]),
        ("của chi bộ cơ sở", [("unit_type", "grassroots_party_cell", "chi bộ cơ sở")]),
        ("từ tháng 5/2023", [("period", "2023-05", "tháng 5/2023")]),
        ("xong quý IV nhé", [("period", "Q4", "quý IV")]),
        ("finish in November 2023", [("period", "2023-11", "November 2023")]),
        ("đăng ký 02 mô hình", [("number", "2", "02")]),
        ("hai mô hình", [("number", "2", "hai")]),
    ],
)
def test_what_a_message_names(text: str, found: list[tuple[str, str, str]]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "một cửa liên thông",
        "ban nào theo dõi",
        "quy định nào",
        "trước ngày 25/11",
        "may I ask",
        "ngày 10/6",
        "thời hạn",
        "",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert named(text) == []


def test_of_two_names_that_overlap_the_longer_counts() -> None:
    assert named("Văn phòng UBND tỉnh Bắc Kạn") == [("plan", "Bắc Kạn", "Văn phòng UBND tỉnh Bắc Kạn")]


@given(st.text(max_size=60))
def test_any_text_has_entities_within_it(text: str) -> None:
    found = find_entities(text)
    assert all(each.kind in KINDS and 0 <= each.start < each.end <= len(text) and each.value for each in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_markup_is_read() -> None:
    read = read_markup('đk [2](number) mh [kt]{"entity": "field", "value": "economy"}')
    assert read.text == "đk 2 mh kt"
    assert read.spans == {("number", 3, 4), ("field", 8, 10)}
    assert read.values == {("field", 8, 10): "economy"}


def test_sentences_annotated_by_hand() -> None:
    lines = yaml.safe_load(Path(__file__).with_name("unseen.yml").read_text(encoding="utf-8"))["entities"]
    assert len(lines) >= 60
    assert entity_f1(lines) >= 0.93
    assert unmark(lines[0]) != lines[0]


@pytest.mark.skipif(not RASA_PYTHON.exists(), reason="Rasa's environment is not there: run `make test`")
def test_the_reader_is_light_where_rasa_runs() -> None:
    heavy = {"torch", "sqlalchemy", "sentence_transformers", "faiss", "rasa", "docx", "openpyxl"}
    code = f"import sys, bot.nlu.entities; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([str(RASA_PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
