"""What a sentence of the person's own surely says of a registration: "tôi là chi bộ X, muốn đăng ký 1 mô hình ...".

The cues of `prefill.yml` and the commas cut the sentence into pieces (`sentence_pieces`); each piece is read as a whole
by its kind, or not at all. What could be meant otherwise is left to be asked. A question gives nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import dropwhile

from actions.registration.commands import contains, question_grade, same
from actions.registration.form import Field, Form
from actions.registration.sentence_pieces import MASK, Piece, Sentence, prefill_words, read_sentence, stands_at_an_end
from actions.registration.values import Value, fits, read_value, ways_of

Given = dict[str, Value]

LONGEST = 1000  # characters; nobody registers in more
ENOUGH_TO_BE_MORE = 6  # words
_TIMES = ("start_period", "completion_period")
_TEXTS = ("unit_name", "model_name", "location")
_SAID_BARE = ("registration_type", "field", "scale")  # "phòng" alone could be a place
_AFTER_A_UNIT = ("wish", "model_name", "quantity", *_TIMES)


def prefill(message: str, form: Form) -> Given:
    """Return the values of fields that `message` surely gives, in the form's order; {} for a question.

    Texts are as typed, with a capital at the beginning; a period outside the plan's year is not taken.
    """
    if len(message) > LONGEST:
        return {}
    sentence = read_sentence(message)
    if not sentence.pieces or question_grade(sentence.masked.replace(MASK, "")) != "no":
        return {}
    found: dict[str, list[Value]] = {}
    for number, piece in enumerate(sentence.pieces):
        for name, value in _Reader(form, sentence, number).read(piece):
            found.setdefault(name, []).append(value)
    sure = {name: values[0] for name, values in found.items() if len(set(values)) == 1}
    if "unit_name" in sure and "unit_type" not in found:
        sure |= _type_of(str(sure["unit_name"]), form)
    given = {field.name: sure[field.name] for field in form.fields if field.name in sure}
    return {name: value for name, value in given.items() if fits(form.field(name), value, given)}


def prefill_in_passing(message: str, form: Form) -> Given:
    """Return what `prefill` does if `message` is clearly more than the answer to one question, else {}."""
    given = prefill(message, form) if len(message.split()) >= ENOUGH_TO_BE_MORE else {}
    return given if len(given.keys() - {"unit_type"}) > 1 else {}


def _type_of(unit_name: str, form: Form) -> Given:
    """Return the one type of unit that a unit's name says at its beginning (in English at its end), if any."""
    lengths = {
        option.code: max((len(way) for way in ways_of(option) if stands_at_an_end(unit_name, way)), default=0)
        for option in form.field("unit_type").options
    }
    best = max(lengths.values(), default=0)
    types = [code for code, length in lengths.items() if length == best and best]
    return {"unit_type": types[0]} if len(types) == 1 else {}


class _Reader:
    """Reads the pieces of one sentence; `number` is the place of the piece that is read."""

    def __init__(self, form: Form, sentence: Sentence, number: int) -> None:
        self._form = form
        self._sentence = sentence
        self._number = number

    def read(self, piece: Piece) -> Iterator[tuple[str, Value]]:
        """Yield the fields that the piece gives; none where it could be read in another way."""
        if any(contains(piece.text, phrase) for phrase in prefill_words()["unsure"]):
            return
        reader = _READERS.get(piece.kind, _Reader._closed)
        for name, text in reader(self, piece):
            value, _ = read_value(self._form.field(name), text, {}, self._form.year)
            if value is not None and self._of_the_year(name, value):
                yield name, value

    def _of_the_year(self, name: str, value: Value) -> bool:
        return name not in _TIMES or str(value).startswith(str(self._form.year))

    def _closed(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Read a piece of a closed field, a number or a time."""
        field = self._form.field(piece.kind)
        if field.kind != "choice" or _says(field, piece.text):
            yield field.name, piece.text

    def _bare(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Read a piece without a cue: the unit at the beginning, or one value of a closed field."""
        if self._number == 0 and piece.is_a_unit:
            if len(self._sentence.pieces) > 1:
                yield from self._unit(piece)
            return
        choices = [field for field in self._form.fields if field.name in _SAID_BARE and _says(field, piece.text)]
        if len(choices) == 1 and not piece.then:
            yield choices[0].name, piece.text
        if piece.then == "completion_period":
            yield "start_period", piece.text

    def _wish(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Read what stands between "đăng ký" and "mô hình", or after "mô hình": number, type, field."""
        words = list(dropwhile(lambda word: word.lower() in prefill_words()["articles"], piece.words))
        if words and words[0].isdecimal():
            yield "quantity", words.pop(0)
        rest = " ".join(words)
        if MASK in rest:
            if piece.kind == "model":
                yield from self._title(piece)
            return
        for name in ("field", "registration_type"):
            if _says(self._form.field(name), rest) and (name == "field" or len(words) > 1):
                yield name, rest

    def _amount(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Read the number before "mô hình": in "chi bộ 5 mô hình" it could be the unit's."""
        before = self._sentence.pieces[self._number - 1] if self._number else None
        if before is None or before.kind == "wish" or not before.then:
            yield "quantity", piece.text

    def _unit(self, piece: Piece) -> Iterator[tuple[str, str]]:
        if piece.is_a_unit and (self._ends(piece) or piece.then in _AFTER_A_UNIT):
            yield "unit_name", _capital(self._sentence.original(piece))

    def _title(self, piece: Piece) -> Iterator[tuple[str, str]]:
        title = self._sentence.original(piece)
        campaign = any(same(title, each) for each in prefill_words()["no_titles"])
        if title and not campaign and (piece.is_quoted or self._ends(piece) or piece.then in _TIMES):
            yield "model_name", _capital(title)

    def _place(self, piece: Piece) -> Iterator[tuple[str, str]]:
        if self._ends(piece) or piece.then in _TIMES:
            yield "location", _capital(self._sentence.original(piece))

    def _nothing(self, piece: Piece) -> Iterator[tuple[str, str]]:
        return iter(())

    def _ends(self, piece: Piece) -> bool:
        """Tell whether a text surely ends with its piece: what follows after a comma is something else."""
        if piece.then or not piece.words:
            return False
        after = self._sentence.pieces[self._number + 1 :][:1]
        if piece.break_after != "," or not after or after[0].kind:
            return True
        return bool(list(_Reader(self._form, self._sentence, self._number + 1).read(after[0])))


_READERS: Mapping[str, Callable[[_Reader, Piece], Iterator[tuple[str, str]]]] = {
    "": _Reader._bare,
    "wish": _Reader._wish,
    "model": _Reader._wish,
    "amount": _Reader._amount,
    "unit_name": _Reader._unit,
    "model_name": _Reader._title,
    "location": _Reader._place,
    "plan": _Reader._nothing,
}


def _says(field: Field, text: str) -> bool:
    """Tell whether the whole of `text` is a way to say one of the field's values."""
    return bool(text) and any(same(text, way) for option in field.options for way in ways_of(option))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
