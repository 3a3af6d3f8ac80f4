"""The way of a question: normalise, scope, retrieve, weigh, decide, compose, verify.

Each step is a method that reads and fills one `Inquiry`; a step that ends the way sets its answer. Foreseen ends are
outcomes (`outcomes.yml`), never exceptions.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.answers import Answer, Citation, Unfaithful, verify
from knowledge.asking import Asked, is_follow_up, is_of_the_trade, is_small_talk, read_question
from knowledge.composing import Finding, asked_label, labels_of, one_plan, per_plan, say
from knowledge.corpus import Plan, find_plans
from knowledge.embedding import Encoder, open_encoder
from knowledge.evidence import Candidate, Thresholds, Weigher, shipped_thresholds
from knowledge.facts import draw_facts
from knowledge.finding import find_in_plan
from knowledge.index import Index, embedded_text, open_index
from knowledge.rewriting import Rewriter, Rewritten, load_vocabulary
from knowledge.search import Retriever
from knowledge.vietnamese import is_english, normalise

TOO_LONG = 1000
"""Characters of a question from which it is not answered."""

_YEAR = re.compile(r"(?<![\d/.-])(20\d\d)(?![\d/.-])")
_LETTERS = re.compile(r"[^\W\d_]")
_log = logging.getLogger(__name__)


@dataclass
class Inquiry:
    """One question on its way; each step fills what the next ones read."""

    question: str
    plan_id: str | None
    history: Sequence[str]
    language: str = "vi"
    rewritten: Rewritten | None = None
    asked: Asked | None = None
    scope: list[Plan] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answer: Answer | None = None


class Answerer:
    """Answers questions from one index of plans."""

    def __init__(
        self, plans: Mapping[str, Plan], index: Index, encoder: Encoder, thresholds: Thresholds | None = None
    ) -> None:
        self.plans = plans
        self._snippets = index.snippets
        self._thresholds = thresholds or shipped_thresholds()
        self._facts = {plan.id: draw_facts(plan) for plan in plans.values()}
        self._rewriter = Rewriter([plan.text for plan in plans.values()], load_vocabulary())
        self._retriever = Retriever([embedded_text(snippet) for snippet in index.snippets], index.vectors, encoder)
        self._weigher = Weigher(index.snippets, self._facts, self._thresholds)
        self._years = [set(_YEAR.findall(plan.text)) for plan in plans.values()]
        self._steps = (self._normalise, self._scope, self._retrieve, self._weigh, self._decide, self._compose)

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Answer `question`, within the plan `plan_id` where one is chosen; never raises for any text.

        Args:
            question: as typed, any length.
            plan_id: the chosen plan; None: the question's own, or all.
            history: earlier questions of the same person, oldest first.
        """
        inquiry = Inquiry(question, plan_id, history)
        for step in self._steps:
            step(inquiry)
            if inquiry.answer is not None:
                break
        answer = inquiry.answer or self._end(inquiry, "error")
        try:
            return verify(answer, self.plans)
        except Unfaithful:
            _log.exception("an answer was held back")
            return self._end(inquiry, "error")

    def _normalise(self, inquiry: Inquiry) -> None:
        if len(inquiry.question) > TOO_LONG:
            inquiry.answer = self._end(inquiry, "too_long")
            return
        text = normalise(inquiry.question)
        inquiry.language = "en" if is_english(text) else "vi"
        if not _LETTERS.search(text) or is_small_talk(text):
            inquiry.answer = self._end(inquiry, "small_talk")
            return
        if is_follow_up(text) and inquiry.history:
            text = f"{normalise(inquiry.history[-1])[:TOO_LONG]} {text}"
        inquiry.rewritten = self._rewriter.rewrite(text)
        inquiry.asked = read_question(self._without_plan_names(inquiry.rewritten.text))
        if not inquiry.asked.words and inquiry.asked.kind is None and not is_of_the_trade(text):
            inquiry.answer = self._end(inquiry, "clarify" if find_plans(text, self.plans) else "small_talk")

    def _scope(self, inquiry: Inquiry) -> None:
        named = find_plans(inquiry.question, self.plans)
        if not named and inquiry.rewritten is not None:
            named = find_plans(inquiry.rewritten.text, self.plans)
        if self._asks_for_another_year(inquiry.question):
            text = say("no_such_year", inquiry.language, labels=self._labels())
            inquiry.answer = Answer("not_in_plan", text, choices=tuple(self.plans))
            return
        if inquiry.plan_id is not None and inquiry.plan_id not in self.plans:
            text = say("unknown_plan", inquiry.language, plan=inquiry.plan_id[:80], labels=self._labels())
            inquiry.answer = Answer("clarify", text, choices=tuple(self.plans))
            return
        if named:
            inquiry.scope = [self.plans[plan_id] for plan_id in named]
        elif inquiry.plan_id is not None:
            inquiry.scope = [self.plans[inquiry.plan_id]]
        else:
            inquiry.scope = list(self.plans.values())

    def _asks_for_another_year(self, question: str) -> bool:
        """Tell whether the question is about a year that no plan is of, nor any plan's text speaks of."""
        asked = set(_YEAR.findall(question))
        known = {str(plan.year) for plan in self.plans.values()}
        return bool(asked) and not asked & known and not any(asked & years for years in self._years)

    def _retrieve(self, inquiry: Inquiry) -> None:
        assert inquiry.rewritten is not None and inquiry.asked is not None
        wanted = {plan.id for plan in inquiry.scope}
        rows = [row for row, snippet in enumerate(self._snippets) if snippet.plan_id in wanted]
        hits = self._retriever.search(inquiry.rewritten.text, inquiry.rewritten.lexical, len(rows), rows)
        inquiry.candidates = self._weigher.weigh(hits, inquiry.asked)

    def _weigh(self, inquiry: Inquiry) -> None:
        assert inquiry.rewritten is not None
        coverage = max((candidate.coverage for candidate in inquiry.candidates), default=0.0)
        cosine = inquiry.candidates[0].cosine if inquiry.candidates else 0.0
        limits = self._thresholds
        far = coverage < limits["coverage_on_topic"] and cosine < limits["cosine_on_topic"]
        if far and not is_of_the_trade(inquiry.rewritten.text):
            inquiry.answer = self._end(inquiry, "off_topic")

    def _decide(self, inquiry: Inquiry) -> None:
        assert inquiry.asked is not None
        for plan in inquiry.scope:
            own = [candidate for candidate in inquiry.candidates if candidate.snippet.plan_id == plan.id]
            finding = find_in_plan(plan, self._facts[plan.id], inquiry.asked, own, self._thresholds, inquiry.language)
            inquiry.findings.append(finding)

    def _compose(self, inquiry: Inquiry) -> None:
        found = [finding for finding in inquiry.findings if finding.answers]
        best = max((finding.coverage for finding in found), default=0.0)
        found = [f for f in found if f.coverage >= self._thresholds["margin_of_plans"] * best]
        silent = [finding.plan for finding in inquiry.findings if finding not in found]
        if not found:
            inquiry.answer = self._not_stated(inquiry)
        elif len(found) == 1:
            text = one_plan(found[0], inquiry.language)
            if silent:
                text += "\n\n" + say("per_plan_silent", inquiry.language, labels=labels_of(silent))
            inquiry.answer = Answer("answered", text, (found[0].plan.id,), found[0].citations)
        else:
            ids = tuple(finding.plan.id for finding in found)
            citations = tuple(citation for finding in found for citation in finding.citations)
            text = per_plan(found, silent, inquiry.language)
            inquiry.answer = Answer("answered_per_plan", text, ids, citations, choices=ids)

    def _not_stated(self, inquiry: Inquiry) -> Answer:
        assert inquiry.asked is not None
        asked, language = inquiry.asked, inquiry.language
        label = asked_label(asked.kind, asked.period, asked.subject, language)
        ids = tuple(plan.id for plan in inquiry.scope)
        if len(inquiry.scope) > 1:
            return Answer("not_in_plan", say("not_in_plans", language, asked=label), ids, choices=ids)
        finding = inquiry.findings[0]
        text = say("not_in_plan", language, label=finding.plan.label, asked=label)
        cited: tuple[Citation, ...] = finding.citations
        return Answer("not_in_plan", "\n".join([text, *finding.notes]), ids, cited)

    def _end(self, inquiry: Inquiry, outcome: str) -> Answer:
        return Answer(outcome, say(outcome, inquiry.language, labels=self._labels()))

    def _labels(self) -> str:
        return labels_of(list(self.plans.values()))

    def _without_plan_names(self, text: str) -> str:
        """Return `text` without the names of places and issuers: they choose the scope, they are not looked up."""
        for plan in self.plans.values():
            for name in (*plan.aliases, plan.place):
                text = re.sub(rf"(?i)(?<!\w){re.escape(normalise(name))}(?!\w)", " ", text)
        return _YEAR.sub(" ", text)


def open_answerer(index_folder: Path, encoder: str, plans: Mapping[str, Plan]) -> Answerer:
    """Return an Answerer over the index in `index_folder`.

    Raises:
        IndexProblem: the index is missing, damaged, or of another encoder or other texts.
    """
    opened = open_encoder(encoder)
    return Answerer(plans, open_index(plans, opened, index_folder), opened)
