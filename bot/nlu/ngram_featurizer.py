"""Gives the intent classifier the letters of a message: runs of two to five letters, without marks."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import HashingVectorizer

from bot.nlu.whole_message import WholeMessageFeaturizer, worded
from knowledge.vietnamese import plain


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class NgramFeaturizer(WholeMessageFeaturizer, SparseFeaturizer, GraphComponent):
    """One sparse sentence feature of `columns` columns and the length `weight`; the token features are all zero.

    Rasa's `CountVectorsFeaturizer` counts n-grams, so that long messages drown the rest; here every message weighs
    the same. n-grams are hashed to columns, so nothing is learnt or stored.
    """

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._vectorizer = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=(config["min_ngram"], config["max_ngram"]),
            n_features=config["columns"],
            alternate_sign=False,
            lowercase=False,
        )

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first: Rasa wants a row of features for every token."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`weight`: the larger, the more the classifier relies on letters; the lengths of n-grams; `columns`."""
        return {**SparseFeaturizer.get_default_config(), "weight": 5.0, "min_ngram": 2, "max_ngram": 5, "columns": 8192}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse what gives no features.

        Raises:
            ValueError: a weight or a number of columns not above 0, or lengths in the wrong order.
        """
        if not (config["weight"] > 0 and config["columns"] > 0 and 0 < config["min_ngram"] <= config["max_ngram"]):
            raise ValueError(f"NgramFeaturizer: no features with {config}")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramFeaturizer":
        """Make the component; nothing of it is stored in the model."""
        return cls(config, execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the letters to each message that has a token, to all in one go."""
        if those := worded(messages):
            rows = self._vectorizer.transform([plain(message.get(TEXT)) for message in those])
            self.add_rows(those, rows * self._config["weight"])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the letters to each example."""
        self.process(training_data.training_examples)
        return training_data
