"""Does what a person asks of the reminders, and says what came of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.memory.wishes import ALL, DRAFTS, Reachable, Wished
from bot.messages import Attachment, Button, Citation, Reply
from bot.reminders.calendar_file import calendar_file
from bot.reminders.reading import Request
from bot.reminders.reminding import ENVELOPE, Reminding
from bot.reminders.schedule import MOST_DAYS, MOST_TIMES, USUAL_DAYS, next_moment
from bot.reminders.wording import say, say_days
from knowledge.deadlines import ZONE, Due

KeepFile = Callable[[str, str, bytes, datetime], str]
"""From a person, a name, a content and a moment to the token under which the channel finds the file; or OSError."""

Unasked = Mapping[str, timedelta | None]
"""How long after a person's last message a channel may write to them unasked; None: always; not named: never."""

NEVER = timedelta(0)

_log = logging.getLogger(__name__)


class ReminderDesk:
    """Serves requests; what it says is done is written down. `keep` puts a file where the channel fetches it."""

    def __init__(self, reminding: Reminding, keep: KeepFile, unasked: Unasked) -> None:
        self._reminding = reminding
        self._keep = keep
        self._unasked = unasked

    def serve(self, to: Reachable, request: Request, language: str) -> tuple[Reply, ...]:
        """Do what is asked.

        Raises:
            StoreUnavailable: nothing was changed.
        """
        match request.kind:
            case "set":
                reply = self._set(to, request, language)
            case "show":
                reply = self._show(to, language)
            case "stop":
                reply = self._stop(to, request, language)
            case "calendar":
                reply = self._calendar(to, request, language)
            case "ask_days":
                reply = Reply(say("ask_days", language, most=MOST_DAYS, times=MOST_TIMES))
            case _:
                reply = self._drafts(to, request.kind == "drafts_on", language)
        return (replace(reply, custom=ENVELOPE),)

    def _set(self, to: Reachable, request: Request, language: str) -> Reply:
        now, wishes = self._reminding.clock(), self._reminding.wishes.of(to.person)
        wished = [about for about, each in wishes.items() if each.days]
        abouts = list(request.plan_ids) or ([ALL] if request.everything else wished or [ALL])
        dues = self._of(abouts, self._reminding.due_list.dated(now))
        ahead, passed = [due for due in dues if not due.passed], [due for due in dues if due.passed]
        if request.plan_ids and not ahead:
            key = "not_set_passed" if passed else "not_set_undated"
            said = say(key, language, what=self._named(abouts, language))
            return self._with_dues(Reply(said), passed, None, language)
        days = {about: request.days or _usual(wishes.get(about)) for about in abouts}
        dropped = [about for about in wishes if about not in (*abouts, DRAFTS)] if ALL in abouts else []
        self._reminding.wishes.change(to, days, dropped, language, now)
        chosen, begin = days[abouts[0]], f"{self._reminding.rules.hours.begin:%H:%M}"
        said = say("set", language, what=self._named(abouts, language), days=say_days(chosen, language), begin=begin)
        reply = self._with_coming(Reply(said), [(due, days.get(due.plan_id, chosen)) for due in ahead], now, language)
        if request.plan_ids:
            reply = self._with_dues(reply, passed, "passed", language)
        if ALL in abouts:
            reply = _with(reply, say("new_plans", language))
        return self._closed(reply, to, bool(ahead), language)

    def _show(self, to: Reachable, language: str) -> Reply:
        now, wishes = self._reminding.clock(), self._reminding.wishes.of(to.person)
        dated = self._reminding.due_list.dated(now)
        if not any(each.days for each in wishes.values()):
            return self._offer([due for due in dated if not due.passed], language)
        lines = [say("your_wishes", language), *(self._wish(*each, language) for each in wishes.items())]
        ahead = [(due, days) for due, days in self._wished(wishes, dated) if not due.passed]
        reply = self._with_coming(Reply("\n".join(lines)), ahead, now, language)
        return self._closed(reply, to, bool(ahead), language)

    def _offer(self, ahead: Sequence[Due], language: str) -> Reply:
        """Ask which plan to remind of: those with a deadline to come, or all."""
        everything = _buttons(language, "all")
        if not ahead:
            return Reply(say("nothing_to_offer", language), everything)
        plans = self._reminding.due_list.plans
        buttons = [
            Button(
                say("button_plan", language, plan=plans[plan_id].label),
                say("button_plan_words", language, id=plan_id),
            )
            for plan_id in dict.fromkeys(due.plan_id for due in ahead)
        ]
        reply = self._with_dues(Reply(say("nothing_yet", language)), ahead, "to_come", language)
        return replace(reply, buttons=(*buttons, *everything))

    def _stop(self, to: Reachable, request: Request, language: str) -> Reply:
        wishes, now = self._reminding.wishes.of(to.person), self._reminding.clock()
        if not request.plan_ids:
            self._reminding.wishes.change(to, {DRAFTS: ()}, [each for each in wishes if each != DRAFTS], language, now)
            return Reply(say("stopped_all", language))
        excepted = {plan_id: () for plan_id in request.plan_ids if ALL in wishes}
        self._reminding.wishes.change(to, excepted, request.plan_ids, language, now)
        return Reply(say("stopped", language, what=self._named(request.plan_ids, language)))

    def _drafts(self, to: Reachable, wanted: bool, language: str) -> Reply:
        if wanted and not self._reminding.rules.draft_days:
            return Reply(say("drafts_never", language))
        kept: dict[str, tuple[int, ...]] = {} if wanted else {DRAFTS: ()}
        self._reminding.wishes.change(to, kept, [DRAFTS], language, self._reminding.clock())
        return Reply(say("drafts_on" if wanted else "drafts_off", language))

    def _calendar(self, to: Reachable, request: Request, language: str) -> Reply:
        """Hand over a file of the plans named, else of those wished for, else of all."""
        now, wishes = self._reminding.clock(), self._reminding.wishes.of(to.person)
        dated, plans = self._reminding.due_list.dated(now), self._reminding.due_list.plans
        wished = self._wished(wishes, dated)
        days = {due: each for due, each in wished}
        if request.plan_ids or not wished:
            abouts = list(request.plan_ids) or [ALL]
            chosen = self._of(abouts, dated)
        else:
            abouts = [about for about, each in wishes.items() if each.days]
            chosen = list(days)
        listed = [(due, request.days or days.get(due) or USUAL_DAYS) for due in chosen if not due.passed]
        if not listed:
            return Reply(say("calendar_none", language, what=self._named(abouts, language)))
        content = calendar_file(listed, plans, now, self._reminding.rules.hours, language)
        name = say("calendar_name", language)
        try:
            token = self._keep(to.person, name, content, now)
        except OSError:
            _log.exception("a calendar file could not be put down")
            return Reply(say("calendar_failed", language))
        return Reply(say("calendar", language, count=len(listed)), attachments=(Attachment(name, token),))

    def _with_coming(
        self, reply: Reply, ahead: Sequence[tuple[Due, tuple[int, ...]]], now: datetime, language: str
    ) -> Reply:
        """Return `reply` with the deadlines to come: those reminded of, the next moment, those too near for it."""
        if not ahead:
            return _with(reply, say("none_ahead", language))
        moments = {due: next_moment(due, days, now, self._reminding.rules.hours) for due, days in ahead}
        nearest = min((each for each in moments.values() if each is not None), default=None)
        reply = self._with_dues(reply, [due for due, each in moments.items() if each], "ahead", language)
        if nearest is not None:
            local = nearest.astimezone(ZONE)
            reply = _with(reply, say("next", language, day=f"{local:%d/%m/%Y}", begin=f"{local:%H:%M}"))
        return self._with_dues(reply, [due for due, each in moments.items() if not each], "too_near", language)

    def _with_dues(self, reply: Reply, dues: Sequence[Due], heading: str | None, language: str) -> Reply:
        """Return `reply` with `dues` told below it, under a heading if there is one."""
        told = self._reminding.due_list.told(dues, language, brief=True) if dues else None
        headed = [say(heading, language)] if heading else []
        return reply if told is None else _with(reply, *headed, told.text, cited=told.citations)

    def _closed(self, reply: Reply, to: Reachable, ahead: bool, language: str) -> Reply:
        """Return `reply` with what is to be known of the channel, and how to go on."""
        buttons = _buttons(language, "stop", *(["calendar"] if ahead else []))
        return replace(_with(reply, *self._channel(to, language), say("change", language)), buttons=buttons)

    def _channel(self, to: Reachable, language: str) -> list[str]:
        """Return what is to be known of a channel that may not always write first."""
        window = self._unasked.get(to.channel, NEVER)
        if window is None:
            return []
        hours = int(window.total_seconds() // 3600)
        return [say("within", language, hours=hours) if hours else say("at_visit", language)]

    def _wish(self, about: str, wished: Wished, language: str) -> str:
        if about == DRAFTS:
            return say("drafts_not", language)
        key, days = ("wish", say_days(wished.days, language)) if wished.days else ("wish_not", "")
        return say(key, language, what=self._named([about], language), days=days)

    def _wished(self, wishes: Mapping[str, Wished], dated: Sequence[Due]) -> list[tuple[Due, tuple[int, ...]]]:
        """Return the deadlines that are wished for, each with its days."""
        found = [(due, wishes.get(due.plan_id) or wishes.get(ALL)) for due in dated]
        return [(due, wished.days) for due, wished in found if wished is not None and wished.days]

    def _of(self, abouts: Sequence[str], dated: Sequence[Due]) -> list[Due]:
        return [due for due in dated if ALL in abouts or due.plan_id in abouts]

    def _named(self, abouts: Sequence[str], language: str) -> str:
        plans = self._reminding.due_list.plans
        return ", ".join(
            say("all_plans", language) if about == ALL else plans[about].label if about in plans else about
            for about in abouts
        )


def _with(reply: Reply, *lines: str, cited: Sequence[Citation] = ()) -> Reply:
    text, citations = "\n".join([reply.text, *lines]), dict.fromkeys((*reply.citations, *cited))
    return replace(reply, text=text, citations=tuple(citations))


def _usual(wished: Wished | None) -> tuple[int, ...]:
    return wished.days if wished is not None and wished.days else USUAL_DAYS


def _buttons(language: str, *names: str) -> tuple[Button, ...]:
    return tuple(Button(say(f"button_{name}", language), say(f"button_{name}_words", language)) for name in names)
