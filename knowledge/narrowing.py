"""Where an answer is looked for: in which plans, at which places in them, about which document."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from knowledge.answers import Answer
from knowledge.asking import Asked
from knowledge.composing import Finding, labels_of, say
from knowledge.corpus import Plan
from knowledge.documents import asks_date, documents_in, documents_of, is_presumed, lacks, undated_documents
from knowledge.inquiry import Inquiry
from knowledge.named_places import Named, is_absent, read_places, resolve
from knowledge.place_answers import said_at, without_place
from knowledge.scope import Scopes


class Narrowing:
    """Steps that fill an inquiry's scope, places and silent plans, or end it where there is none of what it names."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = plans
        self._scopes = Scopes(plans)
        self._documents = {plan.id: documents_of(plan) for plan in plans.values()}
        self._undated = cache(lambda plan_id: undated_documents(plans[plan_id]))

    def scope(self, inquiry: Inquiry) -> None:
        """Choose the plans to look in; a place or a year without a plan, and a plan that is gone, end the way."""
        if inquiry.plan_id is not None and inquiry.plan_id not in self._plans:
            labels = labels_of(list(self._plans.values()))
            text = say("unknown_plan", inquiry.language, plan=inquiry.plan_id[:80], labels=labels)
            inquiry.answer = Answer("clarify", text, choices=tuple(self._plans))
            return
        chosen = self._plans.get(inquiry.plan_id or "")
        context = f"{inquiry.context} {inquiry.standing.context}"
        scope = self._scopes.read(inquiry.standing.text, chosen, context)
        if scope.problem:
            text = say(scope.problem, inquiry.language, labels=labels_of(scope.others))
            inquiry.answer = Answer("not_in_plan", text, choices=tuple(plan.id for plan in scope.others))
        inquiry.scope = list(scope.plans)

    def find_places(self, inquiry: Inquiry) -> None:
        """Find the places in the paper that the question names; where it asks for nothing else, they are the answer."""
        named = read_places(inquiry.standing.text)
        if not named.mentions:
            return
        for plan in inquiry.scope:
            paths = [path for mention in named.mentions for path in resolve(plan, mention)]
            if paths:
                inquiry.places[plan.id] = tuple(paths)
            if paths and named.only:
                inquiry.findings.append(said_at(plan, paths, inquiry.language))
            elif named.only or any(is_absent(plan, mention) for mention in named.mentions):
                inquiry.silent.add(plan.id)
        if len(inquiry.silent) == len(inquiry.scope) > 0:
            inquiry.answer = self._no_such_place(inquiry, named)
        elif inquiry.findings:
            inquiry.findings += [Finding(self._plans[plan_id], False) for plan_id in sorted(inquiry.silent)]

    def _no_such_place(self, inquiry: Inquiry, named: Named) -> Answer:
        ids = tuple(plan.id for plan in inquiry.scope)
        mention = named.mentions[0]
        if len(ids) > 1:
            what = say(f"place_{mention.kind}", inquiry.language)
            return Answer("not_in_plan", say("no_such_place_in_plans", inquiry.language, what=what), ids, choices=ids)
        finding = without_place(inquiry.scope[0], mention, inquiry.language)
        return Answer("not_in_plan", finding.notes[0], ids, finding.citations)

    def find_documents(self, inquiry: Inquiry) -> None:
        """Leave out the plans that do not mention a document which the question names by its number."""
        text = inquiry.standing.text
        asked = documents_in(text)
        if is_presumed(text):
            return
        inquiry.documents = asked
        inquiry.silent |= {plan.id for plan in inquiry.scope if lacks(self._documents[plan.id], asked)}
        if asked and len(inquiry.silent) == len(inquiry.scope) > 0:
            ids = tuple(plan.id for plan in inquiry.scope)
            key = "no_such_document_in_plans" if len(ids) > 1 else "no_such_document"
            told = say(key, inquiry.language, label=inquiry.scope[0].label)
            inquiry.answer = Answer("not_in_plan", told, ids, choices=ids if len(ids) > 1 else ())

    def asked_of(self, plan: Plan, inquiry: Inquiry, asked: Asked) -> Asked:
        """Return `asked`, as for a date that no plan gives where `plan` names the documents asked about without one."""
        if not inquiry.documents or not asks_date(inquiry.standing.text):
            return asked
        undated = self._undated(plan.id)
        without = all(any(one.is_like(other) for other in undated) for one in inquiry.documents)
        return replace(asked, kind="document_date", strict=True) if without else asked
