"""What the shell commands of the knowledge room do; reading arguments is `__main__`'s business."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from knowledge.answering import Answerer, open_answerer
from knowledge.answers import Answer
from knowledge.baselines import CHUNK, Baseline, by_vectors, by_words
from knowledge.corpus import PLANS_FOLDER, Plan, load_plans
from knowledge.embedding import PACKAGE, SHIPPED, encoder_name, open_encoder
from knowledge.evaluation import BadQuestionFile, read_questions
from knowledge.evaluation import evaluate as run_evaluation
from knowledge.index import open_index
from knowledge.index_building import Changes, build_index, is_current
from knowledge.index_files import read_manifest
from knowledge.index_staging import BuildIndex, commit_with_index
from knowledge.intake import report
from knowledge.intake.commit import alone
from knowledge.reading import UnreadablePlan
from knowledge.retrieving import CorpusRetriever
from knowledge.structure import outline
from knowledge.taking_in import retire, take_in, understand


def index(encoder: str, folder: Path, added: Path, exact_up_to: int) -> int:
    """Build the index and say what changed; an index that is current is left alone, and no encoder is opened.

    It waits until a plan that is being taken in, or another build, is done.
    """
    with alone(added, wait=True):
        plans = load_plans(added=added)
        if is_current(plans, encoder_name(encoder), folder, exact_up_to):
            kept = sum(map(len, read_manifest(folder).digests.values()))
            print(f"Index: 0 passages embedded, {kept} unchanged, 0 removed.")
            return 0
        _print_changes(commit_with_index(plans, _builder(encoder, exact_up_to), folder, added, {}))
    return 0


def ask(plans: Mapping[str, Plan], encoder: str, folder: Path, options: argparse.Namespace) -> int:
    """Answer one question, as text or as JSON."""
    answer = open_answerer(folder, encoder, plans).answer(options.question, options.plan)
    print(json.dumps(as_json("", answer), ensure_ascii=False) if options.json else answer.text)
    return 0


def ask_batch(plans: Mapping[str, Plan], encoder: str, folder: Path, lines: TextIO, out: TextIO) -> int:
    """Answer JSON lines of `{"id", "question", "plan", "history"}`, one JSON line each, in order."""
    answerer = open_answerer(folder, encoder, plans)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            print(json.dumps(_answer_line(answerer, number, line), ensure_ascii=False), file=out, flush=True)
    return 0


def _answer_line(answerer: Answerer, number: int, line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
        question, plan = str(entry["question"]), entry.get("plan")
        history = [str(earlier) for earlier in entry.get("history") or ()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {
            "id": None,
            "outcome": "error",
            "text": f"line {number}: {error!r}",
            "plan_ids": [],
            "citations": [],
        }
    return as_json(entry.get("id"), answerer.answer(question, str(plan) if plan else None, history))


def as_json(question_id: Any, answer: Answer) -> dict[str, Any]:
    """Return an answer in the shape of the batch's lines."""
    return {
        "id": question_id,
        "outcome": answer.outcome,
        "text": answer.text,
        "plan_ids": list(answer.plan_ids),
        "citations": [asdict(citation) for citation in answer.citations],
    }


def retrieve(corpus: Path, encoder: str, top: int, lines: TextIO, out: TextIO) -> int:
    """Search a corpus of JSON lines for JSON lines of `{"id", "text"}`, one JSON line each, in order.

    The shipped encoder is trained on plans; a corpus of anything is searched with the package's own weights.
    """
    try:
        documents = list(_json_lines(corpus.read_text(encoding="utf-8").splitlines()))
        retriever = CorpusRetriever(documents, open_encoder(PACKAGE if encoder == SHIPPED else encoder))
    except (OSError, ValueError, KeyError) as error:
        print(f"{corpus}: {error}. Each line must be a JSON object with id, title and text.", file=sys.stderr)
        return 2
    for query in _json_lines(lines):
        hits = [{"id": found, "score": score} for found, score in retriever.search(query["text"], top)]
        print(json.dumps({"id": query["id"], "hits": hits}, ensure_ascii=False), file=out, flush=True)
    return 0


