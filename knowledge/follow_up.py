"""Messages that lean on the question before them, made into one question that stands alone.

"Báo cáo 6 tháng nộp trước ngày nào?", then "thế còn năm?" becomes "Báo cáo năm nộp trước ngày nào?".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.question_parts import BARE_NUMBER, END, QuestionParts
from knowledge.splitting import conversation
from knowledge.vietnamese import is_english, is_marked, normalise, plain

_BARE_YEAR = re.compile(r"20\d\d")
_PREPOSITION = re.compile(r"^(?:in|for) ")


@dataclass(frozen=True)
class Standing:
    """A question that stands alone; `context` is the earlier text whose plan or place still holds for it."""

    text: str
    context: str = ""
    leaned: bool = False


class FollowUps:
    """Reads follow-ups.

    Args:
        names: what plans and places are called, in any case and with or without marks.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._parts = QuestionParts(names)
        self._rules = self._parts.rules

    def stand_alone(self, message: str, history: Sequence[str] = (), keep_places: bool = True) -> Standing:
        """Return `message` as a question that needs no history.

        Args:
            message: the new message, abbreviations in full.
            history: earlier messages, oldest first, likewise.
            keep_places: whether a place or plan named earlier still holds (not where a plan is chosen).
        """
        earlier, context = "", ""
        for said in history:
            text = normalise(said) if keep_places else self._parts.without_places(normalise(said))
            earlier = self._resolved(text, earlier) or text
            context = earlier if self._parts.names_a_place(earlier) else context
        text = normalise(message)
        standing = self._resolved(text, earlier) if earlier else None
        if standing is None:
            return Standing(text)
        return Standing(standing, "" if self._parts.names_a_place(standing) else context, leaned=True)

    def asks(self, message: str) -> bool:
        """Tell whether `message`, abbreviations in full, asks by a question word."""
        return bool(self._parts.asked(self._parts.core(normalise(message))))

    def _resolved(self, message: str, earlier: str) -> str | None:
        """Return `message` in the light of `earlier`, or None where it leans on nothing."""
        if not earlier:
            return None
        said = self._with_referent(message, earlier)
        if said is not None:
            return said
        core = self._parts.core(message)
        asked = self._parts.asked(core)
        slots = self._parts.slots_of(core)
        if not self._leans(message, core, asked, slots):
            return None
        if asked and not slots:
            return self._asked_anew(core, earlier)
        changed = self._with_slots(core, earlier, slots, bool(asked))
        if changed is None:
            return self._with_topic(core, earlier) if core else None
        return self._with_question(changed, core, asked) if asked else changed

    def _leans(self, message: str, core: str, asked: str, slots: dict[str, str]) -> bool:
        if not core:
            return False
        left = self._parts.left(core, slots)
        low = plain(message)
        marked = bool(re.search(self._rules["marks"], low) or re.search(self._rules["closing_marks"], low))
        has_own_verb = "unit" in slots and self._parts.acts(core)
        has_own_head = bool(left) and bool(re.search(self._rules["heads"], plain(core)))
        if has_own_head or (asked and ("mention" in slots or has_own_verb)):
            return False
        if asked and slots and not marked:
            return not left and not self._parts.acts(core) and (" thi " in f" {plain(core)} " or len(core.split()) <= 5)
        if asked or not (marked or slots):
            return not left and bool(asked)
        return marked or not left

    def _with_slots(self, core: str, earlier: str, slots: dict[str, str], asks: bool) -> str | None:
        """Return `earlier` with each part of `core` in the place of its like; None where nothing fits."""
        if not slots:
            return None
        text, fitted = earlier, False
        if "place" in slots and "years" not in slots and "place" in self._parts.slots_of(text):
            text = self._parts.without_year(text)
        whole = len(slots) == 1 and bool(self._parts.left(core, slots)) and not asks
        added = []
        for name, value in slots.items():
            new = core if whole and name in ("document", "unit") else value
            match = self._parts.slots[name].search(plain(text))
            if match is None:
                added.append(new)
                continue
            text = text[: match.start()] + _like(text[match.start() : match.end()], new, name) + text[match.end() :]
            fitted = True
        if not fitted and slots.keys() <= {"document", "mention"}:
            return None
        return normalise(" ".join([*added, text]))

    def _with_question(self, changed: str, core: str, asked: str) -> str:
        """Return `changed` asking as `core` does."""
        low = plain(core)
        phrase = self._parts.questions[asked].search(low)
        old = self._parts.questions[asked].search(plain(changed))
        if phrase is None:
            return changed
        if old is not None:
            return normalise(changed[: old.start()] + core[phrase.start() : phrase.end()] + changed[old.end() :])
        return normalise(f"{self._parts.topic(changed)} {core[phrase.start() :]}")

    def _asked_anew(self, core: str, earlier: str) -> str:
        """Return the topic of `earlier` with the question of `core`."""
        low = plain(core)
        if re.search(self._rules["of_a_person"], low):
            return normalise(f"{END.sub('', earlier)}, {core}")
        topic = self._parts.topic(earlier)
        if re.fullmatch(self._rules["english_pronoun"], plain(topic)):
            return normalise(f"{END.sub('', earlier)}, {core}")
        if re.search(self._rules["signing"], low) or not topic:
            english = is_english(core)
            the_plan = [conversation()["the_plan"]["en" if english else "vi"], *self._parts.places_of(earlier)]
            topic = self._parts.paper_in(earlier) or " ".join(the_plan)
            core = re.sub(self._rules["english_pronoun"], "", core).strip() if english else core
            return normalise(f"{core} {topic}" if english or low.startswith("ai ") else f"{topic} {core}")
        return normalise(f"{topic} {core}")

    def _with_topic(self, core: str, earlier: str) -> str:
        """Return `earlier` with its topic replaced by `core`."""
        topic = self._parts.topic(earlier)
        places = [place for place in self._parts.places_of(earlier) if plain(place) not in plain(core)]
        replaced = (
            earlier.replace(topic, core, 1)
            if topic and topic in earlier
            else f"{core} {self._parts.asking_words(earlier)}"
        )
        return normalise(" ".join([replaced, *(place for place in places if place not in replaced)]))

    def _with_referent(self, message: str, earlier: str) -> str | None:
        """Return `message` with its pronoun replaced by what it stands for; None where it has none."""
        low = plain(message)
        rules = self._rules
        match = re.search(rules["pronoun"], low)
        noun = (match["noun"] or match["noun2"]) if match else ""
        if match is None:
            english = is_english(message)
            match = re.search(rules["english_pronoun"] if english else rules["bare_pronoun"], low)
            noun = match.group() if match else ""
            if match is not None and english and (noun == "it" and re.search(rules["signing"], low)):
                return None
        if match is None or not self._is_pronoun(message, message[match.start() : match.end()]):
            return None
        meant = self._meant(noun, earlier)
        return normalise(message[: match.start()] + meant + message[match.end() :]) if meant else None

    def _is_pronoun(self, message: str, words: str) -> bool:
        """Tell a pronoun from its look-alikes: in marked text the word itself must be one ("đó", not "do")."""
        return is_english(message) or not is_marked(message) or words.split()[-1] in self._rules["demonstratives"]

    def _meant(self, noun: str, earlier: str) -> str:
        paper = self._parts.paper_in(earlier)
        if paper and noun in self._rules["papers"]:
            return paper
        who = self._parts.questions["who"].search(plain(earlier))
        if who is not None and noun in (*self._rules["units"], *self._rules["persons"]):
            rest = END.sub("", f"{earlier[: who.start()]} {earlier[who.end() :]}")
            noun_asked = "" if is_english(earlier) else re.sub(r"\s*\S+$", "", earlier[who.start() : who.end()])
            lead = noun_asked or conversation()["person"]["en" if is_english(earlier) else "vi"]
            return normalise(f"{lead} {rest}")
        if noun in self._rules["persons"]:
            return ""
        if paper and noun in ("no", "it"):
            return paper
        return self._parts.topic(earlier)


def _like(old: str, new: str, name: str) -> str:
    """Return `new` in the form of `old`: a bare number takes the noun of the place it replaces."""
    if name == "mention" and BARE_NUMBER.fullmatch(plain(new).strip("() ")) and not BARE_NUMBER.fullmatch(plain(old)):
        head = re.match(r"[^\d(]*", old)
        kept = head.group() if head else ""
        if not kept.strip():
            return new
        number = new.strip("() ").split()[-1].strip("()")
        return f"{kept}({number})" if "(" in old else f"{kept}{number}"
    if name == "years" and _BARE_YEAR.fullmatch(old):
        return _PREPOSITION.sub("", new)
    return new
