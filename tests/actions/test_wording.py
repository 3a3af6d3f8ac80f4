import re
from pathlib import Path

import pytest

import actions
from actions.wording import LANGUAGES, mentions, say, wording

CODE = [path.read_text(encoding="utf-8") for path in Path(actions.__file__).parent.glob("*.py")]


def test_every_sentence_stands_in_both_languages_with_the_same_places() -> None:
    for key, line in wording()["lines"].items():
        assert set(line) == set(LANGUAGES), key
        places = [set(re.findall(r"{(\w+)}", line[language])) for language in LANGUAGES]
        assert places[0] == places[1], key
        assert all(line[language].strip() for language in LANGUAGES)


def test_every_sentence_and_word_list_is_used() -> None:
    for key in [*wording()["lines"], *wording()["words"]]:
        assert any(f'"{key}"' in code for code in CODE), key


def test_values_are_put_in() -> None:
    assert "Hồng Lĩnh 2023" in say("unknown_plan", "vi", plans="- Hồng Lĩnh 2023")


@pytest.mark.parametrize("text", ["Tất cả kế hoạch", "hỏi trên tat ca ke hoach nhé", "all plans"])
def test_words_are_found_with_and_without_marks(text: str) -> None:
    assert mentions(text, "all_plans")
    assert not mentions("kế hoạch Hồng Lĩnh", "all_plans")
