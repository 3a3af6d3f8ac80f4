"""The words of papers, read from `wording.yml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORDING_FILE = Path(__file__).with_name("wording.yml")


@cache
def paper_words() -> Mapping[str, Any]:
    """Return the content of `wording.yml`: sections `form`, `lines`, `table`, `values`."""
    loaded: dict[str, Any] = yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def line(key: str, **values: object) -> str:
    """Return the line `key` with `values` put in; KeyError if there is none."""
    return str(paper_words()["lines"][key]).format(**values)
