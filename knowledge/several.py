"""One answer out of the answers to several questions of one message, in order."""

from collections.abc import Sequence

from knowledge.answers import Answer, outcomes
from knowledge.composing import say


def join(answers: Sequence[Answer], language: str) -> Answer:
    """Return one answer with a short section and all citations of each; each must have been verified before.

    It is answered where any part is, per plan where more than one plan answers; where none is, the first part's
    outcome stands.
    """
    given = [answer for answer in answers if answer.outcome in ("answered", "answered_per_plan")]
    counted = given or list(answers)
    plan_ids = tuple(dict.fromkeys(plan_id for answer in counted for plan_id in answer.plan_ids))
    return Answer(
        _outcome(answers, given, plan_ids),
        _sections([answer.text for answer in answers], language),
        plan_ids,
        tuple(dict.fromkeys(citation for answer in answers for citation in answer.citations)),
        tuple(dict.fromkeys(choice for answer in answers for choice in answer.choices)),
    )


def _outcome(answers: Sequence[Answer], given: Sequence[Answer], plan_ids: Sequence[str]) -> str:
    if not given:
        refused = [answer.outcome for answer in answers if outcomes()[answer.outcome]["refusal"]]
        return answers[0].outcome if len(refused) == len(answers) else _not_refused(answers)
    return "answered_per_plan" if len(plan_ids) > 1 else "answered"


def _not_refused(answers: Sequence[Answer]) -> str:
    return next(answer.outcome for answer in answers if not outcomes()[answer.outcome]["refusal"])


def _sections(texts: Sequence[str], language: str) -> str:
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == 1:
        return distinct[0]
    return "\n\n".join(f"{say(f'part_{number}', language)}\n{text}" for number, text in enumerate(texts, start=1))
