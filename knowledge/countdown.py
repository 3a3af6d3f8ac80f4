"""Answers to "how many days are left?" and "what is due soon?", from the register of deadlines and the clock."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.answers import Answer, Citation, Unfaithful, verify
from knowledge.corpus import Plan, find_plans
from knowledge.deadlines import ZONE, Due, register
from knowledge.facts import Facts
from knowledge.places import place
from knowledge.vietnamese import is_english, normalise, unmark

MOST_LINES = 8
LONGEST_QUESTION = 300  # characters; what is longer asks for more than a count of days

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What a question for days left is about: "upcoming" or "left", and the subjects and periods it names."""

    kind: str
    subjects: frozenset[str]
    periods: frozenset[str]

    def fits(self, due: Due) -> bool:
        """Tell whether `due` is of a subject and period asked for."""
        left_open = due.last_day is None and due.period is None
        of_period = not self.periods or due.period in self.periods or due.subject == "registration" or left_open
        return of_period and (not self.subjects or due.subject in self.subjects)


@dataclass
class Rendered:
    """Lines said, and the pieces of them that were computed from the clock rather than read in a plan."""

    language: str
    lines: list[str] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)

    def say(self, key: str, **values: object) -> str:
        """Return the sentence `key`."""
        return str(rules()["wording"][key][self.language]).format(**values)

    def count(self, key: str, **values: object) -> str:
        """Return the sentence `key` and remember it as computed."""
        self.computed.append(self.say(key, **values))
        return self.computed[-1]

    def read_part(self) -> str:
        """Return the text without what was computed."""
        text = "\n".join(self.lines)
        for piece in self.computed:
            text = text.replace(piece, "")
        return text


