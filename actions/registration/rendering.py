"""Events of a registration put into words: one speaker for a plan, a language and a moment's draft."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from actions.registration.amounts import LARGEST
from actions.registration.commands import contains, words
from actions.registration.draft import Draft, fitting_answers
from actions.registration.form import Deadline, Field, Form
from actions.registration.periods import is_period, show
from actions.registration.steps import Event
from actions.registration.values import Value, show_value
from actions.registration.wording import Choice, Line, button, error, say
from knowledge.corpus import Plan
from knowledge.places import place
from knowledge.vietnamese import is_marked

LONGEST_QUOTE = 300
_SURELY_VIETNAMESE = 3  # syllables of a text in which some mark is to be expected
_SENTENCE_END = re.compile(r"(?<=[^\d\s][.;])\s+")
# These open the message that follows instead of being one of their own.
_JOINED = (
    "noted", "given", "kept", "skipped", "courtesy", "not_cancelled", "consented", "consented_brief", "wrong",
    "example", "dropped", "skip_refused", "no_previous", "not_an_answer", "already_registering",
)  # fmt: skip


@dataclass(frozen=True)
class Speaker:
    """Says the events of one turn. `retention_days` is told in the notice."""

    plan: Plan
    form: Form
    draft: Draft
    language: str
    retention_days: int

    def lines(self, events: Iterable[Event], models: tuple[int, int] | None = None) -> tuple[Line, ...]:
        """Return the messages for `events`, in order; those that are the desk's own give none.

        `models` is how many the unit has with this draft and how many are then missing; it is told with the card.
        """
        found: list[Line] = []
        opening: list[str] = []
        events = list(events)
        if any(event.key in ("given", "review") for event in events):
            events = [replace(event, key="consented_brief") if event.key == "consented" else event for event in events]
        for event in events:
            line = self._review(models) if event.key == "review" else self._line(event)
            if line is None:
                continue
            if event.key in _JOINED and not line.buttons:
                opening.append(line.text)
                continue
            found.append(replace(line, text="\n".join([*opening, line.text])))
            opening = []
        return (*found, *(Line(text) for text in opening))

    def _line(self, event: Event) -> Line | None:
        field = self.form.field(event.field) if event.field else None
        match event.key:
            case "submit" | "question" | "mine":
                return None
            case "ask" if field:
                return self._ask(field)
            case "consent":
                return Line(self._say("consent", days=self.retention_days), self._buttons("agree", "disagree"))
            case "noted" if field:
                return self._noted(field, event)
            case "given":
                return Line(self._say("given", values=self._listed(event.names)))
            case "wrong" if field:
                return self._wrong(field, event)
            case "example" if field:
                return Line(self._example(field))
            case "why":
                return Line(self._why(field))
            case "other_year" if field and event.value is not None:
                value = show_value(field, event.value, self.language)
                return Line(self._say("other_year", value=value, year=self.form.year), self._buttons("year_yes"))
        label = field.label[self.language] if field else ""
        key = _WHEN_EDITING.get(event.key, event.key) if self.draft.reference else event.key
        buttons = self._buttons(*_BUTTONS.get(key, ()))
        return Line(self._say(key, label=label, said=event.text, reference=self.draft.reference), buttons)

    def _say(self, key: str, **values: object) -> str:
        total, done = len(self.form.fields), len(fitting_answers(self.form, self.draft))
        return say(key, self.language, **{"plan": self.plan.label, "total": total, "done": done, **values})

    def _buttons(self, *keys: str) -> tuple[Choice, ...]:
        return tuple(button(key, self.language) for key in keys)

    def _ask(self, field: Field) -> Line:
        options = [option.label[self.language] for option in field.options]
        text = self._say(
            "ask_choice" if options else "ask",
            number=self.form.number(field.name),
            prompt=field.prompt[self.language],
            example=field.example[self.language],
            options="\n".join(f"{number}. {label}" for number, label in enumerate(options, 1)),
        )
        if field.name in self.draft.answers:
            value = show_value(field, self.draft.answers[field.name], self.language)
            text += "\n" + self._say("ask_now", value=value)
        if field.name in self.draft.comments:
            comment = self.draft.comments[field.name]
            text += "\n" + self._say("ask_returned", reference=self.draft.reference, comment=comment)
        if not field.required:
            text += "\n" + self._say("ask_optional")
        skip = () if field.required else self._buttons("skip")
        return Line(text, (*(Choice(label, label) for label in options), *skip))

    def _review(self, models: tuple[int, int] | None) -> Line:
        items = [self.card()]
        target = self.form.targets.get(str(self.draft.answers.get("unit_type")))
        if models and models[1] and target:
            values = {"at_least": target.at_least, "count": models[0], "missing": models[1]}
            items.append(self._say("review_target", path=place(target.clause, self.language), **values))
        if unmarked := self._unmarked():
            items.append(self._say("review_unmarked", numbers=", ".join(map(str, unmarked))))
        return Line(self._say("review", card="\n".join(items)), self._buttons("submit", "edit", "save", "cancel"))

    def _unmarked(self) -> list[int]:
        """Return the numbers of the texts that stand without tone marks, as they would on the paper."""
        if self.language != "vi":
            return []
        texts = {field.name: str(self.draft.answers.get(field.name, "")) for field in self.form.fields}
        return [
            number
            for number, field in enumerate(self.form.fields, 1)
            if field.kind == "text" and len(texts[field.name].split()) >= _SURELY_VIETNAMESE
            if not is_marked(texts[field.name])
        ]

    def _listed(self, names: Sequence[str]) -> str:
        """Return fields and their values in one line."""
        fields = [self.form.field(name) for name in names]
        return "; ".join(f"{field.label[self.language].lower()} {self._shown(field)}" for field in fields)

    def _example(self, field: Field) -> str:
        """Return an example of an answer to a closed field: an option, and its number."""
        example = field.example[self.language]
        numbers = [n for n, option in enumerate(field.options, 1) if option.label[self.language] == example]
        return self._say("example", example=example, number=numbers[0])

    def _shown(self, field: Field) -> str:
        if field.name not in self.draft.answers:
            return self._say("review_empty")
        return show_value(field, self.draft.answers[field.name], self.language)

    def _noted(self, field: Field, event: Event) -> Line | None:
        """Say how a value was understood; a text is kept as typed and needs no echo."""
        if field.kind == "text" or event.value is None:
            return None
        value = show_value(field, event.value, self.language)
        return Line(self._say("noted", label=field.label[self.language].lower(), value=value))

    def _wrong(self, field: Field, event: Event) -> Line:
        """Say what is wrong with a value; the values it may have meant stand in the text and on buttons."""
        start = self.draft.answers.get(field.not_before or "")
        offered = [show_value(field, value, self.language) for value in event.offers]
        text = error(
            event.text,
            self.language,
            label=field.label[self.language],
            example=field.example[self.language],
            max_length=field.max_length,
            largest=LARGEST,
            start=show(str(start), self.language) if is_period(start) else "",
            offers=", ".join(offered),
        )
        return Line(text, tuple(Choice(each[:1].upper() + each[1:], each) for each in offered))

    def _why(self, field: Field | None) -> str:
        asked = "why_asked" if field else "why_registering"
        for key, path in (("why_clause", field.clause if field else None), (asked, self.form.asked_in)):
            quote = quote_of(self.plan, path) if path else ""
            if quote:
                return self._say(key, path=place(path or "", self.language), quote=quote)
        return self._say("why_form")

    def card(self) -> str:
        """Return every field with its answer, a line each."""
        items = [
            self._say("review_item", number=number, label=field.label[self.language], value=self._shown(field))
            for number, field in enumerate(self.form.fields, 1)
        ]
        return "\n".join(items)

    def labels(self, names: Container[str]) -> str:
        """Return the labels of the fields named, in the form's order, in one line."""
        return ", ".join(field.label[self.language].lower() for field in self.form.fields if field.name in names)

    def comments(self, comments: Mapping[str, str], answers: Mapping[str, Value]) -> str:
        """Return what the office says to each field, with what stands there now, a line each."""
        lines = []
        for field in self.form.fields:
            if field.name not in comments:
                continue
            now = show_value(field, answers[field.name], self.language) if field.name in answers else ""
            values = {"label": field.label[self.language], "value": now or self._say("review_empty")}
            lines.append(self._say("returned_item", comment=comments[field.name], **values))
        return "\n".join(lines)

    def opening(self, late: bool, other_plan: str | None, carried: Mapping[str, Value]) -> tuple[Line, ...]:
        """Return what is said once, before the first question: the plan, its form, its deadline.

        `other_plan` names another plan where this one was taken without being named; `carried` are the answers taken
        over from the registration before.
        """
        said = [self._say("plan_by_default", other=other_plan) if other_plan else self._say("plan_named")]
        if not self.form.own:
            recipient = self.form.recipient
            key = "form_default_recipient" if recipient else "form_default"
            said.append(self._say(key, recipient=recipient.name if recipient else ""))
        if self.form.deadline:
            key = "deadline_past" if late else "deadline_ahead"
            said.append(self._say(key, date=date_of(self.form.deadline)))
        if carried:
            said.append(self._say("carried", values=self._listed(list(carried))))
        return (Line("\n".join(said)),)

    def saved(self, reference: str, late: bool, models: int) -> tuple[Line, ...]:
        """Return what is said after submitting; `models` is how many the unit has registered by now."""
        said = [self._say("saved", reference=reference)]
        if late and self.form.deadline:
            said.append(self._say("saved_late", date=date_of(self.form.deadline)))
        if self.form.recipient:
            said.append(self._say("saved_recipient", recipient=self.form.recipient.name))
        target = self.form.targets.get(str(self.draft.answers.get("unit_type")))
        if target:
            missing = target.at_least - models
            said.append(
                self._say(
                    "target_missing" if missing > 0 else "target_met",
                    unit_type=self._shown(self.form.field("unit_type")),
                    at_least=target.at_least,
                    path=place(target.clause, self.language),
                    count=models,
                    missing=missing,
                )
            )
        return (Line("\n".join(said), self._buttons("more", "paper", "mine")),)


