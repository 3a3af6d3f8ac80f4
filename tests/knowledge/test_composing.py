import re
from pathlib import Path

import pytest

from knowledge.composing import say, shortened, wording

CODE = "\n".join(path.read_text(encoding="utf-8") for path in Path("knowledge").resolve().glob("*.py"))


def test_every_sentence_stands_in_both_languages_with_the_same_places_to_fill() -> None:
    assert len(wording()) > 30
    for key, sentences in wording().items():
        assert set(sentences) == {"vi", "en"}, key
        assert set(re.findall(r"{(\w+)}", sentences["vi"])) == set(re.findall(r"{(\w+)}", sentences["en"])), key


@pytest.mark.parametrize("key", sorted(wording()))
def test_every_sentence_is_used(key: str) -> None:
    outcomes = ("off_topic", "small_talk", "too_long", "error", "clarify")
    used = f'"{key}"' in CODE or key in outcomes or key.startswith("asked_")
    assert used


def test_say_needs_its_values() -> None:
    with pytest.raises(KeyError):
        say("direct_unit", "vi")


def test_a_long_quote_is_cut_at_a_word() -> None:
    assert shortened("ngắn") == "“ngắn”"
    cut = shortened("từ ngữ " * 60)
    assert cut.endswith("…”") and len(cut) < 170
