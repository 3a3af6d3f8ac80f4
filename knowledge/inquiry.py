"""One question on its way through the steps of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.answers import Answer
from knowledge.asking import Asked
from knowledge.composing import Finding
from knowledge.corpus import Plan
from knowledge.documents import Document
from knowledge.evidence import Evidence
from knowledge.follow_up import Standing
from knowledge.question_reader import Reading
from knowledge.weighing import Weighed


@dataclass
class Inquiry:
    """One question on its way; each step fills what the next ones read.

    `context` are words before the question whose plan still holds for it; `standing` is the question made to stand
    alone, `readings` the ways to read it. `places` are, by plan, the paths that it names: only there and below them is
    looked. `documents` are those that it names by number; `silent` the ids of plans that surely do not answer.
    """

    question: str
    plan_id: str | None
    history: Sequence[str]
    context: str = ""
    language: str = "vi"
    standing: Standing = field(default_factory=lambda: Standing(""))
    readings: tuple[Reading, ...] = ()
    asked: Asked | None = None
    scope: list[Plan] = field(default_factory=list)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    documents: frozenset[Document] = frozenset()
    silent: set[str] = field(default_factory=set)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    weighed: dict[str, Weighed] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    answer: Answer | None = None
