"""A question as typed, made readable for the index: English words, abbreviations, tone marks restored."""

import hashlib
import itertools
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.typing_slips import read_slips
from knowledge.vietnamese import is_english, is_marked, normalise, syllables, unmark
from knowledge.vietnamese import plain as plain_form

_HERE = Path(__file__).parent
_TOKEN = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*|[^\w\s]")
_MARKED_ENOUGH = 0.35
_ENGLISH_ENOUGH = 0.5


@dataclass(frozen=True)
class Rewritten:
    """A question in three forms: `original`; `text`, to embed and to read; `lexical`, with synonyms added."""

    original: str
    text: str
    lexical: str
    language: str

    @property
    def to_embed(self) -> str:
        """The form to embed: English stays English, which the encoder reads."""
        return normalise(self.original) if self.language == "en" else self.text


class MarkRestorer:
    """Puts tone and vowel marks back by the likeliest chain of neighbouring syllables of some marked texts.

    A first-order Viterbi search over add-one-smoothed syllable pairs; syllables that no text holds stay as typed.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._forms: dict[str, set[str]] = defaultdict(set)
        self._single: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for text in texts:
            words = [sys.intern(token.lower()) for token in _TOKEN.findall(normalise(text)) if token.isalpha()]
            self._single.update(words)
            self._pairs.update(itertools.pairwise(words))
        for word in self._single:
            self._forms[unmark(word)].add(word)
        self._total = self._single.total()

    def restore(self, text: str) -> str:
        """Return `text` with marks on its unmarked syllables; marked ones, numbers and symbols stay."""
        tokens = _TOKEN.findall(text)
        chosen = self._likeliest([token.lower() for token in tokens])
        restored = iter(_in_case_of(old, new) for old, new in zip(tokens, chosen, strict=True))
        return _TOKEN.sub(lambda _: next(restored), text)

    def _likeliest(self, tokens: list[str]) -> list[str]:
        if not tokens:
            return []
        paths: dict[str, tuple[float, list[str]]] = {"": (0.0, [])}
        for token in tokens:
            forms = self._forms.get(token, {token}) if not is_marked(token) else {token}
            paths = {
                form: max(
                    ((cost + self._cost(before, form), [*path, form]) for before, (cost, path) in paths.items()),
                    key=lambda option: (option[0], option[1]),
                )
                for form in sorted(forms)
            }
        return max(paths.values(), key=lambda option: option[0])[1]

    def _cost(self, before: str, form: str) -> float:
        size = len(self._single) + 1
        pair = (self._pairs[before, form] + 0.05 * self._single[form] / size) / (self._single[before] + 0.05)
        single = (self._single[form] + 1) / (self._total + size)
        return math.log(0.9 * pair + 0.1 * single)


class Rewriter:
    """Rewrites questions with the tables of `vocabulary.yml` and a mark restorer over the plans' own texts."""

    def __init__(self, texts: Iterable[str], vocabulary: Mapping[str, Mapping[str, str]]) -> None:
        phrases = (_HERE / "phrases.txt").read_text(encoding="utf-8").splitlines()
        tables = [value for name, table in vocabulary.items() if name != "in_context" for value in table.values()]
        marked = [*texts, *phrases * 3, *tables]
        self._restorer = MarkRestorer(marked)
        self._known = frozenset(word for text in marked for word in syllables(text))
        self._in_context = [(re.compile(cue), full) for cue, full in vocabulary["in_context"].items()]
        self._abbreviations = vocabulary["abbreviations"]
        self._left_alone = frozenset([*map(unmark, self._known), *self._abbreviations])
        self._english = _phrases(vocabulary["english"])
        self._english_table = vocabulary["english"]
        self._synonyms = _phrases(vocabulary["synonyms"])
        self._synonym_table = vocabulary["synonyms"]

    def expand(self, question: str) -> str:
        """Return `question` normalised, typing slips read and abbreviations in full; English stays as it is."""
        text = normalise(question)
        if is_english(text):
            return text
        text = read_slips(text, self._known, self._left_alone)
        low = plain_form(text)
        for cue, full in self._in_context:
            if cue.search(low):
                text = _replaced(text, cue, full)
                low = plain_form(text)
        return normalise(_TOKEN.sub(self._in_full, text))

    def in_full(self, question: str) -> str:
        """Return `question` expanded, and with its marks restored where it was typed without; English stays."""
        expanded = self.expand(question)
        restores = _is_unmarked(question) and not is_english(normalise(question))
        return self._restorer.restore(expanded) if restores else expanded

    def rewrite(self, question: str) -> Rewritten:
        """Return the forms of `question`; any text is accepted."""
        text = normalise(question)
        language = "en" if is_english(text) else "vi"
        text = self._from_english(text) if language == "en" else self.in_full(text)
        added = [self._synonym_table[found] for found in self._synonyms.findall(_plain(text))]
        return Rewritten(question, text, " ".join([text, *added]), language)

    def _in_full(self, match: re.Match[str]) -> str:
        token = match.group()
        return self._abbreviations.get(unmark(token).lower(), token) if _may_be_short(token) else token

    def _from_english(self, text: str) -> str:
        plain = _plain(text)
        found = self._english.findall(plain)
        covered = sum(len(phrase.split()) for phrase in found)
        content = [word for word in plain.split() if word not in _SMALL_WORDS]
        if covered < _ENGLISH_ENOUGH * len(content):
            return text
        names = re.findall(r"\d[\d/.-]*|[A-ZĐ][\w-]+(?: [A-ZĐ][\w-]+)+", text)
        return " ".join([*(self._english_table[phrase] for phrase in found), *names])


def _replaced(text: str, cue: re.Pattern[str], full: str) -> str:
    """Return `text` with what `cue` matches in its plain form given in `full`, marked words excepted."""
    parts, place = [], 0
    for match in cue.finditer(plain_form(text)):
        if _may_be_short(text[match.start() : match.end()]):
            parts += [text[place : match.start()], match.expand(full)]
            place = match.end()
    return "".join([*parts, text[place:]])


def _may_be_short(token: str) -> bool:
    """Tell whether `token` carries no mark but that of đ: a marked word is no abbreviation."""
    return unmark(token) == token.replace("đ", "d").replace("Đ", "D")


def rewriting_digest() -> str:
    """Return a digest of the data that questions are rewritten with."""
    data = b"".join((_HERE / name).read_bytes() for name in ("vocabulary.yml", "phrases.txt", "plan_names.yml"))
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def load_vocabulary() -> dict[str, dict[str, str]]:
    """Return the tables of `vocabulary.yml`: abbreviations, english, synonyms."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load((_HERE / "vocabulary.yml").read_text(encoding="utf-8"))
    return loaded


_SMALL_WORDS = frozenset(
    "the a an of to is are for in on by do does must we i it this that be and or at our my".split()  # noqa: SIM905
)


def _is_unmarked(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    marked = sum(is_marked(word) for word in words)
    return bool(words) and marked / len(words) < _MARKED_ENOUGH


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9/-]+", unmark(text).lower()))


def _phrases(table: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])")


def _in_case_of(old: str, new: str) -> str:
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
