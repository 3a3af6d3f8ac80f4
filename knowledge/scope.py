"""Which plans a question is about, and places and years of which there is no plan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.corpus import Plan, find_plans
from knowledge.documents import is_presumed
from knowledge.territories import Gazetteer, provinces, territories
from knowledge.vietnamese import normalise, plain

_YEAR = re.compile(r"(?<![\d/.-])20\d\d(?![\d/.]|-\w)")
_ANY_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_RANGE = re.compile(r"20\d\d\s*[-–]\s*20\d\d")


@dataclass(frozen=True)
class Scope:
    """What a question is about.

    `plans` are those to look in; none where `problem` says why: `no_such_place` or `no_such_year`. `others` are then
    the plans to offer.
    """

    plans: tuple[Plan, ...]
    problem: str = ""
    others: tuple[Plan, ...] = ()


def names_of(plans: Mapping[str, Plan]) -> list[str]:
    """Return what places with or without a plan are called, ordinary words excepted."""
    ambiguous = territories()["ambiguous"]
    own = [name for plan in plans.values() for name in (plan.place, plan.issuer, *plan.aliases)]
    return [*own, *sorted(name for name in provinces() if name not in ambiguous)]


class Scopes:
    """Reads the scope of questions on a set of plans."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = plans
        self._gazetteer = Gazetteer(plans)
        self._years = {plan.id: _years_spoken_of(plan.text) for plan in plans.values()}

    def read(self, question: str, chosen: Plan | None, context: str = "") -> Scope:
        """Return the scope of `question`.

        Args:
            question: abbreviations in full.
            chosen: the plan that the person talks about, if any.
            context: earlier words whose plan still holds where the question names none.
        """
        named = self._named(question, chosen) or (self._named(context, None) if chosen is None else [])
        if not named and self._gazetteer.foreign_places(question):
            return Scope((), "no_such_place", tuple(self._plans.values()))
        among = named or ([chosen] if chosen is not None else list(self._plans.values()))
        years = own_years(question)
        of_year = [plan for plan in among if plan.year in years]
        if not years or of_year or is_presumed(question):
            return Scope(tuple(of_year or among))
        sisters = self._sisters(among)
        if chosen is not None and not named:
            of_year = [plan for plan in sisters if plan.year in years]
            if of_year and _is_of_a_plan(question, of_year):
                return Scope(tuple(of_year))
        speaking = [plan for plan in among if years <= self._years[plan.id] and not _is_of_a_plan(question, [plan])]
        return Scope(tuple(speaking)) if speaking else Scope((), "no_such_year", tuple(sisters))

    def _named(self, text: str, chosen: Plan | None) -> list[Plan]:
        """Return the plans that `text` names by place or issuer; the chosen one alone where it is among them."""
        by_place = find_plans(_YEAR.sub(" ", text), self._plans)
        found = [self._plans[plan_id] for plan_id in find_plans(text, self._plans) if plan_id in by_place]
        years = own_years(text)
        if chosen in found and not any(plan.year in years for plan in found):
            return [chosen] if chosen is not None else []
        return found

    def _sisters(self, plans: Sequence[Plan]) -> list[Plan]:
        """Return all plans of the issuers of `plans`."""
        issuers = {plan.issuer for plan in plans}
        return [plan for plan in self._plans.values() if plan.issuer in issuers]


def own_years(question: str) -> frozenset[int]:
    """Return the years that `question` gives as that of its plan or of what is asked, not of a paper or a period."""
    if _YEAR.search(question) is None:
        return frozenset()
    text, rules = plain(normalise(question)), territories()["years"]
    own = set()
    for match in _YEAR.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        not_own = re.search(rules["not_its_own"], before) or re.search(rules["not_its_own_after"], after)
        if not not_own or re.search(rules["of_a_plan"], before):
            own.add(int(match.group()))
    return frozenset(own)


def _is_of_a_plan(question: str, plans: Sequence[Plan]) -> bool:
    """Tell whether the year of `question` is surely a plan's own: beside the word for plan, or beside its place."""
    text, rules = plain(normalise(question)), territories()["years"]
    names = [plain(normalise(name)) for plan in plans for name in (plan.place, *plan.aliases)]
    place = "|".join(map(re.escape, names)) or "(?!)"
    for match in _YEAR.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        beside = re.match(rf"[ ,:]*(?:{place})\b", after) or re.search(rf"(?:{place})[ ,:]*(?:nam )?$", before)
        named = re.search(rules["of_a_plan"], before) or re.search(rules["of_a_plan_after"], after)
        if beside or named:
            return True
    return False


def _years_spoken_of(text: str) -> frozenset[int]:
    """Return the years that stand in `text`, those of dates among them, those of periods ("2021 - 2025") not."""
    return frozenset(int(year) for year in _ANY_YEAR.findall(_RANGE.sub(" ", text)))
