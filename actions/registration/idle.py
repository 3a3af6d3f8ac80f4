"""What a person is told who is filling nothing: a second tap on submit, "đăng ký thêm", "tiếp tục"."""

from actions.registration import journey
from actions.registration.commands import commands_in
from actions.registration.draft import CANCELLED, SAVED
from actions.registration.reception import Reception
from actions.registration.records import Registration
from actions.registration.store import SUBMITTED
from actions.registration.turns import Envelope, Office, Turn
from actions.registration.wording import Line, button, say


class Idle:
    """Serves persons without an open draft."""

    def __init__(self, office: Office, reception: Reception) -> None:
        self._office = office
        self._reception = reception

    def is_sent_again(self, person: str, message: str) -> bool:
        """Tell whether `message` is "gửi" from somebody who has sent something or keeps a draft.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        if "submit" not in commands_in(message) or self._office.store.open_draft(person) is not None:
            return False
        return bool(self._office.store.registrations(person=person))

    def take(self, person: str, message: str, language: str) -> Turn:
        """Take a message; what it says of registering is done, anything else hears that nothing is open."""
        said = commands_in(message)
        last = self._last(person)
        if "submit" in said and self._keeps_a_later_draft(person, last):
            return self.resume(person, language)
        if said & {"confirm", "submit"} and last is not None:
            text = say("saved_before", language, reference=last.reference)
            envelope = Envelope(SAVED, reference=last.reference, plan_id=last.plan_id)
            buttons = (button("more", language), button("paper", language), button("mine", language))
            return Turn((Line(text, buttons),), envelope, open=False)
        if "mine" in said:
            return Turn(self._office.mine(person, language), Envelope(CANCELLED), open=False)
        if said & {"more", "register"}:
            return self._reception.start(person, None, message, language)
        paused = self._office.store.paused_draft(person)
        if paused is not None and paused.plan_id in self._office.plans:
            if "resume" in said:
                return self.resume(person, language)
            line = Line(say("nothing_open_paused", language), (button("resume", language),))
            return Turn((line,), self._office.envelope(paused), open=False)
        line = Line(say("nothing_open", language), (button("register", language),))
        return Turn((line,), Envelope(CANCELLED), open=False)

    def resume(self, person: str, language: str) -> Turn:
        """Take up the draft that was paused last."""
        paused = self._office.store.paused_draft(person)
        if paused is None or paused.plan_id not in self._office.plans:
            return self.take(person, "", language)
        return self._office.apply(paused, journey.advance(self._office.form(paused), paused, ""), language)

    def _last(self, person: str) -> Registration | None:
        """Return what the person sent or corrected last."""
        kept = [each for each in self._office.store.registrations(person=person) if each.status == SUBMITTED]
        latest = max(kept, key=lambda each: (each.updated_at, each.reference or ""), default=None)
        return latest or self._office.store.last_registration(person)

    def _keeps_a_later_draft(self, person: str, last: Registration | None) -> bool:
        """Tell whether a draft was touched after `last` was sent."""
        drafts = [each for each in self._office.store.registrations(person=person) if each.reference is None]
        return any(last is None or each.updated_at > last.updated_at for each in drafts)
