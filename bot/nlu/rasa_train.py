"""`rasa train` with a garbage collector that seldom looks: `python -m bot.nlu.rasa_train`, with the options of Rasa's.

A training makes millions of objects that stay to its end. Python's collector, as it is set, looks at all of them again
and again and finds nothing: a tenth of the time (docs/decisions/0026-rare-words.md).
"""

import gc
import sys

RARELY = (200_000, 50, 100)
"""New objects before the youngest are looked at; such looks before the middle ones are; and those before the oldest."""


def main() -> None:
    """Run Rasa's command with the arguments of this one."""
    from rasa.__main__ import main as rasa

    gc.set_threshold(*RARELY)
    sys.argv = ["rasa", "train", *sys.argv[1:]]
    rasa()


if __name__ == "__main__":
    main()
