"""What a paper says of itself in its opening: number, title, issuer, place, date, year."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.intake.legacy_letters import known_share
from knowledge.reading import fold
from knowledge.structure import layout, parse

_RULES = Path(__file__).parents[1] / "describing.yml"
_TITLE_LINES = 4
_ENGLISH_BELOW = 0.04  # share of common Vietnamese words, from 0 to 1


@dataclass(frozen=True)
class Description:
    """What the text of a plan says of itself; None where it does not."""

    title: str | None
    issuer: str | None
    place: str | None
    year: int | None
    number: str | None = None
    issued: date | None = None
    language: str = "vi"


@cache
def rules() -> Mapping[str, Any]:
    """Return `describing.yml`."""
    loaded: Mapping[str, Any] = yaml.safe_load(_RULES.read_text(encoding="utf-8"))
    return loaded


def describe(text: str) -> Description:
    """Return what the opening of `text` states."""
    lines = _opening(text)
    head = " ".join(lines)
    title = _title(lines)
    above = lines[: next((n for n, line in enumerate(lines) if re.match(rules()["types"], line)), len(lines))]
    issued = next((day for line in above if (day := _date(line))), None)
    number = next((match["number"] for line in above if (match := re.search(rules()["number"], line))), None)
    place = next((match["place"] for line in lines if (match := re.match(rules()["place"], line))), None)
    year = re.search(rules()["year"], title or "") or re.search(rules()["year"], head)
    return Description(
        title,
        _issuer(lines, head),
        place,
        int(year["year"]) if year else None,
        number,
        issued,
        "en" if known_share(text) < _ENGLISH_BELOW else "vi",
    )


def _opening(text: str) -> list[str]:
    """Return the lines before the first numbered clause."""
    root = parse(text)
    opening = next((c for c in root.children if c.path == layout()["labels"]["opening"]), None)
    spans = [span for child in (opening.children if opening else []) for span in child.spans]
    return [line for start, end in spans for raw in text[start:end].split("\n") if (line := fold(raw))]


def _title(lines: Sequence[str]) -> str | None:
    for n, line in enumerate(lines):
        named = re.match(rules()["types"], line)
        if named:
            rest = re.split(rules()["ends_title_inside"], line[named.end() :])[0].strip(" :*")
            return " ".join([rest, *_title_goes_on(lines[n + 1 :])]).strip() or None
        letter = re.match(rules()["letter_title"], line)
        if letter:
            return str(letter["title"])
    return None


def _title_goes_on(lines: Sequence[str]) -> list[str]:
    title: list[str] = []
    for line in lines[:_TITLE_LINES]:
        words = re.split(rules()["ends_title_inside"], line)[0]
        sentence = line.endswith((".", ":", ";", ",")) or len(words) > rules()["longest_title_line"]
        if re.match(rules()["ends_title"], line) or (sentence and words == line):
            break
        title.append(words)
        if words != line:
            break
    return title


def _issuer(lines: Sequence[str], head: str) -> str | None:
    stated = re.search(rules()["issuer"], head) or re.search(rules()["issuer_en"], head)
    if stated:
        return str(stated["issuer"]).strip()
    names: list[str] = []
    for line in lines:
        if re.match(rules()["types"], line) or not re.match(rules()["capitals"], line):
            break
        if re.search(rules()["state_title"], line):
            continue
        if names and re.match(rules()["goes_on"], line):
            names[-1] += f" {line}"
        else:
            names.append(line)
    return _in_small_letters(names[-1]) if names else None


def _in_small_letters(name: str) -> str:
    """Return the name of an issuer written in capitals as it stands in a sentence."""
    small = [word.lower() if word in rules()["small_words"] else word.capitalize() for word in name.split()]
    return small[0][:1].upper() + " ".join(small)[1:]


def _date(line: str) -> date | None:
    match = re.search(rules()["date"], line)
    if match is None:
        return None
    month = match["month"] or rules()["months"].index(match["month_en"]) + 1
    try:
        return date(int(match["year"] or match["year_en"]), int(month), int(match["day"] or match["day_en"]))
    except ValueError:  # no such day: a slip of the paper's
        return None
