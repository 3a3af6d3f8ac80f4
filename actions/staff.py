"""What the staff may ask of the assistant in a chat: the questions that it could not answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from actions.registration.wording import Choice, Line
from actions.wording import mentions, say
from knowledge.answers import outcomes
from knowledge.corpus import Plan
from knowledge.unanswered import HANDED_OVER, ZONE, Unanswered

PAGE = 10  # questions
_MOST_WORDS = 12  # of a message that asks for the list
_MOST_WORDS_MORE = 4
_QUESTION_SHOWN = 200  # characters


class StaffDesk:
    """Lists questions without an answer to the `members`, and to nobody else.

    `listed` returns them as of a moment, most asked first; `clock` gives aware moments.
    """

    def __init__(
        self,
        members: frozenset[str],
        listed: Callable[[datetime], Sequence[Unanswered]],
        plans: Mapping[str, Plan],
        clock: Callable[[], datetime],
    ) -> None:
        self._members = members
        self._listed = listed
        self._plans = plans
        self._clock = clock

    def page_wanted(self, person: str, text: str, page: object) -> int | None:
        """Return the page of the list that a message asks for, from 1; None where it asks for none.

        `page` is the page shown just before if more follow it, else None. Whoever is no member asks for none.
        """
        words = text.strip(" .,;:!?")
        if person not in self._members or not words or len(words.split()) > _MOST_WORDS:
            return None
        if mentions(words, "unanswered"):
            return 1
        goes_on = isinstance(page, int) and len(words.split()) <= _MOST_WORDS_MORE and mentions(words, "more")
        return page + 1 if isinstance(page, int) and goes_on else None

    def unanswered(self, page: int, language: str) -> tuple[tuple[Line, ...], bool]:
        """Return one page of the list in words, and whether another follows.

        Raises:
            StoreUnavailable: the list cannot be read.
        """
        found = self._listed(self._clock())
        begin = (page - 1) * PAGE
        shown = found[begin : begin + PAGE]
        if not shown:
            return (Line(say("unanswered_none", language)),), False
        items = [self._item(number, each, language) for number, each in enumerate(shown, begin + 1)]
        more = begin + PAGE < len(found)
        title = say("unanswered_more", language)
        buttons = (Choice(title, title),) if more else ()
        return (Line(say("unanswered", language, count=len(found), items="\n".join(items)), buttons),), more

    def _item(self, number: int, item: Unanswered, language: str) -> str:
        plan = self._plans.get(item.plan_id or "")
        if item.outcome == HANDED_OVER:
            label = say("unanswered_handed_over", language, number=item.number)
        else:
            label = outcomes()[item.outcome]["label"] if language == "vi" else item.outcome.replace("_", " ")
        question = item.question
        return say(
            "unanswered_item",
            language,
            number=number,
            question=question if len(question) <= _QUESTION_SHOWN else f"{question[:_QUESTION_SHOWN]}…",
            outcome=label,
            times=item.times,
            plan=plan.label if plan else item.plan_id or say("no_plan_chosen", language),
            last=item.last_at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M"),
        )


NOBODY = StaffDesk(frozenset(), lambda _: (), {}, lambda: datetime.now(UTC))
"""A desk for an office that names no staff."""
