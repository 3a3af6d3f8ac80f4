"""What each part of answering brings: the same questions with parts left out (`... training parts FILE`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.answering import Answerer
from knowledge.baselines import CHUNK, Baseline, by_vectors, by_words
from knowledge.corpus import Plan
from knowledge.embedding import PACKAGE, SHIPPED, Encoder, open_encoder
from knowledge.evaluation import Answering, Gold, evaluate
from knowledge.follow_up import Standing
from knowledge.index import Index, embedded_text, open_index
from knowledge.question_reader import QuestionReader, Reading
from knowledge.rewriting import Rewritten
from knowledge.training.fit_weights import of_hands


def parts(plans: Mapping[str, Plan], questions: Sequence[Gold], index_folder: Path) -> Iterator[str]:
    """Yield one line of a Markdown table for each way of answering, from the plainest to the shipped one."""
    yield "| | right | refused |"
    yield "| --- | --- | --- |"
    for name, answering in _ways(plans, index_folder):
        right, refused = evaluate(questions, answering).rows()[:2]
        yield f"| {name} | {right['share']:.3f} | {refused['share']:.3f} |"


def _ways(plans: Mapping[str, Plan], index_folder: Path) -> Iterator[tuple[str, Answering]]:
    package, trained = open_encoder(PACKAGE), open_encoder(SHIPPED)
    index = open_index(plans, trained, index_folder)
    yield f"BM25 over {CHUNK} characters", Baseline(plans, by_words)
    yield f"vectors of {CHUNK} characters, package's encoder", Baseline(plans, by_vectors(package))
    yield f"vectors of {CHUNK} characters, trained encoder", Baseline(plans, by_vectors(trained))
    yield "the assistant without a bank, package's encoder", _without_bank(plans, index, package)
    yield "the assistant without a bank, trained encoder", _without_bank(plans, index, trained)
    hands = sorted({question.banked.hand for question in index.questions})
    yield f"the assistant, bank of 1 of {len(hands)} hands", Answerer(plans, of_hands(index, hands[:1]), trained)
    yield "the assistant, nothing learned from the whole bank", Answerer(plans, replace(index, learned={}), trained)
    yield "the assistant, names of plans left in", Answerer(plans, index, trained, reader=_KeepsNames(plans))
    yield "the assistant, follow-ups read in one way", Answerer(plans, index, trained, reader=_ReadsOnce(plans))
    yield "the assistant", Answerer(plans, index, trained)


class _KeepsNames(QuestionReader):
    """Leaves the name of its plan in a question."""

    def rewrite(self, question: str) -> Rewritten:
        """Return the forms of `question` as it is."""
        return self.rewrite_whole(question)


class _ReadsOnce(QuestionReader):
    """Reads a follow-up only as the question that it is made into."""

    def readings(self, message: str, history: Sequence[str], standing: Standing) -> tuple[Reading, ...]:
        """Return the one reading."""
        return (self.read(standing.text),)


def _without_bank(plans: Mapping[str, Plan], index: Index, encoder: Encoder) -> Answerer:
    vectors = encoder.passages([embedded_text(snippet) for snippet in index.snippets])
    return Answerer(plans, Index(index.snippets, vectors, (), index.question_vectors[:0], {}), encoder)
