"""The tokenizer of the Rasa pipeline: one spelling for every message, and each word in full and without marks."""

from functools import cache
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.schema_check import compile_response_check
from knowledge.rewriting import load_vocabulary
from knowledge.vietnamese import is_english, is_marked, normalise, plain, unmark

EMPTY = "∅"
ORIGINAL = "original_text"
"""The property of a message that holds it as it was written."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(WhitespaceTokenizer):
    """Splits normalised text at white space; a token's lemma is its lower-case form without marks.

    The lemma of an abbreviation is what it stands for. `CountVectorsFeaturizer` counts lemmas, or the words as
    written with `use_lemma: false`. The components that follow find the normalised text in the message, and the text
    as it was written under `ORIGINAL`; the tracker keeps what the person wrote.
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
        original = message.get(attribute) or ""
        text = normalise(original) or EMPTY
        message.set(attribute, text)
        if attribute == TEXT:
            message.set(ORIGINAL, original)
        tokens: list[Token] = super().tokenize(message, attribute)
        in_full = {} if is_english(text) else _abbreviations()
        for token in tokens:
            word = plain(token.text)
            token.lemma = in_full.get(word, word) if _may_be_short(token.text) else word
        return tokens


@cache
def _abbreviations() -> dict[str, str]:
    """Return what each abbreviation stands for, both without marks and in lower case."""
    return {plain(short): plain(full) for short, full in load_vocabulary()["abbreviations"].items()}


def _may_be_short(word: str) -> bool:
    """Tell whether `word` carries no mark but that of đ: a marked word is no abbreviation."""
    return not is_marked(word.replace("đ", "d").replace("Đ", "D"))
