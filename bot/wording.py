"""The bot's own sentences, kept as data in wording.yml."""

from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("vi", "en")


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence by key and language."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("wording.yml").read_text(encoding="utf-8")
    )
    return loaded


def say(key: str, language: str = "vi", **values: object) -> str:
    """Return the sentence `key` in `language` with `{names}` filled from `values`."""
    return sentences()[key][language].format(**values)
