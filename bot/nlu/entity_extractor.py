"""Gives a message its entities: `bot.nlu.entities` as a component of the Rasa pipeline."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import find_entities
from bot.nlu.tokenizer import ORIGINAL

LONGEST = 1000
"""Characters of a message in which entities are looked for."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds the plans, places, years, fields, types of unit, periods and numbers that a message names.

    Offsets are those of the message as it was written. Nothing is learnt or stored.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EntityExtractor":
        """Make the component; nothing of it is stored in the model."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        for message in messages:
            written = message.get(ORIGINAL) or message.get(TEXT) or ""
            found = [
                {"entity": each.kind, "value": each.value, "start": each.start, "end": each.end}
                for each in find_entities(written[:LONGEST])
            ]
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, [*known, *self.add_extractor_name(found)], add_to_output=True)
        return messages
