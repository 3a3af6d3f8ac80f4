"""Documents named by kind and number ("Chỉ thị 33", "QĐ 2314", "01-KL/TW"), in a question and in a plan's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.corpus import Plan
from knowledge.reading import fold
from knowledge.structure import layout
from knowledge.vietnamese import normalise, plain

_NOTE_MARK = re.compile(r"(?<!\n)<sup>\s*(\d+)\s*</sup>")
_DATED = re.compile(r"[^.;]{0,60}?\b(?:ngay|nam) \d")
_NAMED_BEFORE = 150
"""Characters before a footnote's mark in which the document stands that it explains."""


@dataclass(frozen=True)
class Document:
    """A document as it is named: `kinds` are the symbols it may bear (`ct`, `nq`), none where any kind fits."""

    number: int
    kinds: frozenset[str]

    def is_like(self, other: "Document") -> bool:
        """Tell whether the two may be one document."""
        return self.number == other.number and (not self.kinds or not other.kinds or bool(self.kinds & other.kinds))


@cache
def _rules() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("documents.yml").read_text(encoding="utf-8"))
    names = sorted([*loaded["kinds"], *loaded["generic"]], key=len, reverse=True)
    loaded["named"] = re.compile(loaded["named"].replace("{kinds}", "|".join(names)))
    loaded["alone"] = re.compile(loaded["alone"])
    loaded["bare"] = re.compile(loaded["bare"])
    loaded["asks_date"] = re.compile(loaded["asks_date"])
    return loaded


def documents_in(text: str) -> frozenset[Document]:
    """Return the documents that `text`, abbreviations in full, names by number."""
    return frozenset(document for document, _, _ in _found(plain(normalise(text))))


def documents_of(plan: Plan) -> frozenset[Document]:
    """Return the documents that a plan's text names by number."""
    return documents_in(fold(plan.text))


def documents_noted(plan: Plan) -> dict[str, frozenset[Document]]:
    """Return for each footnote, by its path, the documents named just before the mark that refers to it.

    A footnote says what a document is about, and seldom repeats its number.
    """
    noted: dict[str, frozenset[Document]] = {}
    before = 0
    for mark in _NOTE_MARK.finditer(plan.text):
        path = f"{layout()['labels']['footnote']} {mark[1]}"
        noted.setdefault(path, documents_in(fold(plan.text[max(before, mark.start() - _NAMED_BEFORE) : mark.start()])))
        before = mark.end()
    return noted


def undated_documents(plan: Plan) -> frozenset[Document]:
    """Return the documents that a plan names, but nowhere with a date, nor in a footnote on them."""
    text = plain(normalise(fold(plan.text)))
    found = sorted(_found(text), key=lambda each: each[1])
    dated = set()
    for number, (document, _, end) in enumerate(found):
        then = found[number + 1][1] if number + 1 < len(found) else len(text)
        if _DATED.match(text[end : max(end, then)]):
            dated.add(document)
    for path, noted in documents_noted(plan).items():
        clause = plan.clause(path)
        if clause is not None and _DATED.search(plain(fold(plan.text[clause.start : clause.end]))):
            dated |= noted
    return frozenset(each for each, _, _ in found if not any(each.is_like(other) for other in dated))


def asks_date(question: str) -> bool:
    """Tell whether `question` asks for a day or a year."""
    return bool(_rules()["asks_date"].search(plain(normalise(question))))


def is_presumed(question: str) -> bool:
    """Tell whether `question` only supposes what it names ("có phải theo Kế hoạch 89 không?", "năm 2024 à?")."""
    text, rules = plain(normalise(question)), _rules()
    doubts = re.search(rules["ends_in_doubt"], text) and not re.search(rules["asks_openly"], text)
    return bool(doubts or re.search(rules["presumes"], text))


def lacks(known: frozenset[Document], asked: frozenset[Document]) -> bool:
    """Tell whether none of the documents `asked` about is among those that a plan names."""
    return bool(asked) and not any(one.is_like(other) for one in asked for other in known)


def _found(text: str) -> Iterator[tuple[Document, int, int]]:
    """Yield the documents that `text` names, and where from and to."""
    rules = _rules()
    for match in rules["named"].finditer(text):
        kinds = rules["kinds"].get(match["kind"], ()) if match["kind"] not in rules["generic"] else ()
        named = Document(int(match["number"]), frozenset([*kinds, *_symbol(match["symbol"])] if kinds else ()))
        yield named, match.start(), match.end()
    for match in rules["alone"].finditer(text):
        yield Document(int(match["number"]), frozenset()), match.start(), match.end()
    for match in rules["bare"].finditer(text):
        yield Document(int(match["number"]), frozenset(_symbol(match["symbol"]))), match.start(), match.end()


def _symbol(text: str) -> list[str]:
    found = re.findall(r"[a-z]+", text)
    return found[:1]