@cache
def rules() -> dict[str, Any]:
    """Return `countdown.yml`."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("countdown.yml").read_text(encoding="utf-8"))
    return loaded


def read_wish(question: str) -> Wish | None:
    """Return what `question` wants counted, or None where it asks for something else."""
    plain = unmark(normalise(question[: LONGEST_QUESTION + 1])).lower()
    if len(plain) > LONGEST_QUESTION or not re.search(rules()["about"], plain):
        return None
    kind = next((name for name, rule in rules()["asks"].items() if re.search(rule, plain)), None)
    if kind is None:
        return None
    rest, halves = re.subn(rules()["half_year"], " ", plain)
    rest = re.sub(rules()["not_a_period"], " ", rest)
    periods = {name for name, rule in rules()["periods"].items() if re.search(rule, rest)}
    subjects = {name for name, rule in rules()["subjects"].items() if re.search(rule, plain)}
    return Wish(kind, frozenset(subjects), frozenset(periods | ({"half_year"} if halves else set())))


def count_down(
    question: str,
    plan_id: str | None,
    plans: Mapping[str, Plan],
    now: datetime,
    facts: Mapping[str, Facts] | None = None,
) -> Answer | None:
    """Return the answer to a question for the days left, or None where it is no such question or no date is stated.

    Args:
        question: as typed.
        plan_id: the chosen plan; a plan named in the question counts before it; None: all.
        plans: all plans.
        now: an aware moment.
        facts: by plan id, where they are drawn already.
    """
    wish = read_wish(question)
    if wish is None:
        return None
    named = find_plans(question, plans) or ([plan_id] if plan_id and plan_id in plans else list(plans))
    scope = [plans[each] for each in named]
    fitting = [due for due in register(scope, now, facts) if wish.fits(due)]
    if not any(due.last_day for due in fitting):
        return None
    language = "en" if is_english(normalise(question)) else "vi"
    said, shown = _render(wish, fitting, scope, now, language)
    return _checked(said, shown, plans)


def listed(dues: Sequence[Due], plans: Mapping[str, Plan], language: str, brief: bool = False) -> Answer | None:
    """Return `dues`, all of them dated, in words with their last days, the days left and their citations.

    `brief` leaves out who must and to whom. None where what would be said is not what the plans say.
    """
    said, labels = Rendered(language), {plan.id: plan.label for plan in plans.values()}
    said.lines.extend(_line(said, due, labels, brief) for due in dues)
    return _checked(said, dues, plans)


def _checked(said: Rendered, shown: Sequence[Due], plans: Mapping[str, Plan]) -> Answer | None:
    cited = _citations(shown)
    ids = tuple(dict.fromkeys(citation.plan_id for citation in cited))
    answer = Answer("answered" if len(ids) == 1 else "answered_per_plan", said.read_part(), ids, cited)
    try:
        verify(answer, plans)
    except Unfaithful:
        _log.exception("a count of days was held back")
        return None
    choices = ids if len(ids) > 1 else ()
    return Answer(answer.outcome, "\n".join(said.lines), ids, cited, choices)


def _render(
    wish: Wish, fitting: Sequence[Due], scope: Sequence[Plan], now: datetime, language: str
) -> tuple[Rendered, list[Due]]:
    said, labels = Rendered(language), {plan.id: plan.label for plan in scope}
    said.lines.append(said.say("header", today=said.count("today", day=_day(now.astimezone(ZONE).date()))))
    dated = [due for due in fitting if due.last_day]
    ahead = [due for due in dated if not due.passed]
    if wish.kind == "upcoming" and not ahead:
        said.lines.append(said.say("none_upcoming"))
    chosen = ahead if wish.kind == "upcoming" and ahead else [*ahead, *(due for due in dated if due.passed)]
    shown = chosen[:MOST_LINES]
    said.lines.extend(_line(said, due, labels) for due in shown)
    with_date = {due.plan_id for due in dated}
    for due in fitting:
        noted = due.note is not None  # others of a plan with a date, who follow another paper
        if due.last_day is None and (noted or due.plan_id not in with_date) and len(shown) < MOST_LINES:
            shown.append(due)
            said.lines.append(_undated(said, due, labels))
    silent = [plan.label for plan in scope if plan.id not in {due.plan_id for due in fitting}]
    if silent:
        said.lines.append(said.say("silent", labels=", ".join(silent)))
    if len(chosen) > MOST_LINES:
        said.lines.append(said.say("more"))
    return said, shown


def _line(said: Rendered, due: Due, labels: Mapping[str, str], brief: bool = False) -> str:
    assert due.last_day is not None and due.days_left is not None
    key = "passed" if due.passed else "left" if due.days_left else "today_is_last"
    line = said.say(
        "line",
        label=labels[due.plan_id],
        what=what_is_due(due, said.language),
        words=due.words,
        place=place(due.citation.path, said.language),
        last=said.count("last", day=_day(due.last_day)),
        left=said.count(key, n=abs(due.days_left)),
    )
    return line if brief else " ".join([line, *_who(said, due)])


def _undated(said: Rendered, due: Due, labels: Mapping[str, str]) -> str:
    where = place(due.citation.path, said.language)
    line = said.say("undated", label=labels[due.plan_id], words=due.words, place=where)
    note = [said.say("noted", note=due.note.path)] if due.note else []
    return " ".join([line, *note, *_who(said, due)])


def _who(said: Rendered, due: Due) -> list[str]:
    parts = [said.say("bound", bound=due.bound)] if due.bound else []
    if due.recipient:
        key = "through" if due.through else "recipient"
        parts.append(said.say(key, recipient=due.recipient, through=due.through))
    return parts


def what_is_due(due: Due, language: str) -> str:
    """Return in a few words what is due, such as "annual report"."""
    names = rules()["what"]
    key = f"{due.subject}_{due.period}"
    found = names.get(key) or names.get(due.subject) or names["other"]
    return str(found[language])


def _citations(shown: Sequence[Due]) -> tuple[Citation, ...]:
    cited = [each for due in shown for each in (due.citation, due.note) if each is not None]
    return tuple(dict.fromkeys(cited))


def _day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"
