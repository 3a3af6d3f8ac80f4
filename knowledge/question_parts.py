"""The parts of a question that a follow-up can change: period, place, unit, number, the words that ask, the topic."""

import re
from collections.abc import Iterable

from knowledge.splitting import conversation
from knowledge.vietnamese import normalise, plain

END = re.compile(r"[\s?.!…]+$")
BARE_NUMBER = re.compile(r"(?:so )?\(?(\d{1,2}|[ivx]{1,4})\)?$")

_SPACE = re.compile(r"\s+")
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=\S{2})")
_ORDER = ("document", "mention", "place", "years", "period", "unit")


class QuestionParts:
    """Takes questions apart.

    `slots` are patterns of the parts that another can take the place of, `questions` of the words that ask, both over
    the plain form; `rules` is the rest of `conversation.yml` on leaning.

    Args:
        names: what plans and places are called, in any case and with or without marks.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.rules = conversation()["leaning"]
        known = sorted({plain(normalise(name)) for name in names}, key=len, reverse=True)
        place = r"\b(?:" + "|".join(map(re.escape, known)) + r")\b" if known else r"(?!)"
        self.slots = {name: re.compile(pattern) for name, pattern in self.rules["slots"].items()}
        self.slots["place"] = re.compile(place)
        self._placed = re.compile(self.rules["preposition"] + place)
        self.questions = {name: re.compile(pattern) for name, pattern in self.rules["questions"].items()}

    def left(self, core: str, slots: dict[str, str]) -> list[str]:
        """Return the words of `core` that name a topic of its own."""
        low = plain(core)
        for name in slots:
            low = self.slots[name].sub(" ", low)
        for pattern in self.questions.values():
            low = pattern.sub(" ", low)
        patterns = [self.rules[name] for name in ("heads", "acts", "small")]
        if slots.keys() & {"place", "years"}:
            patterns.append(self.rules["of_places"])
        for pattern in patterns:
            low = re.sub(pattern, " ", low)
        return re.findall(r"\w{2,}", low)

    def acts(self, core: str) -> bool:
        """Tell whether `core` says what is done, its object left out or not."""
        return bool(re.search(self.rules["acts"], plain(core)))

    def core(self, message: str) -> str:
        """Return `message` without the words that only open and close a follow-up."""
        start = re.match(self.rules["opens"], plain(message))
        text = message[start.end() :] if start else message
        end = re.search(self.rules["closes_always"], plain(text))
        text = text[: end.start()] if end else text
        for _ in range(2):
            end = re.search(self.rules["closes"], plain(text))
            cut = text[: end.start()].strip(" ,") if end else text
            if not self.asked(cut) and self.asked(text):
                return END.sub("", text).strip()
            text = cut
        return text

    def asked(self, text: str) -> str:
        """Return the kind of thing that `text` asks for by a question word; "" where it asks by none."""
        low = plain(text)
        if re.search(self.rules["heads"], low) and not self.left(text, self.slots_of(text)):
            return next((kind for kind, rule in self.questions.items() if rule.search(low)), "when")
        return next((kind for kind, rule in self.questions.items() if rule.search(low)), "")

    def slots_of(self, text: str) -> dict[str, str]:
        """Return the parts of `text` that can take another's place, by kind; a part lies in one kind only."""
        low, found = plain(text), {}
        for name in _ORDER:
            match = self.slots[name].search(low)
            if match is not None:
                found[name] = text[match.start() : match.end()]
                low = low[: match.start()] + "#" * (match.end() - match.start()) + low[match.end() :]
        number = BARE_NUMBER.fullmatch(plain(text).strip())
        if number and not found:
            found["mention"] = text
        return found

    def topic(self, text: str) -> str:
        """Return what `text` asks about: the text without its question."""
        topic = _SENTENCES.split(END.sub("", text))[-1]
        yes_no = re.search(self.rules["yes_no"], plain(topic))
        topic = topic[: yes_no.start()].strip() if yes_no else topic
        for rule in self.questions.values():
            match = rule.search(plain(topic))
            if match is not None:
                before, after = topic[: match.start()].strip(), topic[match.end() :].strip()
                topic = before if len(before) > len(after) and not after else f"{before} {after}".strip()
                break
        for _ in range(2):
            start = re.match(self.rules["topic_starts"], plain(topic))
            topic = topic[start.end() :] if start else topic
            end = re.search(self.rules["topic_ends"], plain(topic))
            topic = topic[: end.start()] if end else topic
        return topic.strip(" ,:")

    def asking_words(self, earlier: str) -> str:
        """Return the words of `earlier` that ask."""
        found = (rule.search(plain(earlier)) for rule in self.questions.values())
        match = next((match for match in found if match), None)
        return earlier[match.start() : match.end()] if match else ""

    def names_a_place(self, text: str) -> bool:
        """Tell whether `text` names a plan or a place."""
        return bool(self.slots["place"].search(plain(text)))

    def places_of(self, text: str) -> list[str]:
        """Return the first plan or place that `text` names, or nothing."""
        match = self.slots["place"].search(plain(text))
        return [text[match.start() : match.end()]] if match else []

    def without_places(self, text: str) -> str:
        """Return `text` without the plans and places that it names."""
        return _cut(self._placed, text)

    def without_year(self, text: str) -> str:
        """Return `text` without its years."""
        return _cut(self.slots["years"], text)

    def paper_in(self, text: str) -> str:
        """Return the document that `text` names by number, or ""."""
        match = self.slots["document"].search(plain(text))
        return text[match.start() : match.end()] if match else ""


def _cut(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(plain(text))
    while match is not None and match.group():
        text = text[: match.start()] + text[match.end() :]
        match = pattern.search(plain(text))
    return _SPACE.sub(" ", text).strip(" ,:")
