"""The way of a question: normalise, scope, retrieve, weigh, decide, compose, verify.

Each step is a method that reads and fills one `Inquiry`; a step that ends the way sets its answer. Foreseen ends are
outcomes (`outcomes.yml`), never exceptions.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.answers import Answer, Citation, Unfaithful, verify
from knowledge.asking import Asked, is_of_the_trade, is_off_topic, kinds
from knowledge.composing import NAMED_AT_MOST, Finding, asked_label, labels_of, one_plan, per_plan, say
from knowledge.corpus import Plan, find_plans
from knowledge.documents import documents_in, documents_noted, lacks
from knowledge.embedding import Encoder, open_encoder
from knowledge.evidence import Evidence, Searcher
from knowledge.facts import draw_facts
from knowledge.finding import Thresholds, find_in_plan, shipped_thresholds
from knowledge.index import Index, open_index
from knowledge.inquiry import Inquiry
from knowledge.named_places import lies_at, read_places
from knowledge.narrowing import Narrowing
from knowledge.office_holders import asked_of
from knowledge.place_answers import said_at
from knowledge.question_reader import QuestionReader
from knowledge.several import join
from knowledge.splitting import only_greets, split
from knowledge.vietnamese import is_english, normalise
from knowledge.weighing import Learned, shipped_weights, weigh

TOO_LONG = 1000
"""Characters of a question from which it is not answered."""

LETTERS_AT_LEAST = 0.35
"""Share of letters below which a message holds no words: a number, signs, a template."""

KEPT_CANDIDATES = 3
"""Candidates of each plan that are told with an answer."""

REMEMBERED = 6
"""Earlier questions that a follow-up may lean on."""

_LETTERS = re.compile(r"[^\W\d_]")
_log = logging.getLogger(__name__)


class Answerer:
    """Answers questions from one index of plans."""

    def __init__(
        self,
        plans: Mapping[str, Plan],
        index: Index,
        encoder: Encoder,
        thresholds: Thresholds | None = None,
        weights: Learned | None = None,
        reader: QuestionReader | None = None,
    ) -> None:
        self.plans = plans
        self._snippets = index.snippets
        self._weights = weights or shipped_weights()
        self._thresholds = thresholds or shipped_thresholds()
        self._facts = {plan.id: draw_facts(plan) for plan in plans.values()}
        noted = {plan.id: documents_noted(plan) for plan in plans.values()}
        self._named_in = [
            documents_in(snippet.text) | noted[snippet.plan_id].get(snippet.path, frozenset())
            for snippet in index.snippets
        ]
        self._narrowing = Narrowing(plans)
        self._reader = reader or QuestionReader(plans)
        self.searcher = Searcher(index, encoder, self._facts)
        narrowing = (self._narrowing.scope, self._narrowing.find_places, self._narrowing.find_documents)
        reading = (self._normalise, self._stand_alone, self._read)
        self._steps = (*reading, *narrowing, self._retrieve, self._weigh, self._decide)

    def answer(self, question: str, plan_id: str | None = None, history: Sequence[str] = ()) -> Answer:
        """Answer `question`, within the plan `plan_id` where one is chosen; never raises for any text.

        Several questions in one message are answered one after another.

        Args:
            question: as typed, any length.
            plan_id: the chosen plan; None: the question's own, or all.
            history: earlier questions of the same person, oldest first.
        """
        if len(question) > TOO_LONG:
            return self._end(Inquiry(question, plan_id, ()), "too_long")
        earlier = [part for said in history[-REMEMBERED:] for part in split(said[:TOO_LONG])]
        parts = split(question)
        answers = [
            self._answer_one(Inquiry(part, plan_id, [*earlier, *parts[:n]], " ".join(parts[:n])))
            for n, part in enumerate(parts)
        ]
        return answers[0] if len(answers) == 1 else join(answers, "en" if is_english(normalise(question)) else "vi")

    def _answer_one(self, inquiry: Inquiry) -> Answer:
        for step in self._steps:
            if inquiry.answer is not None or inquiry.findings:
                break
            step(inquiry)
        if inquiry.answer is None:
            self._compose(inquiry)
        answer = inquiry.answer or self._end(inquiry, "error")
        try:
            verified = verify(answer, self.plans)
            return replace(verified, considered=_considered(inquiry), choices=answer.choices[:NAMED_AT_MOST])
        except Unfaithful:
            _log.exception("an answer was held back")
            return self._end(inquiry, "error")

    def _normalise(self, inquiry: Inquiry) -> None:
        text = normalise(inquiry.question)
        inquiry.language = "en" if is_english(text) else "vi"
        if _share_of_letters(text) < LETTERS_AT_LEAST or only_greets(inquiry.question):
            inquiry.answer = self._end(inquiry, "small_talk")
        elif is_off_topic(text):
            inquiry.answer = self._end(inquiry, "off_topic")

    def _stand_alone(self, inquiry: Inquiry) -> None:
        """Make a follow-up one question of its own."""
        keep_places = inquiry.plan_id is None
        inquiry.standing = self._reader.stand_alone(inquiry.question, inquiry.history, keep_places)

    def _read(self, inquiry: Inquiry) -> None:
        text = inquiry.standing.text
        inquiry.readings = self._reader.readings(inquiry.question, inquiry.history, inquiry.standing)
        inquiry.asked = self._asked_for(inquiry)
        named = read_places(text).mentions or documents_in(text)
        if not inquiry.asked.words and inquiry.asked.kind is None and not named and not is_of_the_trade(text):
            inquiry.answer = self._end(inquiry, "clarify" if find_plans(text, self.plans) else "small_talk")
        elif not named and self.searcher.known_share(inquiry.readings) < self._thresholds["words_known"]:
            inquiry.answer = self._end(inquiry, "off_topic")

    def _asked_for(self, inquiry: Inquiry) -> Asked:
        """Return what is asked for: not the kind of thing that only the question before asked for ("gửi về đâu?")."""
        first, *others = (reading.asked for reading in inquiry.readings)
        asked = others[0] if others and not first.words else first
        said = others[-1] if others else first
        if inquiry.standing.leaned and said.kind is None and self._reader.asks(inquiry.question):
            before = self._reader.read(inquiry.history[-1]).asked.kind
            return replace(asked, kind=None, strict=False) if asked.kind == before else asked
        return asked

    def _retrieve(self, inquiry: Inquiry) -> None:
        wanted = [plan.id for plan in inquiry.scope if plan.id not in inquiry.silent]
        found = self.searcher.search(inquiry.readings, wanted)
        inquiry.evidence = {
            plan_id: tuple(self._narrowed(evidence, plan_id, inquiry) for evidence in of_plan)
            for plan_id, of_plan in found.items()
        }

    def _narrowed(self, evidence: Evidence, plan_id: str, inquiry: Inquiry) -> Evidence:
        """Return the evidence at the places and on the documents that the question names, all of it where none fits."""
        assert inquiry.asked is not None
        paths = inquiry.places.get(plan_id)
        if paths is not None:
            evidence = evidence.where([lies_at(self._snippets[int(row)].path, paths) for row in evidence.rows])
        if inquiry.documents and inquiry.asked.kind in (None, "document"):
            evidence = evidence.where([not lacks(self._named_in[int(row)], inquiry.documents) for row in evidence.rows])
        return evidence

    def _weigh(self, inquiry: Inquiry) -> None:
        index, asked = self.searcher.index, [reading.asked for reading in inquiry.readings]
        inquiry.weighed = {key: weigh(found, index, asked, self._weights) for key, found in inquiry.evidence.items()}
        heaviest = [weighed for weighed in inquiry.weighed.values() if weighed.candidates]
        assert inquiry.asked is not None
        least = "certainty_to_point" if inquiry.asked.kind else "certainty_to_answer"
        certain = any(weighed.certainty >= self._thresholds[least] for weighed in heaviest)
        covered = max((c.coverage for weighed in heaviest for c in weighed.candidates), default=0.0)
        far = not certain and covered < self._thresholds["coverage_on_topic"] and len(inquiry.readings) == 1
        far = far and inquiry.asked.kind not in kinds()["words"]["of_the_paper"]
        if far and not inquiry.places and not is_of_the_trade(inquiry.readings[0].forms.text):
            inquiry.answer = self._end(inquiry, "off_topic")

    def _decide(self, inquiry: Inquiry) -> None:
        assert inquiry.asked is not None
        wanted = inquiry.asked
        for plan in self._looked_into(inquiry):
            weighed = inquiry.weighed.get(plan.id)
            if weighed is None or not weighed.candidates:
                inquiry.findings.append(Finding(plan, False))
                continue
            asked = self._narrowing.asked_of(plan, inquiry, asked_of(plan, wanted, inquiry.standing.text))
            if asked.kind == "document_date":
                inquiry.asked = asked
            finding = find_in_plan(plan, self._facts[plan.id], asked, weighed, self._thresholds, inquiry.language)
            if not finding.answers and plan.id in inquiry.places and not asked.strict:
                finding = said_at(plan, inquiry.places[plan.id], inquiry.language)
            inquiry.findings.append(finding)

    def _looked_into(self, inquiry: Inquiry) -> list[Plan]:
        """Return the plans in scope, only those looked into where there are too many to speak of all."""
        if len(inquiry.evidence) + len(inquiry.silent) >= len(inquiry.scope):
            return inquiry.scope
        return [plan for plan in inquiry.scope if plan.id in inquiry.evidence]

    def _compose(self, inquiry: Inquiry) -> None:
        found = [finding for finding in inquiry.findings if finding.answers]
        best = max((finding.certainty for finding in found), default=0.0)
        found = [f for f in found if f.certainty >= self._thresholds["margin_of_plans"] * best]
        silent = [finding.plan for finding in inquiry.findings if not finding.answers]
        if not found:
            inquiry.answer = self._not_stated(inquiry)
        elif len(found) == 1:
            text = one_plan(found[0], inquiry.language)
            if silent:
                text += "\n\n" + say("per_plan_silent", inquiry.language, labels=labels_of(silent))
            answer = Answer("answered", text, (found[0].plan.id,), found[0].citations)
            inquiry.answer = replace(answer, unit=found[0].unit)
        else:
            ids = tuple(finding.plan.id for finding in found)
            citations = tuple(citation for finding in found for citation in finding.citations)
            text = per_plan(found, silent, inquiry.language)
            inquiry.answer = Answer("answered_per_plan", text, ids, citations, choices=ids)

    def _not_stated(self, inquiry: Inquiry) -> Answer:
        assert inquiry.asked is not None
        asked, language = inquiry.asked, inquiry.language
        label = asked_label(asked.kind, asked.period, asked.subject, language)
        ids = tuple(finding.plan.id for finding in inquiry.findings)
        if len(ids) != 1 or len(inquiry.scope) != 1:
            return Answer("not_in_plan", say("not_in_plans", language, asked=label), ids, choices=ids)
        finding = inquiry.findings[0]
        text = say("not_in_plan", language, label=finding.plan.label, asked=label)
        cited: tuple[Citation, ...] = finding.citations
        return Answer("not_in_plan", "\n".join([text, *finding.notes]), ids, cited)

    def _end(self, inquiry: Inquiry, outcome: str) -> Answer:
        return Answer(outcome, say(outcome, inquiry.language, labels=self._labels()))

    def _labels(self) -> str:
        return labels_of(list(self.plans.values()))


def _share_of_letters(text: str) -> float:
    """Return the share of letters, from 0 to 1, among the characters of `text` that are no space."""
    return len(_LETTERS.findall(text)) / max(1, len(text) - text.count(" "))


def _considered(inquiry: Inquiry) -> tuple[tuple[str, str, float], ...]:
    """Return the heaviest candidates of each plan with the plan's certainty, the most certain plans first."""
    plans = sorted(inquiry.weighed.items(), key=lambda item: -item[1].certainty)
    return tuple(
        (plan_id, candidate.snippet.path, round(weighed.certainty, 3))
        for plan_id, weighed in plans
        for candidate in weighed.candidates[:KEPT_CANDIDATES]
    )


def open_answerer(index_folder: Path, encoder: str, plans: Mapping[str, Plan]) -> Answerer:
    """Return an Answerer over the index in `index_folder`.

    Raises:
        IndexProblem: the index is missing, damaged, or of another encoder or other texts.
    """
    opened = open_encoder(encoder)
    return Answerer(plans, open_index(plans, opened, index_folder), opened)
