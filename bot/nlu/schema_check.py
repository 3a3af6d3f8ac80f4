"""The check of the action server's answers, compiled once.

`RemoteAction._validate_action_result` of Rasa 3.6.21 calls `jsonschema.validate`, which checks the schema itself
again on every custom action: 22 of 28 ms of a turn. The schema never changes while the server runs, so the
validator is built once here. Answers are checked as before, against the same schema and with the same error.

Of the two dozen forms that an event may have (`oneOf`) each is for one name, so an event is compared with its own only.
"""

from collections.abc import Callable
from typing import Any

from jsonschema import ValidationError  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL


def compile_response_check() -> None:
    """Replace the check in `RemoteAction` by one with a compiled schema; a second call changes nothing.

    Raises:
        jsonschema.SchemaError: Rasa's own schema is not valid.
    """
    if getattr(RemoteAction._validate_action_result, "compiled", False):
        return
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator, fits = validator_class(schema), by_event_names(schema)

    def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
        if fits(result):
            return True
        error: ValidationError | None = best_match(validator.iter_errors(result))
        if error is None:
            return True
        error.message += (
            f". Action {self.name()!r}: the answer of the action server is not in the expected form, "
            f"see {DOCS_BASE_URL}/custom-actions"
        )
        raise error

    validate_action_result.compiled = True  # type: ignore[attr-defined]
    RemoteAction._validate_action_result = validate_action_result


def by_event_names(schema: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Return what tells that an answer fits `schema`, by the one form of each event's name; else it tells nothing.

    Raises:
        ValueError: the forms of two events have the same name, or one has none.
    """
    validator_class = validator_for(schema)
    event = schema["properties"]["events"]["items"]
    forms = {form.get("properties", {}).get("event", {}).get("const"): form for form in event["oneOf"]}
    if len(forms) < len(event["oneOf"]) or None in forms:
        raise ValueError("Rasa's schema of an action's answer does not tell its events apart by their names")
    around = validator_class({**schema, "properties": {**schema["properties"], "events": {"type": "array"}}})
    any_event = validator_class({key: value for key, value in event.items() if key != "oneOf"})
    of_name = {name: validator_class(form) for name, form in forms.items()}

    def fits(result: dict[str, Any]) -> bool:
        return around.is_valid(result) and all(
            any_event.is_valid(each) and each["event"] in of_name and of_name[each["event"]].is_valid(each)
            for each in result.get("events", ())
        )

    return fits
