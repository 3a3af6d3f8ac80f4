"""The retriever on a public question set that nothing was fitted on, with tone marks and without."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.embedding import PACKAGE, SHIPPED, open_encoder
from knowledge.retrieving import CorpusRetriever
from knowledge.vietnamese import unmark
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Row

TOP = 10
RECALL = {"with marks": 0.965, "without marks": 0.955}


@dataclass(frozen=True)
class Score:
    """How often the first place was right, and the mean of 1/place within the first ten."""

    recall: float
    reciprocal: float


def measure(bench: Bench) -> list[Row]:
    """Search for every question of the folder; nothing where no folder is given."""
    if bench.xquad is None:
        print("retrieval: skipped, no folder is given (--xquad FOLDER, or the variable BENCH_XQUAD).", flush=True)
        return []
    encoder = open_encoder(PACKAGE if bench.settings.encoder == SHIPPED else bench.settings.encoder)
    documents, queries, relevant = read_folder(bench.xquad)
    retriever = CorpusRetriever(documents, encoder)
    plain = {query: unmark(text) for query, text in queries.items()}
    scores = {
        "with marks": score(retriever, queries, relevant),
        "without marks": score(retriever, plain, relevant),
    }
    return rows(scores, len(documents), len(queries))


def read_folder(folder: Path) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, set[str]]]:
    """Return documents, queries by id, and for each query that has any the ids of its right documents.

    Raises:
        OSError, ValueError, KeyError: a file is missing or is not in the form of BEIR.
    """
    documents = [{**line, "id": _id(line)} for line in _lines(folder / "corpus.jsonl")]
    queries = {_id(line): str(line["text"]) for line in _lines(folder / "queries.jsonl")}
    relevant: dict[str, set[str]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            if int(line["score"]) > 0:
                relevant.setdefault(line["query-id"], set()).add(line["corpus-id"])
    return documents, {query: text for query, text in queries.items() if query in relevant}, relevant


def score(retriever: CorpusRetriever, queries: Mapping[str, str], relevant: Mapping[str, set[str]]) -> Score:
    """Return how well the right documents are found."""
    places = [
        _place([found for found, _ in retriever.search(text, TOP)], relevant[query]) for query, text in queries.items()
    ]
    return Score(
        sum(place == 1 for place in places) / len(places),
        sum(1 / place for place in places if place is not None) / len(places),
    )


def rows(scores: Mapping[str, Score], documents: int, queries: int) -> list[Row]:
    """Return the figures of each way of writing the questions."""
    how = f"{queries} questions over {documents} passages, nothing fitted on them"
    made = []
    for name, each in scores.items():
        made.append(
            Row(f"retrieval {name}: Recall@1", each.recall, "share", how, at_least=RECALL[name], short=True),
        )
        made.append(Row(f"retrieval {name}: MRR@10", each.reciprocal, "share", how))
    return made


def _place(found: Sequence[Any], right: set[str]) -> int | None:
    return next((place for place, each in enumerate(found, start=1) if each in right), None)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _id(line: Mapping[str, Any]) -> str:
    return str(line["_id"] if "_id" in line else line["id"])
