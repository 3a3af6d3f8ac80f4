"""How a question is read before anything is looked up, alike for one that is typed and one of the bank."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from knowledge.asking import Asked, content_words, read_question
from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.follow_up import FollowUps, Standing
from knowledge.plan_names import PlanNames
from knowledge.rewriting import Rewriter, Rewritten, load_vocabulary
from knowledge.scope import names_of
from knowledge.vietnamese import is_english, normalise, plain

SAYS_ENOUGH = 7
"""Words that carry meaning from which a message that does not lean on the one before it is read alone."""

REMEMBERED = 1000
"""Messages kept in full: one is needed several times while it is answered, and again as the history of the next."""

_YEAR = re.compile(r"(?<![\d/.-])(20\d\d)(?![\d/.-])")


@dataclass(frozen=True)
class Reading:
    """One way to read a message: the forms that are compared, and what it then asks for."""

    forms: Rewritten
    asked: Asked


class QuestionReader:
    """Reads questions about a set of plans: typing slips, abbreviations, marks, and what a follow-up leans on."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._rewriter = Rewriter([plan.text for plan in plans.values()], load_vocabulary())
        self._in_full = lru_cache(maxsize=REMEMBERED)(self._rewriter.in_full)
        called = [name for plan in plans.values() for name in (*plan.aliases, plan.place)]
        self._names = [re.compile(rf"(?i)(?<!\w){re.escape(normalise(name))}(?!\w)") for name in called]
        titles = _titles(plans)
        self._plan_names = PlanNames([*titles, *map(self._rewriter.expand, titles)])
        names = names_of(plans)
        self._follow_ups = FollowUps([*names, *map(self._rewriter.expand, names)])

    def stand_alone(self, message: str, history: Sequence[str], keep_places: bool = False) -> Standing:
        """Return `message` as a question of its own, `history` being earlier ones, oldest first."""
        earlier = [self._in_full(said) for said in history]
        return self._follow_ups.stand_alone(self._in_full(message), earlier, keep_places=keep_places)

    def asks(self, message: str) -> bool:
        """Tell whether `message` asks by a question word of its own."""
        return self._follow_ups.asks(self._in_full(message))

    def readings(self, message: str, history: Sequence[str], standing: Standing) -> tuple[Reading, ...]:
        """Return the ways to read `message`: made to stand alone; where it may lean on the question before it also
        together with that, and as it is. No single one is right for every follow-up; `weighing` weighs them.
        """
        first = self.read(standing.text)
        if not self._may_lean(message, history, standing):
            return (first,)
        said = self._in_full(message)
        return (first, self.read(f"{self._in_full(history[-1])} {said}"), self.read(said) if standing.leaned else first)

    def read(self, question: str) -> Reading:
        """Return a question that stands alone as it is read; names of plans and years choose the scope, no more."""
        forms = self.rewrite(question)
        text = forms.text
        for name in self._names:
            text = name.sub(" ", text)
        return Reading(forms, read_question(_YEAR.sub(" ", text)))

    def _may_lean(self, message: str, history: Sequence[str], standing: Standing) -> bool:
        return bool(history) and (standing.leaned or len(content_words(self._in_full(message))) <= SAYS_ENOUGH)

    def rewrite(self, question: str) -> Rewritten:
        """Return the forms of a question that stands alone, without the name of its plan."""
        language = "en" if is_english(normalise(question)) else "vi"
        full = question if language == "en" else self._in_full(question)
        return self.rewrite_whole(self._plan_names.without(full, language))

    def rewrite_whole(self, question: str) -> Rewritten:
        """Return the forms of a question that stands alone, all of it."""
        return self._rewriter.rewrite(question)

    def memory(self) -> Callable[[str], str]:
        """Return a function from a question to the form to embed that works each out once."""
        return cache(lambda question: self.rewrite(question).to_embed)

    def read_banked(self, question: Banked) -> Rewritten:
        """Return the form in which a question of the bank is compared.

        A short follow-up that is not made into a question of its own is taken with what it leans on: by itself
        ("bằng cách nào?") it would speak for its answer whatever was said before.
        """
        standing = self.stand_alone(question.text, question.history)
        if standing.leaned or not self._may_lean(question.text, question.history, standing):
            return self.rewrite(standing.text)
        return self.rewrite(f"{self._in_full(question.history[-1])} {self._in_full(question.text)}")

    def readings_of(self, question: Banked) -> tuple[Reading, ...]:
        """Return the ways to read a question of the bank."""
        return self.readings(question.text, question.history, self.stand_alone(question.text, question.history))


def as_embedded(plans: Mapping[str, Plan], missing: Mapping[str, Banked], known: Mapping[str, str]) -> dict[str, str]:
    """Return questions of banks as they are embedded, by digest: those not `known` are read as one that is typed."""
    if missing.keys() <= known.keys():
        return {digest: known[digest] for digest in missing}
    reader = QuestionReader(plans)
    return {d: known[d] if d in known else reader.read_banked(asked).to_embed for d, asked in missing.items()}


def _titles(plans: Mapping[str, Plan]) -> list[str]:
    """Return what plans are called by their place: a body's name alone may be part of what is asked."""
    names = [(plan, name) for plan in plans.values() for name in (plan.issuer, *plan.aliases)]
    return [*(plan.place for plan in plans.values()), *(n for plan, n in names if plain(plan.place) in plain(n))]
