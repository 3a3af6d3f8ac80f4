"""The commands that begin with a slash, kept as data in commands.yml."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_COMMAND = re.compile(r"\s*/([a-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Command:
    """One command: its words for the assistant ("": it asks for a question), its line in the menu by language."""

    name: str
    words: str
    menu: dict[str, str]


@cache
def commands() -> dict[str, Command]:
    """Return every command by its name, in the order of the menu."""
    loaded = yaml.safe_load(Path(__file__).with_name("commands.yml").read_text(encoding="utf-8"))
    return {name: Command(name, entry.get("words", ""), entry["menu"]) for name, entry in loaded.items()}


def meaning(text: str) -> str | None:
    """Return what a typed command tells the assistant, "" where its question is missing; None for anything else.

    Words after a command that asks for a question are that question; after the others they are left out.
    """
    match = _COMMAND.fullmatch(text)
    command = commands().get(match.group(1).lower()) if match else None
    if match is None or command is None:
        return None
    return command.words or (match.group(2) or "").strip()
