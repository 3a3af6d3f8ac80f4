"""Very many snippets in columns: a fifth of the memory of as many objects, each made anew when it is taken."""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from knowledge.snippets import Snippet


class SnippetColumns(Sequence[Snippet]):
    """The snippets of plan after plan, as they were added."""

    def __init__(self) -> None:
        self._plan_ids: list[str] = []
        self._plan, self._start, self._end, self._is_heading = array("i"), array("i"), array("i"), array("b")
        self._path, self._text = _Strings(), _Strings()
        self._context, self._contexts = array("i"), _Strings()

    def extend(self, snippets: Sequence[Snippet]) -> None:
        """Add the snippets of one plan; headings that several stand under are kept once."""
        contexts: dict[str, int] = {}
        for snippet in snippets:
            if not self._plan_ids or self._plan_ids[-1] != snippet.plan_id:
                self._plan_ids.append(snippet.plan_id)
            if snippet.context not in contexts:
                contexts[snippet.context] = len(self._contexts)
                self._contexts.append(snippet.context)
            self._plan.append(len(self._plan_ids) - 1)
            self._start.append(snippet.start)
            self._end.append(snippet.end)
            self._is_heading.append(snippet.is_heading)
            self._path.append(snippet.path)
            self._text.append(snippet.text)
            self._context.append(contexts[snippet.context])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._start)

    @overload
    def __getitem__(self, row: int) -> Snippet: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Snippet]: ...

    def __getitem__(self, row: int | slice) -> Snippet | Sequence[Snippet]:
        """Return one snippet, or those of a stretch of rows."""
        if isinstance(row, slice):
            return tuple(self[n] for n in range(*row.indices(len(self))))
        return Snippet(
            self._plan_ids[self._plan[row]],
            self._path[row],
            self._start[row],
            self._end[row],
            self._text[row],
            self._contexts[self._context[row]],
            bool(self._is_heading[row]),
        )

    def __iter__(self) -> Iterator[Snippet]:
        """Yield all, in order."""
        return (self[row] for row in range(len(self)))


class _Strings:
    """Strings one after another in one buffer, in UTF-8."""

    def __init__(self) -> None:
        self._letters, self._ends = bytearray(), array("q")

    def append(self, string: str) -> None:
        self._letters += string.encode()
        self._ends.append(len(self._letters))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> str:
        end = self._ends[row]
        start = self._ends[row - 1] if row % len(self._ends) else 0
        return self._letters[start:end].decode()
