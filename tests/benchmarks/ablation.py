"""What each part of the retriever brings: `python -m tests.benchmarks.ablation [--sample N] [--xquad FOLDER]`.

The choices were made on the plans' own question bank; the folder, a public set, only shows how they carry over.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.corpus import Plan, load_plans
from knowledge.embedding import SHIPPED, Encoder, Vectors, open_encoder
from knowledge.retrieving import CorpusRetriever
from knowledge.search import Mix
from knowledge.snippets import snippets_of
from knowledge.vietnamese import unmark
from tests.benchmarks.retrieval import Score, read_folder, score

SAMPLE = 200
"""Questions of a plan's bank, at most, evenly over the bank, where no other number is given."""

STYLES = ("formal", "colloquial")
"""Styles of the bank that need no rewriting; without marks they are measured with the marks taken off."""

WHOLE = Mix(pool=sys.maxsize, dense_windows=0, lexical_windows=0, coverage=0)
STEPS = {
    "dense alone": replace(WHOLE, lexical=0),
    "lexical alone, syllables and pairs with marks": replace(WHOLE, dense=0, unmarked_dense=0, forms=(0,)),
    "both added": replace(WHOLE, forms=(0,)),
    "+ syllables and pairs without marks": replace(WHOLE, forms=(0, 1)),
    "+ runs of letters": WHOLE,
    "+ one scale within the 50 best": Mix(dense_windows=0, lexical_windows=0, coverage=0),
    "+ best windows, dense": Mix(lexical_windows=0, coverage=0),
    "+ best sentence, lexical": Mix(coverage=0),
    "+ share of the terms held: shipped": Mix(),
}
TURNED = {
    **{f"pool {pool}": Mix(pool=pool) for pool in (20, 30, 75, 100)},
    **{f"dense half {weight}": Mix(dense=weight) for weight in (0.7, 0.85, 1.2, 1.4)},
    **{f"dense windows {share}": Mix(dense_windows=share) for share in (0.3, 0.4, 0.6, 0.75)},
    **{f"lexical windows {share}": Mix(lexical_windows=share) for share in (0.15, 0.35, 0.5)},
    **{f"coverage {weight}": Mix(coverage=weight) for weight in (0.25, 1)},
}


@dataclass(frozen=True)
class Task:
    """Documents, questions by id, and the ids of the documents that answer each."""

    documents: Sequence[Mapping[str, Any]]
    queries: Mapping[str, str]
    relevant: Mapping[str, set[str]]


class Remembering:
    """An encoder that makes each vector once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder = encoder
        self._known: dict[tuple[bool, str], Vectors] = {}

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(True, texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(False, texts)

    def _vectors(self, asked: bool, texts: Sequence[str]) -> Vectors:
        missing = list(dict.fromkeys(text for text in texts if (asked, text) not in self._known))
        made = self._encoder.queries(missing) if asked else self._encoder.passages(missing)
        self._known.update(zip(((asked, text) for text in missing), made, strict=True))
        return np.stack([self._known[asked, text] for text in texts])


def of_plan(plan: Plan, sample: int = SAMPLE) -> Task:
    """Return the plan's snippets under their headings, and `sample` questions of its bank at most."""
    snippets = snippets_of(plan)
    documents = [{"id": str(n), "title": s.context, "text": s.text} for n, s in enumerate(snippets)]
    asked = [question for question in plan.bank if question.quote and question.style in STYLES]
    queries, relevant = {}, {}
    for n, question in enumerate(asked[place] for place in spread(len(asked), sample)):
        quote = question.quote or ""
        right = {str(m) for m, s in enumerate(snippets) if s.path == question.path and holds(s.text, quote)}
        if right:
            queries[str(n)], relevant[str(n)] = question.text, right
    return Task(documents, queries, relevant)


def spread(size: int, sample: int) -> list[int]:
    """Return at most `sample` places, evenly over `size`."""
    return [place * size // sample for place in range(sample)] if size > sample else list(range(size))


def holds(text: str, quote: str) -> bool:
    """Tell whether a snippet holds the quotation, or its beginning where a long passage was cut."""
    return quote in text or quote[:80] in text


def table(tasks: Sequence[Task], encoder: Encoder, mixes: Mapping[str, Mix]) -> Iterator[str]:
    """Yield a line for each mix: Recall@1 and MRR@10, with marks and without, over the questions of all tasks."""
    retrievers = [CorpusRetriever(task.documents, encoder) for task in tasks]
    yield "| | with marks: Recall@1 | MRR@10 | without: Recall@1 | MRR@10 |\n| --- | --- | --- | --- | --- |"
    for name, mix in mixes.items():
        for retriever in retrievers:
            retriever.mix = mix
        figures = [joint(tasks, retrievers, bare) for bare in (False, True)]
        yield f"| {name} | " + " | ".join(f"{each.recall:.4f} | {each.reciprocal:.4f}" for each in figures) + " |"


def joint(tasks: Sequence[Task], retrievers: Sequence[CorpusRetriever], bare: bool) -> Score:
    """Return the score over the questions of all tasks, each asked of its own retriever."""
    sizes = [len(task.queries) for task in tasks]
    scores = [
        score(retriever, {n: unmark(q) if bare else q for n, q in task.queries.items()}, task.relevant)
        for task, retriever in zip(tasks, retrievers, strict=True)
    ]
    recall = np.average([each.recall for each in scores], weights=sizes)
    return Score(float(recall), float(np.average([each.reciprocal for each in scores], weights=sizes)))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ablation", description=__doc__)
    parser.add_argument("--xquad", type=Path, metavar="FOLDER", help="corpus.jsonl, queries.jsonl and qrels.tsv")
    parser.add_argument("--encoder", default=SHIPPED, help=f"default {SHIPPED}")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"questions of a plan's bank, default {SAMPLE}")
    options = parser.parse_args()
    encoder = Remembering(open_encoder(options.encoder))
    own = [task for plan in load_plans().values() if (task := of_plan(plan, options.sample)).queries]
    sets = {"the plans' question bank": own} if own else {}
    if options.xquad:
        sets[str(options.xquad.name)] = [Task(*read_folder(options.xquad))]
    for name, tasks in sets.items():
        print(f"\n{name}: {sum(len(task.queries) for task in tasks)} questions, encoder {encoder.name}\n", flush=True)
        for line in table(tasks, encoder, {**STEPS, **TURNED}):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
