"""How a question is read before anything is looked up, alike for one that is typed and one of the bank."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from knowledge.asking import Asked, read_question
from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.follow_up import FollowUps, Standing
from knowledge.rewriting import Rewriter, Rewritten, load_vocabulary
from knowledge.scope import names_of
from knowledge.vietnamese import normalise

_YEAR = re.compile(r"(?<![\d/.-])(20\d\d)(?![\d/.-])")


class QuestionReader:
    """Reads questions about a set of plans: typing slips, abbreviations, marks, and what a follow-up leans on."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._rewriter = Rewriter([plan.text for plan in plans.values()], load_vocabulary())
        called = [name for plan in plans.values() for name in (*plan.aliases, plan.place)]
        self._names = [re.compile(rf"(?i)(?<!\w){re.escape(normalise(name))}(?!\w)") for name in called]
        names = names_of(plans)
        self._follow_ups = FollowUps([*names, *map(self._rewriter.expand, names)])

    def stand_alone(self, message: str, history: Sequence[str], keep_places: bool = False) -> Standing:
        """Return `message` as a question of its own, `history` being earlier ones, oldest first."""
        earlier = [self._rewriter.in_full(said) for said in history]
        return self._follow_ups.stand_alone(self._rewriter.in_full(message), earlier, keep_places=keep_places)

    def ask(self, rewritten: Rewritten) -> Asked:
        """Return what a rewritten question asks for; names of plans and years choose the scope, no more."""
        text = rewritten.text
        for name in self._names:
            text = name.sub(" ", text)
        return read_question(_YEAR.sub(" ", text))

    def rewrite(self, question: str) -> Rewritten:
        """Return the forms of a question that stands alone."""
        return self._rewriter.rewrite(question)

    def memory(self) -> Callable[[str], str]:
        """Return a function from a question to the form to embed that works each out once."""
        return cache(lambda question: self.rewrite(question).to_embed)

    def read_banked(self, question: Banked) -> Rewritten:
        """Return the forms of a question of the bank."""
        return self.rewrite(self.stand_alone(question.text, question.history).text)
