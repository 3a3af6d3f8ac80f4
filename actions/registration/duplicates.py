"""Registrations under one plan that look like the same model: by title, place and field, as the encoder sees them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge.vietnamese import normalise, unmark

DATA_FILE = Path(__file__).with_name("duplicates.yml")

Similarity = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to the matrix of their cosines, shape (n, n)."""

AT_ONCE = 100  # registrations compared in one matrix: it grows with their square

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Described:
    """What a model is known by: its title, its place, the code of its field."""

    title: str
    place: str
    field: str


@dataclass(frozen=True)
class Thresholds:
    """Cosines from which two texts count as alike; see `duplicates.yml`."""

    title_alone: float
    title: float
    place: float


@cache
def duplicates_data() -> Mapping[str, Any]:
    """Return the content of `duplicates.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(DATA_FILE.read_text(encoding="utf-8"))
    return loaded


def shipped_thresholds() -> Thresholds:
    """Return the thresholds of `duplicates.yml`."""
    return Thresholds(**duplicates_data()["thresholds"])


def near_duplicates(
    new: Described, others: Sequence[Described], similarity: Similarity, thresholds: Thresholds | None = None
) -> list[int]:
    """Return the places in `others` of those that look like `new`, the most alike first.

    Titles and places are compared as written and without marks, and the greater similarity counts. Texts whose
    numbers differ ("Tổ 3", "Tổ 5") are never alike.
    """
    if not others:
        return []
    limits = thresholds or shipped_thresholds()
    titles = _cosines([_telling(each.title) for each in (new, *others)], similarity)
    places = _cosines([each.place for each in (new, *others)], similarity)
    found = []
    for at, other in enumerate(others):
        if _numbers(new.title) != _numbers(other.title) or _numbers(new.place) != _numbers(other.place):
            continue
        near, kin = places[at] >= limits.place, new.field == other.field
        if (titles[at] >= limits.title and near and kin) or (titles[at] >= limits.title_alone and (near or kin)):
            found.append(at)
    return sorted(found, key=lambda at: -float(titles[at]))


def _cosines(texts: Sequence[str], similarity: Similarity) -> NDArray[np.float32]:
    """Return the similarity of the first text to each of the others, shape (n - 1,)."""
    found: list[float] = []
    for start in range(1, len(texts), AT_ONCE):
        some = [texts[0], *texts[start : start + AT_ONCE]]
        plain = [unmark(text).lower() for text in some]
        distinct = list(dict.fromkeys([*some, *plain]))
        matrix, at = similarity(distinct), {text: row for row, text in enumerate(distinct)}
        marked, unmarked = ([float(matrix[at[form[0]], at[text]]) for text in form[1:]] for form in (some, plain))
        found += [max(pair) for pair in zip(marked, unmarked, strict=True)]
    return np.asarray(found, dtype=np.float32)


def _telling(title: str) -> str:
    """Return a title without words that stand in any; the whole title if nothing is left."""
    words = normalise(title)
    rest = _empty().sub(" ", words)
    return " ".join(rest.split()) or words


@cache
def _empty() -> re.Pattern[str]:
    words = [form for word in duplicates_data()["empty"] for form in (normalise(word), unmark(normalise(word)))]
    listed = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)|[\"“”'‘’]", re.IGNORECASE)


def _numbers(text: str) -> list[int]:
    return sorted(int(number) for number in _DIGITS.findall(text))
