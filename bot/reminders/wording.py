"""The sentences of the reminders, kept as data in wording.yml."""

from functools import cache
from pathlib import Path

import yaml


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence by key and language."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("wording.yml").read_text(encoding="utf-8")
    )
    return loaded


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence `key` in `language` with `{names}` filled from `values`."""
    return sentences()[key][language].format(**values)


def say_days(days: tuple[int, ...], language: str) -> str:
    """Return days before a deadline in words, such as "7 ngày và 1 ngày"."""
    counted = [say("one_day" if n == 1 else "days", language, n=n) for n in days]
    return say("and", language).join([", ".join(counted[:-1]), counted[-1]]) if len(counted) > 1 else counted[0]
