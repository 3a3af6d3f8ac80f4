import re
from pathlib import Path

import pytest
import yaml

from bot.wording import LANGUAGES, say, sentences

BOT = Path(__file__).resolve().parents[2] / "bot"
SOURCES = [
    path
    for path in (*BOT.glob("*.py"), *BOT.glob("channels/**/*.py"))
    if "bot.wording import" in path.read_text(encoding="utf-8") or path.parent.parent.name == "channels"
]
ANSWERED_BY_EVENT = yaml.safe_load((BOT / "channels" / "zalo_oa" / "events.yml").read_text(encoding="utf-8"))[
    "unreadable"
]
USED = re.compile(r"[\"']([a-z][a-z_]+)[\"']")


@pytest.mark.parametrize("key", sorted(sentences()))
def test_every_sentence_stands_in_both_languages_with_the_same_places(key: str) -> None:
    sentence = sentences()[key]
    assert set(sentence) == set(LANGUAGES)
    assert all(isinstance(words, str) and words.strip() for words in sentence.values())
    assert len({tuple(sorted(re.findall(r"\{(\w+)\}", words))) for words in sentence.values()}) == 1


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert set(sentences()) <= set(USED.findall(code)) | set(ANSWERED_BY_EVENT)
    assert set(ANSWERED_BY_EVENT) <= set(sentences())
    assert set(re.findall(r"\bsay\(\s*[\"'](\w+)", code)) <= set(sentences())


def test_a_sentence_is_filled() -> None:
    assert say("year_label", year=2023) == "năm 2023"
    assert "/plans/x" in say("see_in_plan", "en", link="/plans/x")


def test_no_vietnamese_stands_in_the_code_of_the_channels() -> None:
    docstrings = re.compile(r'"""(?:[^"]|"(?!""))*"""')
    for path in BOT.glob("channels/*.py"):
        code = docstrings.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"[ăâđêôơưĂÂĐÊÔƠƯạ-ỹ]", code), path.name
