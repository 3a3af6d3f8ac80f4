"""Which unit to turn to where a person is wanted: the one that a plan charges with following it, cited."""

from collections.abc import Mapping, Sequence

from knowledge.answers import Answer, verify
from knowledge.composing import Finding, one_plan, per_plan, say
from knowledge.corpus import Plan
from knowledge.facts import Facts
from knowledge.finding import where_to_ask


def whom_to_ask(plans: Sequence[Plan], facts: Mapping[str, Facts], language: str) -> Answer:
    """Return the unit to contact by each of `plans`, with the clause that charges it; `facts` are by plan id.

    Raises:
        Unfaithful: a quotation does not stand in its plan.
    """
    found = [finding for plan in plans if (finding := _unit(plan, facts[plan.id], language))]
    citations = tuple(citation for finding in found for citation in finding.citations)
    ids = tuple(finding.plan.id for finding in found)
    if not found:
        text = say("whom_to_ask_nowhere", language)
        answer = Answer("not_in_plan", text, tuple(plan.id for plan in plans))
    elif len(found) == 1:
        answer = Answer("answered", one_plan(found[0], language), ids, citations, unit=found[0].unit)
    else:
        silent = [plan for plan in plans if plan.id not in ids]
        answer = Answer("answered_per_plan", per_plan(found, silent, language), ids, citations, choices=ids)
    return verify(answer, {plan.id: plan for plan in plans})


def _unit(plan: Plan, facts: Facts, language: str) -> Finding | None:
    charged = where_to_ask(plan, facts)
    if charged is None:
        return None
    unit, citations = charged
    direct = say("direct_whom_to_ask", language, label=plan.label, unit=unit)
    return Finding(plan, True, tuple(citations), direct, short=unit, unit=unit)
