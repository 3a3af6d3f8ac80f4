"""Gives Rasa the training examples: read once, and cheap to tell apart.

A training reads all files three times, and takes the fingerprint of every example after each component; Rasa's own
hashes each of its properties by itself. Both together were a fifth of the time
(docs/decisions/0030-a-training-that-keeps-its-memory.md).
"""

import hashlib
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import deep_container_fingerprint


class Example(Message):
    """A message whose fingerprint is that of all it holds, taken at once."""

    _cached_fingerprint: str | None

    def fingerprint(self) -> str:
        """Return a hash of the properties and features, the same as long as nothing is set or added."""
        if self._cached_fingerprint is None:
            properties = [(name, _told(self.data[name])) for name in sorted(self.data)]
            told = repr((properties, [feature.fingerprint() for feature in self.features]))
            self._cached_fingerprint = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
        return self._cached_fingerprint


class ExampleImporter(RasaFileImporter):
    """Reads training data as Rasa does, but its examples only once."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._read: TrainingData | None = None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the examples, the same object each time: Rasa copies them, and `language` does not change them."""
        if self._read is None:
            self._read = super().get_nlu_data(language)
            messages = self._read.training_examples
            self._read.training_examples = [
                Example(each.data, each.output_properties, each.time, each.features) for each in messages
            ]
        return self._read


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value if isinstance(value, str | int | float | None) else deep_container_fingerprint(value)
