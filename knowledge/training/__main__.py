"""Train what answers are found with (docs/answering.md): encoder, weights, index, left-out, parts."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from knowledge.embedding import SHIPPED
from knowledge.training import commands


def main(words: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.training", description=__doc__)
    parts = parser.add_subparsers(dest="command", required=True)
    encoder = parts.add_parser("encoder", help="train the upper layers of the encoder on the question banks")
    encoder.add_argument("--hands", type=int, nargs="*", help="only questions of these hands (default: all)")
    encoder.add_argument("--without", metavar="PLAN", help="leave out the bank of one plan")
    encoder.add_argument("--steps", type=int, default=500)
    encoder.add_argument("--out", type=Path, help="write a whole weights file here instead of the shipped layers")
    weights = parts.add_parser("weights", help="fit weights.yml on questions of hands, answered from the others'")
    weights.add_argument("--encoder", default=SHIPPED, help="one that has not seen these hands (default: shipped)")
    weights.add_argument("--hands", type=int, nargs="+", default=[6, 7, 8, 9], help="whose questions are answered")
    weights.add_argument("--file", type=Path, help="an evaluation file whose questions count as well")
    weights.add_argument("--off-topic", type=Path, help="Rasa's examples of messages about something else")
    parts.add_parser("index", help="write the index of the shipped plans that is shipped with the encoder")
    left = parts.add_parser("left-out", help="train without each plan in turn, and ask it its own questions")
    left.add_argument("--steps", type=int, default=50)
    told = parts.add_parser("parts", help="answer a file of questions with parts left out")
    told.add_argument("file", type=Path)
    options = parser.parse_args(words)
    if options.command == "encoder":
        return commands.encoder(options.hands, options.without, options.steps, options.out)
    if options.command == "weights":
        return commands.weights(options.encoder, options.hands, options.file, options.off_topic)
    if options.command == "left-out":
        return commands.left_out(options.steps)
    if options.command == "parts":
        return commands.parts(options.file)
    return commands.index()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
