"""Places of Vietnam, to tell those of which there is a plan from those of which there is none."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.corpus import Plan
from knowledge.vietnamese import is_marked, normalise, plain

_CAPITALISED = r" (?P<name>[A-ZĐÀ-Ỹ]\w*[a-zà-ỹ]\w*(?: [A-ZĐÀ-Ỹ]\w*){0,3})"


@cache
def territories() -> dict[str, Any]:
    """Return `territories.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("territories.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def provinces() -> frozenset[str]:
    """Return the names of all provinces and cities, of before and since July 2025, other spellings included."""
    data = territories()
    return frozenset([*data["provinces_before_july_2025"], *data["provinces_today"], *data["other_spellings"]])


class Gazetteer:
    """Finds the places in a question of which there is no plan, nor does any plan's text name them."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        data = territories()
        texts = [text for plan in plans.values() for text in (plan.text, plan.place, plan.issuer)]
        self._known = plain(normalise(" ".join(texts)))
        self._here = {plain(name) for names in data["districts_here"].values() for name in names}
        foreign = {plain(normalise(name)): name for name in provinces() if plain(name) not in self._known}
        self._foreign = foreign
        self._provinces = _any_of(foreign)
        self._towns = re.compile(f"{data['owned']} (?P<name>{_any_of(map(plain, data['towns'])).pattern})")
        self._owned = re.compile(data["owned"] + _CAPITALISED)
        self._cued = re.compile(rf"\b{data['cue']} $")
        self._seat_cued = re.compile(data["seat_cue"])
        self._no_place = re.compile(data["not_a_place"])

    def foreign_places(self, question: str) -> list[str]:
        """Return the names of such places in `question`, without marks."""
        text = normalise(question)
        low = plain(text)
        found = [match.group() for match in self._provinces.finditer(low) if self._is_meant(match, text, low)]
        owned = [match["name"] for match in self._towns.finditer(low)]
        owned += [plain(match["name"]) for match in self._owned.finditer(_small_but_names(text))]
        return [*found, *(name for name in owned if name not in self._here and name not in self._known)]

    def _is_meant(self, match: re.Match[str], text: str, low: str) -> bool:
        """Tell whether the words at `match`, alike but for marks and capitals, mean the place."""
        name, as_typed, before = self._foreign[match.group()], text[match.start() : match.end()], low[: match.start()]
        cued, has_capital = bool(self._cued.search(before)), as_typed[:1].isupper()
        if self._no_place.search(before):
            return False
        if name in territories()["seat_of_government"] and not self._seat_cued.search(before):
            return False
        if is_marked(as_typed):
            return as_typed.lower() == normalise(name).lower() and (has_capital or cued)
        if is_marked(text) and not has_capital:
            return False
        return cued or name not in territories()["ambiguous"] or as_typed.istitle()


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _small_but_names(text: str) -> str:
    """Return `text` with its small words unmarked, so that the word for a town is found and the name keeps its case."""
    return " ".join(word if word[:1].isupper() else plain(word) for word in text.split(" "))
