"""How well entities are found in sentences annotated by hand, in Rasa's markup."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.nlu.entities import Entity, find_entities

_MARKUP = re.compile(r"\[([^\]]+)\](?:\((\w+)\)|(\{[^}]*\}))")


@dataclass(frozen=True)
class Annotated:
    """A sentence and the kinds and places of its entities; `values` holds those values that are written down."""

    text: str
    spans: frozenset[tuple[str, int, int]]
    values: dict[tuple[str, int, int], str]


def read_markup(line: str) -> Annotated:
    """Return the sentence of `line`, which marks entities as `[words](kind)` or `[words]{"entity", "value"}`."""
    text, place = "", 0
    spans, values = set(), {}
    for match in _MARKUP.finditer(line):
        text += line[place : match.start()]
        described = {"entity": match[2]} if match[2] else json.loads(match[3])
        span = (described["entity"], len(text), len(text) + len(match[1]))
        spans.add(span)
        if "value" in described:
            values[span] = described["value"]
        text, place = text + match[1], match.end()
    return Annotated(text + line[place:], frozenset(spans), values)


def entity_f1(lines: Iterable[str]) -> float:
    """Return the F1 of entities of the right kind at exactly the right place, with the right value if one is given."""
    found_right = found = wanted = 0
    for annotated in map(read_markup, lines):
        entities = find_entities(annotated.text)
        found_right += sum(_is_right(entity, annotated) for entity in entities)
        found += len(entities)
        wanted += len(annotated.spans)
    return 2 * found_right / (found + wanted)


def _is_right(entity: Entity, annotated: Annotated) -> bool:
    span = (entity.kind, entity.start, entity.end)
    return span in annotated.spans and annotated.values.get(span, entity.value) == entity.value
