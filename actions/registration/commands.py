"""What a message is before it is an answer: a command, a correction, perhaps a question about a plan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

import yaml

from actions.registration.form import Field, Form
from knowledge.vietnamese import is_marked, normalise, unmark

WORDS_FILE = Path(__file__).with_name("words.yml")

Grade = Literal["no", "maybe", "sure"]

_MOST_PARTS = 4  # between commas, of a message that could be a command
_LONGEST_NAME = 8  # syllables of a field's name
_LONGEST_CRY = 5  # syllables of a name that ends with a question mark: "Vì sao dân tin?"
EDGES = " .,;!\"'“”‘’()"
_SHORTEST_SLIP = 6  # letters and spaces of a command in which a wrong letter is forgiven
_QUOTED = re.compile(r"[\"“”«‘'].+[\"“”»’']\.?")


@dataclass(frozen=True)
class Edit:
    """A wish to correct: `target` as typed, the field it names (None if none), the new value if given."""

    target: str
    field: str | None = None
    value: str | None = None


@cache
def words() -> Mapping[str, Any]:
    """Return the content of `words.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return `text` without marks, capitals, or punctuation at its edges: so words are compared."""
    return unmark(normalise(text)).lower().strip(EDGES)


def same(said: str, word: str) -> bool:
    """Tell whether `said` is `word`; marks count only if `said` has any."""
    return _spelt(said) == _spelt(word) if is_marked(said) else plain(said) == plain(word)


@lru_cache(maxsize=4096)
def _spelt(text: str) -> str:
    return normalise(text).lower().strip(EDGES)


def commands_in(message: str) -> frozenset[str]:
    """Return the names of the commands that the whole of `message` is; usually one or none.

    Parts between commas must agree, but thanks and a yes or no before another command count for nothing:
    "có, tôi đồng ý", "vâng, hủy". "lưu" is both `submit` and `save`: which one counts depends on the state.
    """
    if _QUOTED.fullmatch(message.strip()):
        return frozenset()
    parts = [part for part in re.split(r"[,.;!]+", message.rstrip(" ?")) if plain(part)]
    if len(parts) > _MOST_PARTS:
        return frozenset()
    meant = [_commands_in_part(part) for part in parts]
    for light in ({"courtesy"}, {"confirm"}, {"decline"}):
        meant = [names for names in meant if names != light] or meant
    return frozenset.intersection(*meant) if meant else frozenset()


def _commands_in_part(message: str) -> frozenset[str]:
    forms = {plain(form): form for form in _bare_forms(message)}
    return frozenset(
        name for form, said in forms.items() for name, marked in _command_index().get(form, ()) if same(said, marked)
    )


@cache
def _command_index() -> Mapping[str, tuple[tuple[str, str], ...]]:
    index: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, phrases in words()["commands"].items():
        for phrase in phrases:
            index[plain(phrase)] = (*index.get(plain(phrase), ()), (name, phrase))
    return index


def _bare_forms(message: str) -> list[str]:
    """Return the message, and the message without politeness before and after."""
    text = normalise(message).strip(EDGES)
    forms = [text]
    for before in ("", *words()["before"]):
        for after in ("", *words()["after"]):
            rest = _without(text, before, after)
            if rest and rest not in forms:
                forms.append(rest)
    return forms


def _without(text: str, before: str, after: str) -> str:
    if before and not (same(text[: len(before)], before) and text[len(before) :][:1] == " "):
        return ""
    if after and not (same(text[-len(after) :], after) and text[: -len(after)][-1:] == " "):
        return ""
    return text[len(before) : len(text) - len(after)].strip(EDGES)


def slips_in(message: str, *, free_text: bool) -> frozenset[str]:
    """Return the command that a message of two or more syllables misses by its marks or by one letter; usually none.

    Where a free text is asked, a wrong letter counts only in a message without capitals.
    """
    said = plain(message)
    if " " not in said or commands_in(message) or _QUOTED.fullmatch(message.strip()):
        return frozenset()
    close = {name for phrase, names in _steering_index().items() if phrase == said for name in names}
    if not close and len(said) >= _SHORTEST_SLIP and not (free_text and message.strip() != message.strip().lower()):
        close = {name for phrase, names in _steering_index().items() if _one_slip(said, phrase) for name in names}
    return frozenset(close) if len(close) == 1 else frozenset()


@cache
def _steering_index() -> Mapping[str, frozenset[str]]:
    """Return the phrases of two or more syllables of commands that do no harm when misunderstood."""
    index: dict[str, frozenset[str]] = {}
    for name in words()["forgiving"]:
        for phrase in words()["commands"][name]:
            if " " in phrase:
                index[plain(phrase)] = index.get(plain(phrase), frozenset()) | {name}
    return index


def _one_slip(said: str, meant: str) -> bool:
    """Tell whether one letter after the first makes the difference: too many, too few, another, or two swapped."""
    if said[0] != meant[0] or abs(len(said) - len(meant)) > 1 or len(meant) < _SHORTEST_SLIP:
        return False
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(said, meant, strict=False))
    at = sum(1 for _ in alike)
    left, right = said[at:], meant[at:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped


def edit_in(message: str, form: Form) -> Edit | None:
    """Return the correction that `message` asks for ("sửa 3", "đổi số lượng thành 2"), or None.

    A verb followed by something that is no field gives an `Edit` without field: it may be an answer that
    begins with such a word ("Sửa đường giao thông").
    """
    tokens = normalise(message).replace("=", " = ").replace(":", " : ").split()
    rest = after_any(tokens, words()["edit"]["verbs"])
    if rest is None:
        return _mistyped_edit(message, form)
    bare = after_any(rest, words()["edit"]["fillers"]) or rest
    for candidate in (rest, bare):
        for end in range(min(len(candidate), _LONGEST_NAME), 0, -1):
            named = field_named(" ".join(candidate[:end]), form)
            if named is None:
                continue
            if end == len(candidate):
                return Edit(" ".join(rest), named)
            value = after_any(candidate[end:], words()["edit"]["becomes"])
            if value:
                return Edit(" ".join(rest), named, " ".join(value))
    return Edit(" ".join(bare))


def _mistyped_edit(message: str, form: Form) -> Edit | None:
    """Return the correction meant by "sủa 5": a verb with wrong marks counts only where nothing but a field follows."""
    said = plain(message).split()
    rest = after_any(said, [plain(verb) for verb in words()["edit"]["verbs"]])
    if not rest or commands_in(message):
        return None
    target = " ".join(after_any(rest, [plain(filler) for filler in words()["edit"]["fillers"]]) or rest)
    field = field_named(target, form)
    return Edit(target, field) if field else None


def after_any(tokens: Sequence[str], phrases: Sequence[str]) -> Sequence[str] | None:
    """Return what follows the longest of `phrases` that `tokens` begin with; None for none."""
    for length in range(min(len(tokens), 4), 0, -1):
        said = " ".join(tokens[:length])
        if any(same(said, phrase) or said == phrase for phrase in phrases):
            return tokens[length:]
    return None


def field_named(said: str, form: Form) -> str | None:
    """Return the field that `said` names: its number, code name, label or another name; None for none."""
    if said.isdecimal():
        number = int(said)
        return form.fields[number - 1].name if 1 <= number <= len(form.fields) else None
    return next((field.name for field in form.fields if any(same(said, name) for name in _names(field))), None)


def _names(field: Field) -> tuple[str, ...]:
    return (field.name, *field.label.values(), *field.names)


def question_grade(message: str) -> Grade:
    """Tell whether `message` asks something: `sure`, `maybe` (it could be a name too), or `no`.

    A message wholly in quotation marks is a name, whatever it contains.
    """
    text = normalise(message)
    if _QUOTED.fullmatch(text):
        return "no"
    lists = words()["questions"]
    marked = is_marked(text)
    tokens = _tokens(text, marked)
    topic = any(_places(tokens, phrase, marked) for phrase in lists["topics"])
    if text.endswith("?"):
        return "sure" if topic or len(tokens) > _LONGEST_CRY else "maybe"
    grade: Grade = "no"
    for phrase in (*lists["strong"], *lists["weak"], *lists["closing"]):
        if not marked and phrase in lists["marked_only"]:
            continue
        for start, end in _places(tokens, phrase, marked):
            if end < len(tokens) and any(tokens[end] == _word(saying, marked) for saying in lists["sayings"]):
                continue
            if start and any(tokens[start - 1] == _word(denial, marked) for denial in lists["denials"]):
                continue
            if phrase in lists["weak"] and start > 1 and end < len(tokens) - 1:
                grade = "maybe" if topic else grade
                continue
            if phrase in lists["closing"] and (end < len(tokens) or len(tokens) == 1):
                continue
            if topic:
                return "sure"
            grade = "maybe"
    return grade


def _tokens(text: str, marked: bool) -> list[str]:
    return re.findall(r"[^\W_]+", _word(text, marked))


def _word(text: str, marked: bool) -> str:
    return normalise(text).lower() if marked else unmark(normalise(text)).lower()


def _places(tokens: Sequence[str], phrase: str, marked: bool) -> list[tuple[int, int]]:
    """Return where the words of `phrase` stand in `tokens`, as (start, end) of tokens."""
    wanted = _tokens(phrase, marked)
    size = len(wanted)
    return [(at, at + size) for at in range(len(tokens) - size + 1) if list(tokens[at : at + size]) == wanted]


def contains(message: str, phrase: str) -> bool:
    """Tell whether the words of `phrase` stand together in `message`; marks count only if it has any."""
    marked = is_marked(message)
    return bool(_places(_tokens(message, marked), phrase, marked))
