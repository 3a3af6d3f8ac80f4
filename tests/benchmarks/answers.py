"""A whole answer over the encoding of the same rewritten question: what everything but the encoder costs."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from knowledge.answering import Answerer
from knowledge.corpus import load_plans
from knowledge.embedding import Encoder, Vectors, open_encoder
from knowledge.index import open_index
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row
from tests.benchmarks.timing import interleave, p50, p50_ms
from tests.benchmarks.turns import load_talk

ROUNDS = 10
CHOSEN = "yenbai-duk-2023"

Answer = Callable[[str], object]


class Remembering:
    """An encoder that remembers the questions it was last given."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self.last: Sequence[str] = ()
        self._encoder = encoder

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the encoder's rows, and remember `texts`."""
        self.last = texts
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return the encoder's rows."""
        return self._encoder.passages(texts)


def measure(bench: Bench) -> list[Row]:
    """Answer the questions of `talk.yml` over all plans, and with one chosen."""
    plans, encoder = load_plans(), Remembering(open_encoder(bench.settings.encoder))
    answerer = Answerer(plans, open_index(plans, encoder, bench.index_folder), encoder)
    questions = load_talk()["questions"]
    everywhere = compare(answerer.answer, encoder, questions, ROUNDS)
    chosen = compare(partial(answerer.answer, plan_id=CHOSEN), encoder, questions, ROUNDS)
    return [*rows(*everywhere), of_chosen(*chosen)]


def compare(
    answer: Answer, encoder: Remembering, questions: Sequence[str], rounds: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of whole answers, and of encoding alone, one entry a question and round.

    A round goes through all questions, so that none meets what was kept of it a moment ago.

    Raises:
        ValueError: a question is answered without being encoded.
    """
    works: dict[str, Callable[[], object]] = {}
    for question in questions:
        texts = texts_encoded(answer, encoder, question)
        if not texts:
            raise ValueError(f"not searched for: {question}")
        works[f"answer {question}"] = partial(answer, question)
        works[f"encode {question}"] = partial(encoder.queries, texts)
    seconds = interleave(works, rounds)
    whole = [second for question in questions for second in seconds[f"answer {question}"]]
    encoding = [second for question in questions for second in seconds[f"encode {question}"]]
    return whole, encoding


def texts_encoded(answer: Answer, encoder: Remembering, question: str) -> Sequence[str]:
    """Return what is encoded for a question, once it has been answered."""
    encoder.last = ()
    answer(question)
    return encoder.last


def rows(whole: list[float], encoding: list[float]) -> list[Row]:
    """Return the figures of answers and of the encoding in them, in seconds."""
    how = f"all plans, p50 of {len(whole)}, in turn with the other"
    spent = float(np.median(np.subtract(whole, encoding)))
    return [
        Row("answer: whole", p50_ms(whole), "ms", how, short=True),
        Row("answer: encoding alone", p50_ms(encoding), "ms", f"`queries()` of the same rewritten questions; {how}"),
        Row("answer: beside the encoding", 1000 * spent, "ms", "p50 of the differences, question by question"),
        Row("answer: whole over encoding", p50(whole) / p50(encoding), "×", how, at_most=1.3, short=True),
    ]


def of_chosen(whole: list[float], encoding: list[float]) -> Row:
    """Return how answers within a chosen plan compare with the encoding in them, both in seconds."""
    how = f"{CHOSEN} chosen, p50 of {len(whole)}, in turn with the encoding"
    return Row("answer in a chosen plan: over encoding", p50(whole) / p50(encoding), "×", how, at_most=1.3, short=True)
