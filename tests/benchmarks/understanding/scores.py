"""From predictions to figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sklearn.metrics import f1_score

from tests.benchmarks.understanding.examples import Prediction

OUTSIDE = "out_of_scope"
FALLBACK = "nlu_fallback"
BINS = 10


def intent_f1(predictions: Sequence[Prediction], average: str = "macro") -> float:
    """Return the F1 of the classifier's own intents, before the fall-back; `average` is `macro` or `weighted`.

    Means are over the intents that are meant; what is found besides them is wrong, and no intent of its own.
    """
    truth, found = [each.truth for each in predictions], [each.best for each in predictions]
    return float(f1_score(truth, found, labels=sorted(set(truth)), average=average))


def outside_recall(predictions: Iterable[Prediction]) -> float:
    """Return the share of sentences out of scope that are taken as such, or that nothing was sure enough for."""
    outside = [each for each in predictions if each.truth == OUTSIDE]
    return sum(each.intent in (OUTSIDE, FALLBACK) for each in outside) / len(outside)


def thrown_out(predictions: Iterable[Prediction]) -> float:
    """Return the share of sentences in scope that are taken as out of scope."""
    inside = [each for each in predictions if each.truth != OUTSIDE]
    return sum(each.intent == OUTSIDE for each in inside) / len(inside)


def asked_back(predictions: Iterable[Prediction]) -> float:
    """Return the share of sentences in scope that nothing was sure enough for."""
    inside = [each for each in predictions if each.truth != OUTSIDE]
    return sum(each.intent == FALLBACK for each in inside) / len(inside)


def right(predictions: Iterable[Prediction]) -> float:
    """Return the share of sentences whose intent the classifier found."""
    verdicts = [each.best == each.truth for each in predictions]
    return sum(verdicts) / len(verdicts)


def lightest(shares: Mapping[str, float], weights: Mapping[str, float], margin: float = 0.005) -> str:
    """Return the lightest of the pipelines that are at most `margin` worse than the best.

    Args:
        shares: the share of right sentences of each pipeline, of the same sentences for all.
        weights: what each takes of memory.
        margin: half a point.
    """
    good = [name for name, share in shares.items() if share >= max(shares.values()) - margin]
    return min(good, key=lambda name: weights[name])


def confusions(predictions: Iterable[Prediction]) -> Counter[tuple[str, str]]:
    """Return how often one intent (first) was taken for another (second)."""
    return Counter((each.truth, each.best) for each in predictions if each.truth != each.best)


def histogram(predictions: Iterable[Prediction]) -> list[tuple[int, int]]:
    """Return the numbers of right and of wrong sentences in each tenth of confidence, from 0 to 1."""
    bins = [[0, 0] for _ in range(BINS)]
    for each in predictions:
        bins[min(BINS - 1, int(each.confidence * BINS))][each.best != each.truth] += 1
    return [(good, bad) for good, bad in bins]


def intent_report(predictions: Sequence[Prediction]) -> dict[str, dict[str, float]]:
    """Return what `intent_report.json` holds: the figures of each writing."""
    writings = dict.fromkeys(each.writing for each in predictions)
    report = {}
    for writing in writings:
        own = [each for each in predictions if each.writing == writing]
        report[writing] = {
            "sentences": len(own),
            "macro_f1": round(intent_f1(own), 4),
            "weighted_f1": round(intent_f1(own, "weighted"), 4),
            "outside_recall": round(outside_recall(own), 4),
            "thrown_out": round(thrown_out(own), 4),
            "asked_back": round(asked_back(own), 4),
        }
    return report