_WHEN_EDITING = {
    "confirm_cancel": "edit_confirm_cancel",
    "not_cancelled": "edit_not_cancelled",
    "cancelled": "edit_cancelled",
    "paused": "edit_paused",
    "resumed": "edit_resumed",
    "already_registering": "edit_open",
}
_BUTTONS = {
    "edit_confirm_cancel": ("cancel_edit_yes", "cancel_no"),
    "edit_cancelled": ("mine",),
    "edit_paused": ("resume",),
    "consent_unclear": ("agree", "disagree"),
    "confirm_cancel": ("cancel_yes", "cancel_no"),
    "cancelled": ("register",),
    "paused": ("resume",),
    "which": ("as_answer", "as_question"),
    "way_out": ("save", "cancel"),
    "way_out_skip": ("skip", "save", "cancel"),
    "consent_short": ("agree", "disagree"),
    "duplicate": ("go_on", "rename", "stop"),
    "duplicate_own": ("go_on", "rename", "stop"),
    "review_unclear": ("submit", "edit", "save", "cancel"),
}


def date_of(deadline: Deadline) -> str:
    """Return the day of a deadline as plans write it, such as 25/4/2023."""
    return f"{deadline.before.day}/{deadline.before.month}/{deadline.before.year}"


def quote_of(plan: Plan, path: str) -> str:
    """Return the plan's words at `path`, from a long clause the sentences from one naming a model on; or ""."""
    passages: Sequence[str] = [p.text for p in plan.passages if p.path == path and not p.is_heading]
    quote = " ".join(passages or [p.text for p in plan.passages if p.path == path])
    if len(quote) <= LONGEST_QUOTE:
        return quote
    sentences = _SENTENCE_END.split(quote)
    named = (at for at, each in enumerate(sentences) if any(contains(each, word) for word in words()["quoted_from"]))
    first = next(named, 0)
    rest = ("… " if first else "") + " ".join(sentences[first:])
    return rest if len(rest) <= LONGEST_QUOTE else rest[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
