"""The words of papers: each is used, each that is used is there."""

import ast
from pathlib import Path

from actions.registration.form import default_fields
from actions.registration.papers import wording
from actions.registration.papers.flat import NAMES
from actions.registration.papers.wording import paper_words
from actions.registration.store import COUNTED

ROOM = Path(wording.__file__).parent


def said() -> set[str]:
    """Return the first argument of every call of `line` in the room."""
    found: set[str] = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "line":
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def test_every_line_is_used_and_every_used_one_is_there() -> None:
    assert len(said()) > 10
    assert said() == set(paper_words()["lines"])


def test_every_column_and_group_has_its_heading() -> None:
    words = paper_words()
    columns = {field.name for field in default_fields() if field.column}
    assert set(words["form"]["columns"]) == {"number", *columns}
    groups = next(field for field in default_fields() if field.name == "field").options
    assert set(words["form"]["groups"]) == {option.code for option in groups}
    assert set(words["table"]) == {"sheet", *NAMES}


def test_the_states_on_a_table_are_those_that_count() -> None:
    assert set(paper_words()["values"]["status"]) == set(COUNTED)
