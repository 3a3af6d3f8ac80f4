"""The sentences of the registration, read from `wording.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORDING_FILE = Path(__file__).with_name("wording.yml")


@dataclass(frozen=True)
class Choice:
    """A button: what stands on it, and the words that pressing it sends; a person could type them."""

    title: str
    text: str


@dataclass(frozen=True)
class Line:
    """One message to the person."""

    text: str
    buttons: tuple[Choice, ...] = ()


@cache
def wording() -> Mapping[str, Mapping[str, Any]]:
    """Return the content of `wording.yml`: sections `lines`, `errors`, `buttons`."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence `key` with `values` put in; KeyError if there is none."""
    return str(wording()["lines"][key][language]).format(**values).strip()


def error(key: str, language: str, **values: object) -> str:
    """Return the sentence for the error `key`; KeyError if there is none."""
    return str(wording()["errors"][key][language]).format(**values).strip()


def button(key: str, language: str, **values: object) -> Choice:
    """Return the button `key`; KeyError if there is none."""
    both = wording()["buttons"][key][language]
    return Choice(both["title"].format(**values), both["text"].format(**values))
