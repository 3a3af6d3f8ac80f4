"""Gives the intent classifier the hints of `cues.py`."""

import hashlib
import itertools
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.nlu.cues import CUES_FILE, load_cues
from bot.nlu.whole_message import WholeMessageFeaturizer, worded


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CueFeaturizer(WholeMessageFeaturizer, SparseFeaturizer, GraphComponent):
    """One sentence feature a hint, `weight` where it holds and else 0; the token features are all zero."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first: Rasa wants a row of features for every token."""
        return [Tokenizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CueFeaturizer":
        """Make the component; nothing of it is stored in the model."""
        return cls(execution_context.node_name, config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`weight`: the larger, the more the classifier relies on hints."""
        return {**SparseFeaturizer.get_default_config(), "weight": 2.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a weight that would leave the hints out.

        Raises:
            ValueError: `weight` is not above 0.
        """
        if not config["weight"] > 0:
            raise ValueError(f"CueFeaturizer: weight must be above 0, not {config['weight']}")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """A changed `cues.yml` means training again."""
        return hashlib.sha256(CUES_FILE.read_bytes()).hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the hints to each message."""
        if those := worded(messages):
            cues = load_cues()
            held = [cues.hints(message.get(TEXT)) for message in those]
            ends = np.cumsum([0, *map(len, held)])
            values = np.full(ends[-1], float(self._config["weight"]))
            rows = csr_matrix((values, [*itertools.chain(*held)], ends), shape=(len(held), cues.size))
            self.add_rows(those, rows)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the hints to each example."""
        self.process(training_data.training_examples)
        return training_data
