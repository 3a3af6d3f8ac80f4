"""The knowledge room from a shell: `python -m knowledge COMMAND`."""

import argparse
import sys
from datetime import date
from pathlib import Path

from bot.settings import Settings, load_settings
from knowledge import commands, registers
from knowledge.corpus import load_plans
from knowledge.database import StoreUnavailable
from knowledge.index_files import IndexProblem
from knowledge.intake.commit import Busy
from knowledge.reading import UnreadablePlan


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 2 with a sentence on standard error that says what to do."""
    options = parser().parse_args(arguments)
    settings = load_settings()
    try:
        return _run(options, settings)
    except (IndexProblem, UnreadablePlan, StoreUnavailable, Busy) as problem:
        print(problem, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, settings: Settings) -> int:
    plans = load_plans(added=settings.added_plans)
    match options.command:
        case "index":
            return commands.index(*_place(settings))
        case "ask" if options.batch:
            return commands.ask_batch(plans, settings.encoder, settings.index_folder, sys.stdin, sys.stdout)
        case "ask":
            if not options.question:
                print('Give a question: python -m knowledge ask "QUESTION", or --batch.', file=sys.stderr)
                return 2
            return commands.ask(plans, settings.encoder, settings.index_folder, options)
        case "retrieve":
            return commands.retrieve(options.corpus, settings.encoder, options.top, sys.stdin, sys.stdout)
        case "add":
            return commands.add(options.file, options.id, plans, *_place(settings), options.json)
        case "retire":
            return commands.retire_plan(options.id, *_place(settings))
        case "evaluate":
            return commands.evaluate(options.file, plans, settings.encoder, settings.index_folder, options.json)
        case "unanswered":
            store = (settings.database_url, settings.retention_days)
            return registers.unanswered(*store, settings.now(), options.plan, options.since, options.json)
        case "deadlines":
            return registers.deadlines(plans, settings.now(), options.plan, options.json)
        case "facts":
            return registers.facts(plans, options.plan, options.json)
        case "outline":
            return commands.print_outline(plans, options.id)
        case _:
            return commands.list_plans(plans)


def _place(settings: Settings) -> tuple[str, Path, Path, int]:
    return settings.encoder, settings.index_folder, settings.added_plans, settings.exact_up_to


def parser() -> argparse.ArgumentParser:
    """Return the commands and their arguments."""
    root = argparse.ArgumentParser(prog="python -m knowledge", description=__doc__)
    verbs = root.add_subparsers(dest="command", required=True)
    verbs.add_parser("index", help="build the index, embedding only what changed")
    verbs.add_parser("list", help="list the plans")
    ask = verbs.add_parser("ask", help="answer a question with citations")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--plan", help="id of the chosen plan")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    ask.add_argument("--batch", action="store_true", help="read JSON lines from standard input")
    retrieve = verbs.add_parser("retrieve", help="search any corpus of JSON lines with the same retriever")
    retrieve.add_argument("--corpus", type=Path, required=True)
    retrieve.add_argument("--batch", action="store_true", help="queries are JSON lines on standard input (always so)")
    retrieve.add_argument("--top", type=int, default=10)
    add = verbs.add_parser("add", help="take in a plan from a .docx, .pdf, .txt or .md file")
    add.add_argument("file", type=Path)
    add.add_argument("--id", help="id of the plan; default: made from the file's name")
    add.add_argument("--json", action="store_true", help="print what was understood as JSON")
    retire = verbs.add_parser("retire", help="take a plan out of the answers")
    retire.add_argument("id")
    evaluate = verbs.add_parser("evaluate", help="answer a file of questions and count what is right")
    evaluate.add_argument("file", type=Path)
    evaluate.add_argument("--json", action="store_true")
    unanswered = verbs.add_parser("unanswered", help="list the questions without an answer, most asked first")
    unanswered.add_argument("--since", type=date.fromisoformat, help="only those asked since this day, YYYY-MM-DD")
    deadlines = verbs.add_parser("deadlines", help="list what is due, with the days left")
    facts = verbs.add_parser("facts", help="list the facts drawn out of the plans")
    for verb in (unanswered, deadlines, facts):
        verb.add_argument("--plan", help="only of this plan id")
        verb.add_argument("--json", action="store_true", help="a JSON array instead of lines")
    outline = verbs.add_parser("outline", help="print the clauses of a plan")
    outline.add_argument("id")
    return root


if __name__ == "__main__":
    sys.exit(main())
