import re
from pathlib import Path

import pytest
import yaml

from knowledge.composing import say, shortened, wording

MENTIONS = yaml.safe_load(Path("knowledge/named_places.yml").read_text(encoding="utf-8"))["mentions"]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in Path("knowledge").resolve().glob("*.py"))


def test_every_sentence_stands_in_both_languages_with_the_same_places_to_fill() -> None:
    assert len(wording()) > 30
    for key, sentences in wording().items():
        assert set(sentences) == {"vi", "en"}, key
        assert set(re.findall(r"{(\w+)}", sentences["vi"])) == set(re.findall(r"{(\w+)}", sentences["en"])), key


@pytest.mark.parametrize("key", sorted(wording()))
def test_every_sentence_is_used(key: str) -> None:
    outcomes = ("off_topic", "small_talk", "too_long", "error", "clarify")
    made = [f"place_{kind}" for kind in MENTIONS] + [f"part_{number}" for number in range(1, 6)]
    used = f'"{key}"' in CODE or key in outcomes or key in made or key.startswith("asked_")
    assert used


def test_every_kind_of_place_and_every_part_has_its_words() -> None:
    assert {f"place_{kind}" for kind in MENTIONS} <= set(wording())
    assert {f"part_{number}" for number in range(1, 6)} <= set(wording())


def test_say_needs_its_values() -> None:
    with pytest.raises(KeyError):
        say("direct_unit", "vi")


def test_a_long_quote_is_cut_at_a_word() -> None:
    assert shortened("ngắn") == "“ngắn”"
    cut = shortened("từ ngữ " * 60)
    assert cut.endswith("…”") and len(cut) < 170
