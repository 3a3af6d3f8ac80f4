"""Fit the weights of `weights.yml` on questions of one hand, answered from the bank of the others.

So the evidence is what an unseen question meets: neither its own words nor, where the encoder was trained on the other
hands alone, its neighbours' were known before.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.asking import Asked
from knowledge.bank import Banked
from knowledge.evaluation import Gold
from knowledge.evidence import Evidence, Searcher
from knowledge.index import Index, learn_from
from knowledge.question_reader import Reading
from knowledge.snippets import covers
from knowledge.weighing import Weights, features_of, names_of, rank, signs, signs_of

HARDEST = 8
"""Wrong candidates of a question that the right one is compared with."""

FREEDOM = 0.05
"""How freely the certainty follows the questions (`C` of the regression): more gains nothing on plans left out."""

FIRST_GUESS = {"passage": 1.0, "asked": 1.0, "asked_often": 0.5, "words": 0.3, "asked_words": 0.3}
"""Ranking that says which wrong candidates are hard, before there is a learned one."""


@dataclass(frozen=True)
class Met:
    """A question with its evidence and what it asks for, in each reading.

    `right` tells per candidate whether it answers, None where the plan is silent.
    """

    evidence: tuple[Evidence, ...]
    asked: tuple[Asked, ...]
    right: NDArray[np.bool_] | None


def of_hands(index: Index, hands: Collection[int]) -> Index:
    """Return `index` with only the questions that `hands` wrote."""
    kept = [row for row, question in enumerate(index.questions) if question.banked.hand in hands]
    questions = tuple(index.questions[row] for row in kept)
    return learn_from(Index(index.snippets, index.vectors, questions, index.question_vectors[kept], {}))


def as_banked(gold: Gold) -> Banked | None:
    """Return a question of an evaluation file like one of a bank; None where it is bound to no plan."""
    plan_id = gold.gold_plan or gold.plan
    return Banked(plan_id, gold.question, gold.style, -1, None, gold.quote, history=gold.history) if plan_id else None


def changes_of_topic(questions: Sequence[Banked], most: int, chance: random.Random) -> list[Banked]:
    """Return at most `most` of the questions that lean on nothing, each after another one on the same plan."""
    by_plan: dict[str, list[Banked]] = {}
    for question in questions:
        by_plan.setdefault(question.plan_id, []).append(question)
    changed: list[Banked] = []
    for question in chance.sample(questions, len(questions)):
        others = [o for o in by_plan[question.plan_id] if (o.quote, o.about) != (question.quote, question.about)]
        if not question.history and others and len(changed) < most:
            changed.append(replace(question, history=(chance.choice(others).text,)))
    return changed


def about_something_else(texts: Sequence[str], questions: Sequence[Banked], chance: random.Random) -> list[Banked]:
    """Return `texts`, which no plan answers, each asked of two plans, and of a third after one of its `questions`."""
    by_plan: dict[str, list[Banked]] = {}
    for question in questions:
        by_plan.setdefault(question.plan_id, []).append(question)
    asked: list[Banked] = []
    for text in texts:
        *alone, after = chance.sample(sorted(by_plan), 3)
        asked += [Banked(plan_id, text, "colloquial", -1, None, None) for plan_id in alone]
        asked.append(replace(asked[-1], plan_id=after, history=(chance.choice(by_plan[after]).text,)))
    return asked


def meet(searcher: Searcher, questions: Iterable[Banked], read: Callable[[Banked], Sequence[Reading]]) -> Iterator[Met]:
    """Yield each question with its evidence; `read` tells how it is read."""
    snippets = searcher.index.snippets
    for question in questions:
        readings = read(question)
        asked = tuple(reading.asked for reading in readings)
        evidence = searcher.search(readings, [question.plan_id])[question.plan_id]
        if question.quote is None:
            yield Met(evidence, asked, None)
            continue
        texts = [snippets[int(row)].text for row in evidence[0].rows]
        yield Met(evidence, asked, np.array([covers(text, question.quote) for text in texts]))


def fit(met: Iterable[Met]) -> Weights:
    """Return weights learned from questions with their evidence: the ranking first, then the certainty.

    Args:
        met: all with the same number of readings.
    """
    seen = list(met)
    readings = len(seen[0].evidence)
    ranking = _fit_ranking(seen, names_of(readings))
    rows = [signs(one.evidence, rank(one.evidence, ranking), one.asked) for one in seen]
    answered = [one.right is not None for one in seen]
    scaler, model = StandardScaler(), LogisticRegression(C=FREEDOM, class_weight="balanced", max_iter=2000)
    make_pipeline(scaler, model).fit(np.array(rows), np.array(answered))
    spreads = zip(scaler.mean_, scaler.scale_, model.coef_[0], strict=True)
    named = zip(signs_of(readings), spreads, strict=True)
    certainty = {name: (float(mean), float(spread), float(weight)) for name, (mean, spread, weight) in named}
    return Weights(ranking, float(model.intercept_[0]), certainty)


def share_right(met: Iterable[Met], ranking: Mapping[str, float]) -> float:
    """Return how often, from 0 to 1, the heaviest candidate answers, among the questions that have an answer."""
    hits = [bool(one.right[int(rank(one.evidence, ranking).argmax())]) for one in met if one.right is not None]
    return sum(hits) / len(hits)


def _fit_ranking(met: Iterable[Met], names: Sequence[str]) -> dict[str, float]:
    """Learn the ranking from pairs: the best right candidate against each of the hardest wrong ones."""
    guess = {name: FIRST_GUESS.get(name.split(".")[-1], 0.0) for name in names}
    pairs: list[NDArray[np.float32]] = []
    for one in met:
        if one.right is None or not one.right.any() or one.right.all():
            continue
        ranks = rank(one.evidence, guess)
        features = features_of(one.evidence)
        right, wrong = features[one.right], features[~one.right]
        best = right[int(ranks[one.right].argmax())]
        pairs.extend(best - wrong[np.argsort(-ranks[~one.right])[:HARDEST]])
    rows = np.array(pairs)
    model = LogisticRegression(fit_intercept=False, C=1.0, max_iter=2000)
    model.fit(np.concatenate([rows, -rows]), np.repeat([1, 0], len(rows)))
    return {name: float(weight) for name, weight in zip(names, model.coef_[0], strict=True)}
