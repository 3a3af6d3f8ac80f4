"""Takes out of a question the words that only name its plan: they say where to look, not what is asked."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from knowledge.asking import content_words
from knowledge.vietnamese import normalise, plain

_FIELD = Path(__file__).with_name("plan_names.yml")
_SPACES = re.compile(r"\s+")
_LOOSE = re.compile(r"^[\s,:;.\-–]+|\s+(?=[,:;.?!])")
_PAIRS = re.compile(r"([,:;])\s*[,:;]+")


@cache
def _rules() -> Mapping[str, Mapping[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(_FIELD.read_text(encoding="utf-8"))
    return loaded


class PlanNames:
    """Finds what plans and their issuers are called.

    Args:
        names: the names, in any case and with or without marks.
    """

    def __init__(self, names: Iterable[str]) -> None:
        forms = sorted({plain(normalise(name)) for name in names}, key=len, reverse=True)
        name = "|".join(map(re.escape, forms)) or "(?!)"
        vi, en = _rules()["vi"], _rules()["en"]
        called = rf"(?P<name>(?:(?:tinh|thi xa) )?(?<![/-])(?:{name}))(?!\w)"
        self._vi = re.compile(
            rf"(?<!\w){vi['lead']}*(?:(?P<paper>{vi['paper']}) )?(?:{vi['year']} )?{vi['of']}*{called}"
            rf"(?: (?P<paper2>{vi['paper']})(?= 20| nam|[ ,:.?!]|$))?(?: {vi['year']})?"
        )
        self._en = re.compile(
            rf"(?<!\w){en['lead']}*(?:the )?(?:{en['paper']} (?:of |for |by )(?:the )?)?(?:20\d\d )?"
            rf"(?P<name>{name})(?![\w/-])"
            rf"{en['tail']}(?P<paper>(?: {en['paper']}))?(?: {en['year']})?"
        )
        self._after = {"vi": re.compile(rf"(?:^|\W){vi['after']}"), "en": re.compile(rf"(?:^|\W){en['after']}")}

    def without(self, question: str, language: str) -> str:
        """Return `question` without the names of plans; as it is where nothing would be left to ask."""
        low = plain(question)
        parts, place = [], 0
        for match in (self._en if language == "en" else self._vi).finditer(low):
            if self._after[language].search(low[: match.start("name")]):
                continue
            parts += [question[place : match.start()], self._instead(match, language)]
            place = match.end()
        if not parts:
            return question
        left = _SPACES.sub(" ", " ".join([*parts, question[place:]]))
        left = _LOOSE.sub("", _PAIRS.sub(r"\1", left)).strip()
        return left if content_words(left) else question

    def _instead(self, match: re.Match[str], language: str) -> str:
        """Return the word for the plan where the question speaks of the paper itself, else nothing."""
        said = match.groupdict()
        leads = re.match(_rules()[language]["lead"], match.group())
        return _rules()[language]["noun"] if (said.get("paper") or said.get("paper2")) and not leads else ""
