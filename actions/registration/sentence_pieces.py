"""A sentence cut into pieces by cues and separators: what `prefill` reads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from actions.registration.amounts import parse_amount
from actions.registration.commands import same
from actions.registration.values import one_line
from knowledge.vietnamese import is_marked, normalise, unmark

WORDS_FILE = Path(__file__).with_name("prefill.yml")
MASK = "\ue000"  # stands for every letter of what is in quotation marks

_QUOTED = re.compile("[\"“«](?P<a>[^\"”»\n]{2,300})[\"”»]|(?<!\\w)['‘](?P<b>[^'’\n]{2,300})['’](?!\\w)")
_TOKEN = re.compile(rf"{MASK}+|[^\W_]+(?:[/.-][^\W_]+)*|[,;:=.!\n–-]")
_LABEL_ENDS = ":="  # after a cue they make it a label, before which something else ended
_BREAKS = ",;\n.!"
_PERIOD = re.compile(r"[tq]\d{1,2}(?:/\d{4})?|\d{1,2}[/.-]\d{4}|\d{4}-\d{2}")
_LONGEST_CUE = 6  # words
_IF = re.compile(r"_if_.*")


@dataclass(frozen=True)
class Token:
    """A word or a separator: as typed, as compared, and where it stands."""

    typed: str
    seen: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """The words after a cue of `kind` ("" for none) up to a break or up to the next cue, whose kind is `then`."""

    kind: str
    tokens: tuple[Token, ...]
    then: str = ""
    break_after: str = ""

    @property
    def words(self) -> list[str]:
        """The words as typed."""
        return [token.typed for token in self.tokens]

    @property
    def text(self) -> str:
        """The words as typed, with single spaces."""
        return " ".join(self.words)

    @property
    def is_quoted(self) -> bool:
        """Whether the piece is something in quotation marks and nothing else."""
        return len(self.tokens) == 1 and self.tokens[0].typed.startswith(MASK)

    @property
    def is_a_unit(self) -> bool:
        """Whether the words are the name of a unit: a kind of unit, and what it is called."""
        words = [token.seen for token in self.tokens]
        for head in _listed("unit_heads"):
            size = len(head.split())
            if _starts(words, 0, head) and len(words) > size:
                pointing = any(_starts(words, size, word) for word in _listed("no_names"))
                return not pointing and not any(same(words[-1], word) for word in _listed("no_last_words"))
        return len(words) > 1 and any(
            _starts(words, len(words) - len(end.split()), end) for end in _listed("unit_ends")
        )


@dataclass(frozen=True)
class Sentence:
    """`masked` is the sentence with what is in quotation marks made unreadable; `quoted` holds that by its place."""

    masked: str
    quoted: Mapping[int, str]
    pieces: tuple[Piece, ...]

    def original(self, piece: Piece) -> str:
        """Return the text of a piece as typed; of something in quotation marks the inside."""
        if not piece.tokens:
            return ""
        if piece.is_quoted:
            return self.quoted[piece.tokens[0].start].strip()
        text = self.masked[piece.tokens[0].start : piece.tokens[-1].end]
        return "" if MASK in text else text


@cache
def prefill_words() -> Mapping[str, Any]:
    """Return the content of `prefill.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return loaded


def stands_at_an_end(text: str, words: str) -> bool:
    """Tell whether `text` begins with the whole words `words`, or ends with them if they are more than one.

    Marks count only if the text has any.
    """
    said, size = text.split(), len(words.split())
    return same(" ".join(said[:size]), words) or (size > 1 and same(" ".join(said[-size:]), words))


def read_sentence(message: str) -> Sentence:
    """Return `message` cut into pieces."""
    line = "\n".join(part for part in map(one_line, message.splitlines()) if part)
    quoted = {match.start(): match["a"] or match["b"] for match in _QUOTED.finditer(line)}
    masked = _QUOTED.sub(lambda match: MASK * len(match.group()), line)
    marked = is_marked(masked.replace(MASK, ""))
    tokens = [
        Token(match.group(), _compared(match.group(), marked), *match.span()) for match in _TOKEN.finditer(masked)
    ]
    return Sentence(masked, quoted, tuple(_cut(tokens, marked)))


def _cut(tokens: Sequence[Token], marked: bool) -> list[Piece]:
    pieces: list[Piece] = []
    kind, kept, at = "", list[Token](), 0
    while at < len(tokens):
        token = tokens[at]
        found = _cue(tokens, at, marked)
        if found is not None and not (kind == "plan" and found[0] == "unit_name"):
            cue, size = found
            if cue == "model" and (amount := _amount_at_end(kept)):
                pieces.append(_piece(kind, kept[: -len(amount)], then="amount"))
                kind, kept = "amount", amount
            links = list(takewhile(lambda each: each.seen in _forms("links", marked), tokens[at + size :]))
            labelled = any(link.typed in _LABEL_ENDS for link in links)
            pieces.append(_piece(kind, kept, "" if labelled else cue, "\n" if labelled else ""))
            kind, kept, at = cue, [], at + size + len(links)
            continue
        if token.typed in _BREAKS:
            pieces.append(_piece(kind, kept, break_after=token.typed))
            kind, kept = "", []
        elif token.typed[0] not in ":=–-":
            kept.append(token)
        at += 1
    pieces.append(_piece(kind, kept))
    return [piece for piece in pieces if piece.kind or piece.tokens]


def _piece(kind: str, tokens: Sequence[Token], then: str = "", break_after: str = "") -> Piece:
    """Return the piece without politeness at its end."""
    kept, endings = list(tokens), _listed("endings") + (_listed("unit_endings") if kind in ("", "unit_name") else ())
    words = [token.seen for token in kept]
    while ending := next(
        (each for each in endings if words and _starts(words, len(words) - len(each.split()), each)), ""
    ):
        del kept[-len(ending.split()) :], words[-len(ending.split()) :]
    return Piece(kind, tuple(kept), then, break_after)


def _cue(tokens: Sequence[Token], at: int, marked: bool) -> tuple[str, int] | None:
    """Return the kind of the longest cue at a place, and how many tokens it has."""
    cues = _cues(marked)
    for size in range(min(_LONGEST_CUE, len(tokens) - at), 0, -1):
        said = " ".join(token.seen for token in tokens[at : at + size])
        for kind in cues.get(said, ()):
            if _follows(kind, tokens[at + size :], marked):
                return _IF.sub("", kind), size
    return None


def _follows(kind: str, after: Sequence[Token], marked: bool) -> bool:
    """Tell whether what follows is what a cue of that kind asks for."""
    words = [token.seen for token in after]
    typed = after[0].typed if after else ""
    match kind:
        case "start_period" | "completion_period":
            ahead = [word for word in words[:4] if word not in _forms("links", marked)]
            return bool(ahead) and (bool(_PERIOD.fullmatch(ahead[0])) or any(
                _starts(ahead, 0, each) for each in _listed("period_starts")
            ))  # fmt: skip
        case "location_if_a_place":
            return typed[:1].isupper() or any(_starts(words, 0, head) for head in _listed("place_heads"))
        case "unit_name_if_a_unit":
            return any(_starts(words, 0, head) for head in _listed("unit_heads")) or (
                typed[:1].isupper() and any(end in words for end in _listed("unit_ends"))
            )
    return True


def _amount_at_end(kept: Sequence[Token]) -> list[Token]:
    """Return the number at the end of a piece: in digits, or in words that are no mere article."""
    found: list[Token] = []
    for token in reversed(kept):
        article = any(same(token.seen, word) for word in _listed("too_common_numbers"))
        if article or parse_amount(token.typed)[0] is None:
            break
        found.insert(0, token)
    return found


def _starts(words: Sequence[str], at: int, phrase: str) -> bool:
    """Tell whether `phrase` stands at place `at`; both compared with marks where the words have any."""
    size = len(phrase.split())
    if at < 0 or at + size > len(words):
        return False
    return same(" ".join(words[at : at + size]), phrase)


def _ends(words: Sequence[str], phrase: str) -> bool:
    return _starts(words, len(words) - len(phrase.split()), phrase)


def _compared(text: str, marked: bool) -> str:
    return normalise(text).lower() if marked else unmark(normalise(text)).lower()


@cache
def _listed(key: str) -> tuple[str, ...]:
    return tuple(sorted(map(str, prefill_words()[key]), key=lambda each: (-len(each.split()), each)))


@cache
def _forms(key: str, marked: bool) -> frozenset[str]:
    return frozenset(_compared(each, marked) for each in _listed(key))


@cache
def _cues(marked: bool) -> Mapping[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for kind, phrases in prefill_words()["cues"].items():
        for phrase in phrases:
            said = _compared(phrase, marked)
            index[said] = (*index.get(said, ()), kind)
    return index