def add(
    file: Path,
    plan_id: str | None,
    plans: Mapping[str, Plan],
    encoder: str,
    index_folder: Path,
    added: Path,
    exact_up_to: int,
    as_data: bool = False,
) -> int:
    """Take in a plan, say what was understood, and index what changed."""
    taken = understand(file, plan_id, added, plans)
    load = partial(load_plans, added=added)
    changes = take_in(taken, added, load, index_folder, _builder(encoder, exact_up_to))
    if as_data:
        print(json.dumps({**report.as_data(taken), "embedded": changes.embedded}, ensure_ascii=False, indent=1))
        return 0
    print("\n".join(report.as_lines(taken)))
    print(f"\nCorrect what is wrong in {added / taken.plan.id}.yml; the corrections are kept.")
    counts = taken.counts
    print(f"Passages: {counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged, ", end="")
    print(f"{counts.removed} removed.")
    _print_changes(changes)
    return 0


def retire_plan(plan_id: str, encoder: str, index_folder: Path, added: Path, exact_up_to: int) -> int:
    """Take a plan out of the answers; citations given earlier still open."""
    changes = retire(plan_id, added, partial(load_plans, added=added), index_folder, _builder(encoder, exact_up_to))
    print(f"{plan_id} is retired. To use it again, add its file with --id {plan_id}.")
    _print_changes(changes)
    return 0


def _builder(encoder: str, exact_up_to: int) -> BuildIndex:
    return lambda plans, folder: build_index(plans, open_encoder(encoder), folder, exact_up_to=exact_up_to)


def _print_changes(changes: Changes) -> None:
    print(f"Index: {changes.embedded} passages embedded, {changes.kept} unchanged, {changes.dropped} removed.")


def evaluate(file: Path, plans: Mapping[str, Plan], encoder: str, folder: Path, as_data: bool) -> int:
    """Answer a file of questions and print how many were right."""
    try:
        questions = read_questions(file, plans)
    except BadQuestionFile as problem:
        print(problem, file=sys.stderr)
        return 2
    opened = open_encoder(encoder)
    answerer = Answerer(plans, open_index(plans, opened, folder), opened)
    runs = {
        "the assistant": run_evaluation(questions, answerer),
        f"baseline: vectors of {CHUNK} characters": run_evaluation(questions, Baseline(plans, by_vectors(opened))),
        "baseline: BM25 alone": run_evaluation(questions, Baseline(plans, by_words)),
    }
    if as_data:
        print(json.dumps({name: run.rows() for name, run in runs.items()}, ensure_ascii=False, indent=1))
        return 0
    for name, run in runs.items():
        print(name)
        for row in run.rows():
            low, high = row["interval"]
            counts = f"{row['right']:4} of {row['questions']:4}"
            print(f"  {row['row']:28} {counts}  {row['share']:.3f}  [{low:.3f}, {high:.3f}]")
    for judged in runs["the assistant"].judged:
        if not judged.right:
            print(f"  wrong: {judged.gold.id} | {judged.gold.question} | {judged.answer.outcome}")
    return 0


def list_plans(plans: Mapping[str, Plan]) -> int:
    """Print one line a plan."""
    for plan in plans.values():
        print(f"{plan.id:18} {plan.year}  {plan.issuer}: {plan.title} ({len(plan.passages)} passages)")
    return 0


def print_outline(plans: Mapping[str, Plan], plan_id: str) -> int:
    """Print the clauses of one plan."""
    if plan_id not in plans:
        raise UnreadablePlan(f"There is no plan {plan_id}; known are {', '.join(plans)} (shipped in {PLANS_FOLDER}).")
    print("\n".join(outline(plans[plan_id].text, plans[plan_id].root)))
    return 0


def _json_lines(lines: Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.strip():
            yield json.loads(line)
