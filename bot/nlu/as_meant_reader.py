"""Gives the featurizers a message as it was meant: abbreviations in full, marks restored where it has none."""

import json
from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.as_meant import AsMeant, marked
from bot.nlu.whole_message import worded
from knowledge.rewriting import rewriting_digest

AS_MEANT = "as_meant"
"""The property of a message that holds it as it was meant; a message without words has none."""

_SENTENCES = "sentences.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class AsMeantReader(GraphComponent):
    """Keeps with each message how it was meant; marks are learnt from the training examples, which the model keeps."""

    def __init__(self, storage: ModelStorage, resource: Resource, sentences: Iterable[str] = ()) -> None:
        self._storage, self._resource = storage, resource
        self._as_meant = AsMeant(sentences)

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first, which gives every message one spelling."""
        return [Tokenizer]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another way to read a message means training again."""
        return rewriting_digest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "AsMeantReader":
        """Make the component; it knows the marks of the vocabulary only."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "AsMeantReader":
        """Make the component with the sentences that the model keeps."""
        with model_storage.read_from(resource) as folder:
            sentences = json.loads((folder / _SENTENCES).read_text(encoding="utf-8"))
        return cls(model_storage, resource, sentences)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how marks are restored, and keep what it was learnt from."""
        sentences = marked(str(example.get(TEXT) or "") for example in training_data.training_examples)
        self._as_meant = AsMeant(sentences)
        with self._storage.write_to(self._resource) as folder:
            kept = json.dumps(sentences, ensure_ascii=False)
            (folder / _SENTENCES).write_text(kept, encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the property of each message that has a token."""
        for message in worded(messages):
            message.set(AS_MEANT, self._as_meant(message.get(TEXT) or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the property of each example."""
        self.process(training_data.training_examples)
        return training_data
