"""What is done about each error of the Official Account's interface, kept as data in errors.yml."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

Act = Literal["pause", "again", "renew", "upload", "split", "defer", "dead", "close", "drop", "stop"]
"""`pause`: nothing is sent to anybody for a while. `again`: this part, once more. `renew`: with another access token.

`upload`: upload the file anew. `split`: in shorter pieces. `defer`: after an hour. `dead`: the person cannot be
reached. `close`: when the person writes again. `drop`: never. `stop`: somebody must act in the console; one call
every ten minutes finds out whether they have.
"""


class Rule(BaseModel):
    """One line of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: str
    act: Act
    plain: bool = False


@cache
def rules() -> dict[str, Rule]:
    """Return the table by code; `unknown` is for every other code."""
    loaded = yaml.safe_load(Path(__file__).with_name("errors.yml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Rule]).validate_python(loaded)


def rule_of(code: int) -> Rule:
    """Return the line for a code."""
    return rules().get(str(code), rules()["unknown"])
