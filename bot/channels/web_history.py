"""What was said in each person's web chat, kept in memory to show it again after a reload."""

from collections import OrderedDict, deque
from typing import Any

ENTRIES_KEPT = 100
PEOPLE_KEPT = 1_000

Entry = dict[str, Any]


class History:
    """The last entries of the people who wrote last: `{"who": "person"|"assistant", ...}`, oldest first."""

    def __init__(self, entries: int = ENTRIES_KEPT, people: int = PEOPLE_KEPT) -> None:
        self._entries = entries
        self._people = people
        self._chats: OrderedDict[str, deque[Entry]] = OrderedDict()

    def of(self, person: str) -> list[Entry]:
        """Return what was said in this person's chat."""
        return list(self._chats.get(person, ()))

    def add(self, person: str, text: str, parts: list[Entry]) -> None:
        """Keep one handled message and what was answered."""
        chat = self._chats.setdefault(person, deque(maxlen=self._entries))
        chat.append({"who": "person", "text": text})
        chat.extend({"who": "assistant", **part} for part in parts)
        self._chats.move_to_end(person)
        while len(self._chats) > self._people:
            self._chats.popitem(last=False)

    def title_of(self, person: str, payload: str) -> str | None:
        """Return the title of the last button with this payload that the person was shown."""
        for entry in reversed(self._chats.get(person, ())):
            for button in entry.get("buttons", ()):
                if button["payload"] == payload:
                    return str(button["title"])
        return None
