"""The retriever over any corpus: how it is measured on public data sets."""

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.embedding import Encoder
from knowledge.rewriting import MarkRestorer
from knowledge.search import Mix, Retriever
from knowledge.vietnamese import is_marked, normalise
from knowledge.windows import Windows


class CorpusRetriever:
    """Searches documents of `{"id", "title", "text"}`; marks of unmarked queries are restored from their own words.

    Every document is embedded whole and in windows of one to three sentences: some three to five times the work of
    the whole alone, once.

    Raises:
        KeyError: a document has no `id` or no `text`.
        ValueError: there are no documents.
    """

    def __init__(self, documents: Sequence[Mapping[str, Any]], encoder: Encoder) -> None:
        if not documents:
            raise ValueError("the corpus holds no documents")
        self._ids = [document["id"] for document in documents]
        parts = [(str(document.get("title") or ""), str(document["text"])) for document in documents]
        texts = [f"{title} {text}".strip() for title, text in parts]
        self._restorer = MarkRestorer(texts)
        self._retriever = Retriever(texts, encoder.passages(texts), encoder, Windows(parts, encoder))

    @property
    def mix(self) -> Mix:
        """How much each kind of evidence counts."""
        return self._retriever.mix

    @mix.setter
    def mix(self, mix: Mix) -> None:
        self._retriever.mix = mix

    def search(self, query: str, top: int) -> list[tuple[Any, float]]:
        """Return the ids and scores of the `top` best documents, best first."""
        text = normalise(query)
        if not is_marked(text):
            text = self._restorer.restore(text)
        return [(self._ids[hit.row], hit.score) for hit in self._retriever.search(text, text, top)]
