"""The tokenizer of the Rasa pipeline: one spelling for every message, and each word in full and without marks."""

from collections.abc import Mapping
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

from bot.nlu.schema_check import compile_response_check
from knowledge.rewriting import load_vocabulary
from knowledge.vietnamese import is_english, is_marked, normalise, plain

EMPTY = "∅"
ORIGINAL = "original_text"
"""The property of a message that holds it as it was written."""


class Word(Token):
    """A token whose fingerprint is all it holds, put together once: a training asks for it after each component."""

    _known: str | None = None

    def fingerprint(self) -> str:
        """Return what tells the token from others, the same as long as nothing is set on it."""
        if self._known is None:
            self._known = repr((self.text, self.start, self.end, self.lemma, sorted(self.data.items())))
        return self._known

    def set(self, prop: str, info: Any) -> None:
        """Set a property of the token."""
        super().set(prop, info)
        self._known = None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(WhitespaceTokenizer):
    """Splits normalised text at white space; a token's lemma is its lower-case form without marks.

    The lemma of an abbreviation is what it stands for; `WordFeaturizer` counts lemmas. The components that follow find
    the normalised text in the message, and the text as it was written under `ORIGINAL`; the tracker keeps what the
    person wrote.
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

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return at least one token, also for a text of spaces, emoji or control characters only."""
        original = message.get(attribute) or ""
        text = normalise(original) or EMPTY
        message.set(attribute, text)
        if attribute == TEXT:
            message.set(ORIGINAL, original)
        in_full = {} if is_english(text) else _abbreviations()
        return [
            Word(token.text, token.start, token.end, token.data, _lemma(token.text, in_full))
            for token in super().tokenize(message, attribute)
        ]


@cache
def _abbreviations() -> dict[str, str]:
    """Return what each abbreviation stands for, both without marks and in lower case."""
    return {plain(short): plain(full) for short, full in load_vocabulary()["abbreviations"].items()}


def _lemma(word: str, in_full: Mapping[str, str]) -> str:
    bare = plain(word)
    return in_full.get(bare, bare) if _may_be_short(word) else bare


def _may_be_short(word: str) -> bool:
    """Tell whether `word` carries no mark but that of đ: a marked word is no abbreviation."""
    return not is_marked(word.replace("đ", "d").replace("Đ", "D"))
