"""Tells Rasa what a message is for, by kernel regression over the features of the components before it."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, spmatrix

from bot.nlu.kernel_regression import KernelRegression, shares
from bot.nlu.nearness import Vectors

RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelClassifier(IntentClassifier, GraphComponent):
    """Sets the intent and the ranking of all intents. A message without words has none."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        regression: KernelRegression | None = None,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._regression = regression

    @classmethod
    def required_components(cls) -> list[type]:
        """Sparse features are compared too, but a dense vector there must be."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`sharpness`: how sure a lead of one intent over the others makes; `weights`: what each sparse featurizer
        before this component counts, in their order, all the same where none is given.
        """
        return {"sharpness": 12.0, "weights": []}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a sharpness that would make nothing sure, or the least sure the surest, and weights that leave out.

        Raises:
            ValueError: `sharpness` or a weight is not above 0.
        """
        for number in (config["sharpness"], *config["weights"]):
            if not number > 0:
                raise ValueError(f"KernelClassifier: sharpness and weights must be above 0, not {number}")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "KernelClassifier":
        """Make the component; it knows nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "KernelClassifier":
        """Make the component with what was learned; it knows nothing where no example was given."""
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(model_storage.read_from(resource))
            except ValueError:  # Rasa's word for "nothing was kept"; damage is not taken for it
                return cls(config, model_storage, resource)
            return cls(config, model_storage, resource, KernelRegression.read(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have words and an intent."""
        examples = [example for example in training_data.intent_examples if _has_features(example)]
        if examples:
            dense, sparse = _stacked(examples)
            answers = [example.get(INTENT) for example in examples]
            self._regression = KernelRegression.fit(dense, sparse, answers, self._config["weights"])
            with self._storage.write_to(self._resource) as folder:
                self._regression.write(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message, and how sure each intent is, the surest first."""
        for message in messages:
            ranking = self._ranking(message)
            first = ranking[0] if ranking else {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
            message.set(INTENT, first, add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the intent of each example."""
        self.process(training_data.training_examples)
        return training_data

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if self._regression is None or not _has_features(message):
            return []
        dense, sparse = _stacked([message])
        confidences = shares(self._regression.scores(dense, sparse), float(self._config["sharpness"]))[0]
        told = sorted(zip(self._regression.intents, confidences.tolist(), strict=True), key=lambda each: -each[1])
        return [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence} for name, confidence in told]


def _has_features(message: Message) -> bool:
    return any(_is_of_the_whole(feature) and feature.is_dense() for feature in message.features)


def _stacked(messages: Sequence[Message]) -> tuple[Vectors, list[csr_matrix]]:
    """Return the dense features of messages, one row each, and each featurizer's sparse ones, in their order."""
    whole = [[each for each in message.features if _is_of_the_whole(each)] for message in messages]
    dense = [np.hstack([each.features for each in features if each.is_dense()])[0] for features in whole]
    sparse = [[each.features for each in features if each.is_sparse()] for features in whole]
    return np.array(dense, dtype=np.float32), [_as_rows(kind) for kind in zip(*sparse, strict=True)]


def _as_rows(features: Sequence[spmatrix]) -> csr_matrix:
    """Return features of one row each below each other; `scipy.sparse.vstack` takes several times as long."""
    each = [feature.tocoo() for feature in features]
    ends = np.cumsum([0, *(feature.nnz for feature in each)])
    values = np.concatenate([feature.data for feature in each]).astype(np.float32)
    columns = np.concatenate([feature.col for feature in each])
    rows = csr_matrix((values, columns, ends), shape=(len(each), each[0].shape[1]))
    rows.sum_duplicates()
    return rows


def _is_of_the_whole(feature: Features) -> bool:
    return bool(feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE)
