"""The retriever over any corpus: how it is measured on public data sets."""

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.embedding import Encoder
from knowledge.rewriting import MarkRestorer
from knowledge.search import Retriever
from knowledge.vietnamese import is_marked, normalise


class CorpusRetriever:
    """Searches documents of `{"id", "title", "text"}`; marks of unmarked queries are restored from their own words.

    Raises:
        KeyError: a document has no `id` or no `text`.
        ValueError: there are no documents.
    """

    def __init__(self, documents: Sequence[Mapping[str, Any]], encoder: Encoder) -> None:
        if not documents:
            raise ValueError("the corpus holds no documents")
        self._ids = [document["id"] for document in documents]
        texts = [f"{document.get('title') or ''} {document['text']}".strip() for document in documents]
        self._restorer = MarkRestorer(texts)
        self._retriever = Retriever(texts, encoder.passages(texts), encoder)

    def search(self, query: str, top: int) -> list[tuple[Any, float]]:
        """Return the ids and scores of the `top` best documents, best first."""
        text = normalise(query)
        if not is_marked(text):
            text = self._restorer.restore(text)
        return [(self._ids[hit.row], hit.score) for hit in self._retriever.search(text, text, top)]
