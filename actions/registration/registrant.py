"""What a person does with registrations submitted before: shows, corrects, withdraws them, takes the paper.

Another person's reference is answered as one that does not exist.
"""

import uuid
from collections.abc import Sequence

from actions.registration import journey
from actions.registration.cautions import COMPARED
from actions.registration.commands import commands_in, plain
from actions.registration.draft import ASKED_ONCE, ASKING, CANCELLED, PAUSED, REVIEWING, SAVED, Draft
from actions.registration.records import Registration
from actions.registration.requests import Request
from actions.registration.store import RETURNED, SUBMITTED, WITHDRAWN, RegistrationProblem
from actions.registration.turns import Envelope, Office, Turn
from actions.registration.wording import Choice, Line, button, say
from knowledge.vietnamese import is_marked


class Registrant:
    """Serves persons who have registered."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def serve(self, person: str, request: Request, language: str) -> Turn:
        """Do what a request about a registration asks: show, change, withdraw, paper."""
        found = self._meant(person, request)
        if found is None:
            return self._unknown(request, language)
        match request.kind:
            case "change":
                return self._change(person, found, request.rest, language)
            case "withdraw":
                return self._ask_to_withdraw(person, found, language)
            case "paper":
                return self._paper(person, found, language, named=request.reference is not None)
        return self._show(found, language)

    def untold(self, person: str) -> Sequence[Registration]:
        """Return the registrations that the office has returned and the person has not been told of."""
        returned = self._office.store.returned_to(person)
        return [each for each in returned if each.plan_id in self._office.plans and not self._was_told(each)]

    def tell(self, person: str, returned: Sequence[Registration], language: str) -> tuple[Line, ...]:
        """Say once what the office wants changed, and keep the corrections as drafts: the first open if nothing is."""
        lines, office = [], self._office
        for each in returned:
            opened = office.store.open_draft(person) is None
            draft = self._edit_draft(person, each).but(state=ASKING if opened else PAUSED)
            step = journey.ask_again(office.form(draft), draft) if opened else None
            saved = office.store.save_draft(step.draft if step else draft, office.clock(), "told_returned")
            later = () if opened else (button("change", language, reference=each.reference),)
            lines.append(Line(self._returned_words(each, saved, language, later=not opened), later))
        return tuple(lines)

    def remind(self, person: str, language: str) -> tuple[Line, ...]:
        """Say which registrations still wait for corrections, when another has just been finished."""
        waiting = [each for each in self._office.store.returned_to(person) if each.plan_id in self._office.plans]
        return tuple(
            Line(
                say("returned_waiting", language, reference=each.reference),
                (button("change", language, reference=each.reference),),
            )
            for each in waiting
        )

    def answer_asked_once(self, draft: Draft, message: str, language: str) -> Turn:
        """Take the answer to "withdraw it?"; whatever is no yes leaves the registration as it is."""
        office, reference = self._office, draft.reference or ""
        said = commands_in(message)
        if not said & {"confirm", "submit", "cancel"}:
            office.store.drop_draft(draft, office.clock(), "not_withdrawn")
            line = Line(say("withdraw_not", language, reference=reference), (button("mine", language),))
            return Turn((line,), Envelope(CANCELLED), open=False)
        try:
            gone = office.store.withdraw(reference, draft.person, office.clock())
        except RegistrationProblem as problem:
            office.store.drop_draft(draft, office.clock(), "outdated")
            return office.problem(problem, reference, language)
        office.store.drop_draft(draft, office.clock(), "answered")
        line = Line(say("withdrawn", language, reference=reference), (button("register", language),))
        return Turn((line,), Envelope(CANCELLED, plan_id=gone.plan_id), open=False)

    def asked_once(self, draft: Draft, language: str) -> Turn:
        """Ask once more whether the registration shall be withdrawn."""
        found = self._office.store.registration(draft.reference or "", draft.person)
        name = found.answers.get("model_name", "") if found else ""
        text = say("withdraw_ask", language, reference=draft.reference, model_name=name)
        buttons = (button("withdraw_yes", language), button("withdraw_no", language))
        return Turn((Line(text, buttons),), Envelope(REVIEWING), open=True)

    def set_aside(self, person: str, keep: str | None = None) -> bool:
        """Make way for another draft than `keep`: pause what is being filled; tell whether something was."""
        office, draft = self._office, self._office.store.open_draft(person)
        if draft is None or draft.id == keep:
            return False
        if draft.state in (ASKING, REVIEWING) and draft.pending not in ASKED_ONCE:
            paused = draft.but(state=PAUSED, pending=None, pending_text="", misses=0)
            office.store.save_draft(paused, office.clock(), "paused")
            return True
        office.store.drop_draft(draft, office.clock(), "cancelled")
        return False

    def _meant(self, person: str, request: Request) -> Registration | None:
        store = self._office.store
        if request.reference is not None:
            return store.registration(request.reference, person)
        listed = store.registrations(person=person)
        if request.number is not None:
            return listed[request.number - 1] if 1 <= request.number <= len(listed) else None
        mine = [each for each in listed if each.reference and each.status != WITHDRAWN]
        return max(mine, key=lambda each: (each.updated_at, each.reference or ""), default=None)

    def _unknown(self, request: Request, language: str) -> Turn:
        if request.reference is not None:
            text = say("registration_unknown", language, reference=request.reference)
        elif request.number is not None:
            text = say("mine_no_such", language, number=request.number)
        else:
            text = say("paper_none", language)
        return Turn((Line(text, (button("mine", language),)),), None, open=False)

    def _show(self, found: Registration, language: str) -> Turn:
        office = self._office
        plan = office.plans.get(found.plan_id or "")
        if plan is None:
            return Turn((Line(say("plan_gone", language), (button("mine", language),)),), None, open=False)
        shown = self._edit_draft(found.person, found).but(answers=found.answers)
        speaker = office.speaker(shown, language)
        if found.reference is None:
            text = say("draft_shown", language, card=speaker.card(), plan=plan.label)
            return Turn((Line(text, (button("resume", language),)),), None, open=False)
        status = say(f"status_{found.status}", language)
        values = {"reference": found.reference, "status": status, "plan": plan.label, "version": found.version}
        said = [say("registration_shown", language, card=speaker.card(), **values)]
        if found.status == RETURNED:
            said.append(speaker.comments(found.comments, found.answers))
        return Turn((Line("\n".join(said), self._buttons(found, language)),), self._envelope(found), open=False)

    def _buttons(self, found: Registration, language: str) -> tuple[Choice, ...]:
        keys = {SUBMITTED: ("change", "withdraw", "paper_of"), RETURNED: ("change", "withdraw"), WITHDRAWN: ()}
        return tuple(button(key, language, reference=found.reference) for key in keys.get(found.status, ("paper_of",)))

    def _envelope(self, found: Registration) -> Envelope:
        state = CANCELLED if found.status == WITHDRAWN else SAVED
        return Envelope(state, reference=found.reference if state == SAVED else None, plan_id=found.plan_id)

    def _change(self, person: str, found: Registration, wish: str, language: str) -> Turn:
        """Open a registration to be corrected, or go on with the correction begun; `wish` is the first one."""
        office = self._office
        if found.status not in (SUBMITTED, RETURNED) or found.plan_id not in office.plans:
            key = "registration_withdrawn" if found.status == WITHDRAWN else "registration_accepted"
            line = Line(say(key, language, reference=found.reference), (button("mine", language),))
            return Turn((line,), self._envelope(found), open=False)
        fresh = self._edit_draft(person, found)
        form = office.form(fresh)
        held = self.set_aside(person, keep=fresh.id)
        begun = office.store.draft(fresh.id, person)
        draft = begun.but(state=ASKING, pending=None, pending_text="") if begun else fresh
        key = "edit_begun" if not begun else "edit_resumed"
        opening = [Line(say("held", language))] if held else []
        if found.status == RETURNED:
            opening.append(Line(self._returned_words(found, fresh, language)))
        else:
            opening.append(Line(say(key, language, reference=found.reference)))
        step = journey.ask_again(form, draft)
        if wish:
            verb = button("edit", language).text
            verb = verb if is_marked(wish) else plain(verb)
            step = journey.advance(form, step.draft, f"{verb} {wish}")
        before = begun or fresh.but(state=PAUSED)  # never as it is after this step, so that it is kept
        return office.apply(before, step, language, tuple(opening), "edit_begun")

    def _ask_to_withdraw(self, person: str, found: Registration, language: str) -> Turn:
        office = self._office
        if found.reference is None or found.status not in (SUBMITTED, RETURNED):
            key = "registration_withdrawn" if found.status == WITHDRAWN else "registration_accepted"
            line = Line(say(key, language, reference=found.reference), (button("mine", language),))
            return Turn((line,), self._envelope(found), open=False)
        held = self.set_aside(person)
        asking = Draft(str(uuid.uuid4()), person, state=REVIEWING, pending="withdraw", reference=found.reference)
        office.store.save_draft(asking, office.clock(), "withdraw_asked")
        turn = self.asked_once(asking, language)
        opening = (Line(say("held", language)),) if held else ()
        return Turn((*opening, *turn.lines), turn.form, open=True)

    def _paper(self, person: str, found: Registration, language: str, *, named: bool) -> Turn:
        if found.status not in (SUBMITTED, "accepted"):
            key = "paper_returned" if found.status == RETURNED else "paper_withdrawn"
            line = Line(say(key, language, reference=found.reference), (button("mine", language),))
            return Turn((line,), self._envelope(found), open=False)
        paper = self._office.paper(found)
        said = [say("paper_here" if paper else "paper_failed", language, reference=found.reference)]
        others = [each for each in self._office.store.registrations(person=person) if each.reference]
        if not named and len(others) > 1:
            said.append(say("paper_others", language))
        line = Line("\n".join(said), (button("mine", language),))
        return Turn((line,), self._envelope(found), open=False, paper=paper)

    def _edit_draft(self, person: str, found: Registration) -> Draft:
        """Return the draft that corrects a registration at its version: always the same one.

        What a returned one was returned for is asked; everything else stands as it was submitted.
        """
        form = self._office.forms[found.plan_id or ""]
        return Draft(
            id=_draft_id(found),
            person=person,
            plan_id=found.plan_id,
            answers=found.answers,
            skipped=tuple(f.name for f in form.fields if f.name not in found.answers),
            comments=found.comments if found.status == RETURNED else {},
            compared="\n".join(str(found.answers.get(name, "")) for name in COMPARED),
            reference=found.reference,
            edited_version=found.version,
        )

    def _returned_words(self, each: Registration, draft: Draft, language: str, *, later: bool = False) -> str:
        """Say what is to be corrected: all of it if that comes `later`, else the items; each says why when asked."""
        speaker = self._office.speaker(draft, language)
        if not later:
            return say("returned", language, reference=each.reference, labels=speaker.labels(each.comments))
        comments = speaker.comments(each.comments, each.answers)
        said = say("returned_all", language, reference=each.reference, comments=comments)
        return "\n".join([said, say("returned_later", language, reference=each.reference)])

    def _was_told(self, each: Registration) -> bool:
        return bool(self._office.store.audit(_draft_id(each)))


def _draft_id(found: Registration) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{found.reference}:{found.version}"))
