import pytest
import yaml

from bot.nlu.cues import CUES_FILE, load_cues
from knowledge.vietnamese import unmark


def names_of(text: str) -> set[str]:
    """The families found in `text`."""
    cues = load_cues()
    return {cues.names[i] for i in cues.hints(text) if i < len(cues.names)}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("xin chào anh chị", "greeting"),
        ("huỷ", "cancel"),
        ("hủy", "cancel"),
        ("HUY", "cancel"),
        ("đăng ký mô hình", "registering"),
        ("dang ky mo hinh", "registering"),
        ("hạn báo cáo năm", "reporting"),
        ("who signed the plan", "question"),
    ],
)
def test_a_family_is_found_in_any_spelling(text: str, family: str) -> None:
    assert family in names_of(text)


def test_marks_tell_words_apart_where_there_are_marks() -> None:
    assert "cancel" not in names_of("thời hạn")
    assert "cancel" in names_of("thôi")
    assert "cancel" in names_of("thoi")


def test_nothing_but_words_of_a_family() -> None:
    cues = load_cues()
    only = len(cues.names) + cues.names.index("agreeing")
    assert only in cues.hints("dạ đúng rồi ạ")
    assert only not in cues.hints("đúng quy định nào")


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("được", []),
        ("được?", [0, 1]),
        ("được không? cảm ơn ", [0]),
        ("được ? ", [0, 1]),
        ("được!", [2]),
        ("được. thôi", []),
        ("được.", [3]),
        ("dạ, được", [4]),
        ("mục 3", [5]),
        ("được :)", [6]),
        ("được 🙂", [6]),
        (" Được", [7]),
        ("Ừ", [7, 8]),
        ("ĐƯỢC 2", [5, 7, 8]),
    ],
)
def test_how_a_message_is_written_is_told(text: str, signs: list[int]) -> None:
    cues = load_cues()
    assert [hint - cues.size + 9 for hint in cues.hints(text) if hint >= cues.size - 9] == signs


def test_hints_are_in_range_for_any_text() -> None:
    cues = load_cues()
    for text in ("", " ", "?", "🙂", "x" * 5000, "đăng ký mô hình nào?"):
        hints = cues.hints(text)
        assert hints == sorted(set(hints))
        assert hints[0] >= 0 and hints[-1] < cues.size


def test_the_data_has_no_idle_entry() -> None:
    data = yaml.safe_load(CUES_FILE.read_text(encoding="utf-8"))
    assert len(data["families"]) > 10
    for words in [*data["families"].values(), data["filler"]]:
        assert all(isinstance(word, str) for word in words)
        assert len(words) == len(set(words))
    assert {name for pair in data["together"] for name in pair} <= set(data["families"])
    for family, words in data["families"].items():
        for word in words:
            assert family in names_of(word), word
            assert family in names_of(unmark(word)), word
