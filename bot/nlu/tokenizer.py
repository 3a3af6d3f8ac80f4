"""The tokenizer of the Rasa pipeline: one spelling for every message, and each word's form without marks."""

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.schema_check import compile_response_check
from knowledge.vietnamese import is_marked, normalise, unmark

EMPTY = "∅"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(WhitespaceTokenizer):
    """Splits normalised text at white space; a token's lemma is its lower-case form without marks.

    `CountVectorsFeaturizer` counts lemmas, or the words as written with `use_lemma: false`. The message keeps the
    normalised text for the components that follow; the tracker keeps what the person wrote.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "VietnameseTokenizer":
        """Make the component, and with it the once-compiled check of the action server's answers."""
        compile_response_check()
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tokenise the examples, and add to each that has marks a copy without: half of all messages have none."""
        copies = [
            Message.build(text=unmark(text), intent=example.get("intent"))
            for example in training_data.intent_examples
            if is_marked(text := example.get("text") or "")
        ]
        return super().process_training_data(training_data.merge(TrainingData(copies)))

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return at least one token, also for a text of spaces, emoji or control characters only."""
        text = normalise(message.get(attribute) or "") or EMPTY
        message.set(attribute, text)
        tokens: list[Token] = super().tokenize(message, attribute)
        for token in tokens:
            token.lemma = unmark(token.text).lower()
        return tokens
