"""The sentences that the Rasa actions themselves say, kept as data in wording.yml."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.vietnamese import normalise, unmark

WORDING_FILE = Path(__file__).with_name("wording.yml")
LANGUAGES = ("vi", "en")


@cache
def wording() -> dict[str, dict[str, Any]]:
    """Return the content of wording.yml: `lines` by key and language, `words` by key."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence `key` in `language` with `values` put in; KeyError if there is none."""
    return str(wording()["lines"][key][language]).format(**values).strip()


def mentions(text: str, key: str) -> bool:
    """Tell whether `text` holds one of the words listed under `key`, with or without marks."""
    line = f" {' '.join(unmark(normalise(text)).lower().split())} "
    return any(f" {unmark(word).lower()} " in line for word in wording()["words"][key])
