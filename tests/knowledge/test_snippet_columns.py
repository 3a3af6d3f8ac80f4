from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.snippet_columns import SnippetColumns
from knowledge.snippets import Snippet, snippets_of


@pytest.fixture(scope="module")
def snippets(plans: Mapping[str, Plan]) -> list[Snippet]:
    return [snippet for plan in plans.values() for snippet in snippets_of(plan)]


@pytest.fixture(scope="module")
def columns(plans: Mapping[str, Plan]) -> SnippetColumns:
    columns = SnippetColumns()
    for plan in plans.values():
        columns.extend(snippets_of(plan))
    return columns


def test_what_was_put_in_comes_out(snippets: list[Snippet], columns: SnippetColumns) -> None:
    assert len(columns) == len(snippets) > 200
    assert list(columns) == snippets
    assert [columns[row] for row in (0, 1, 100, -1, -len(columns))] == [snippets[row] for row in (0, 1, 100, -1, 0)]
    assert columns[5:90:7] == tuple(snippets[5:90:7])


def test_there_are_no_others(snippets: list[Snippet], columns: SnippetColumns) -> None:
    with pytest.raises(IndexError):
        columns[len(snippets)]
    with pytest.raises(IndexError):
        SnippetColumns()[0]


def test_texts_are_kept_as_they_are_read() -> None:
    columns = SnippetColumns()
    odd = [Snippet("a", "I", 0, 0, "", "", True), Snippet("a", "I", 0, 9, "ệ𝄞", "", False)]
    columns.extend(odd)
    columns.extend([])
    assert list(columns) == odd
