"""Gives the intent classifier the words of a message, their pairs and its ends, the rare ones more."""

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from bot.nlu.as_meant_reader import AS_MEANT, AsMeantReader
from bot.nlu.whole_message import WholeMessageFeaturizer, worded

NUMBER = "__number__"
FIRST, LAST = "<", ">"
"""What stands before the first word and after the last: "không" by itself says more than inside a sentence."""

MEANT = "~"
"""Before a word with the marks that were meant, which tell "đúng" (right) from "dừng" (stop)."""

_WORD, _DIGITS = re.compile(r"\w+"), re.compile(r"\d+")
_RARITY = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordFeaturizer(WholeMessageFeaturizer, SparseFeaturizer, GraphComponent):
    """One sparse sentence feature of length 1: tf-idf of lemmas, of their pairs, and of words as they were meant.

    All numbers count as one. The token features are all zero.
    `CountVectorsFeaturizer` of Rasa counts "của" as much as "báo cáo".
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        rarity: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage, self._resource = storage, resource
        self._know(rarity or {})

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first, whose lemmas are counted, and what tells how a message was meant."""
        return [Tokenizer, AsMeantReader]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to set."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WordFeaturizer":
        """Make the component; it knows no words yet."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "WordFeaturizer":
        """Make the component with the words that the model keeps."""
        with model_storage.read_from(resource) as folder:
            rarity = json.loads((folder / _RARITY).read_text(encoding="utf-8"))
        return cls(config, execution_context.node_name, model_storage, resource, rarity)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the examples, and how rare each is."""
        examples = [_terms(message) for message in worded(training_data.training_examples)]
        held = Counter(itertools.chain.from_iterable(map(set, examples)))
        rarity = {word: 1 + math.log((1 + len(examples)) / (1 + held[word])) for word in sorted(held)}
        self._know(rarity)
        with self._storage.write_to(self._resource) as folder:
            (folder / _RARITY).write_text(json.dumps(rarity, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the words to each message that has a token, unless none was ever learned."""
        if self._columns and (those := worded(messages)):
            self.add_rows(those, self._rows([_terms(message) for message in those]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the words to each example."""
        self.process(training_data.training_examples)
        return training_data

    def _know(self, rarity: Mapping[str, float]) -> None:
        self._columns = {word: column for column, word in enumerate(rarity)}
        self._rarity = np.fromiter(rarity.values(), dtype=np.float32)

    def _rows(self, terms: Sequence[list[str]]) -> csr_matrix:
        """Return the tf-idf of terms, a row of length 1 each; a term that stands there often counts little more.

        `TfidfVectorizer` of scikit-learn gives the same, and looks at all its words anew for every message.
        """
        known = self._columns
        counts = [Counter(known[term] for term in each if term in known) for each in terms]
        columns = np.array([column for each in counts for column in sorted(each)], dtype=np.int32)
        times = np.array([each[column] for each in counts for column in sorted(each)], dtype=np.float32)
        ends = np.cumsum([0, *map(len, counts)])
        weights = (1 + np.log(times)) * self._rarity[columns]
        return normalize(csr_matrix((weights, columns, ends), shape=(len(terms), len(self._columns))))


def _terms(message: Message) -> list[str]:
    """Return what is counted of a message: nothing where it has no words."""
    words = _words(" ".join(token.lemma for token in message.get(TOKENS_NAMES[TEXT])))
    if not words:
        return []
    pairs = (f"{one} {other}" for one, other in itertools.pairwise([FIRST, *words, LAST]))
    return [*words, *pairs, *(MEANT + word for word in _words(message.get(AS_MEANT).lower()))]


def _words(text: str) -> list[str]:
    return [NUMBER if _DIGITS.fullmatch(word) else word for word in _WORD.findall(text)]
