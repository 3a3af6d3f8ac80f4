"""A reply that never arrived: the person answers again what they were asked last, and that is what counts.

A process may die after an answer is saved and before the next question is said. The person then sees the old question
and answers it once more; taken as the answer to the next one, "1" or "tháng 5" would fill the wrong field.
"""

from actions.registration.commands import commands_in, question_grade
from actions.registration.draft import ASKING, CONSENT, REVIEWING, Draft, next_field
from actions.registration.form import Form

_ASK_WHERE_WE_ARE = {"resume", "register", "more", "mine", "help", "why", "courtesy"}


def asked_of(form: Form, draft: Draft) -> str:
    """Return what an open draft waits for: a question of the assistant's own, else a field, else its state."""
    field = next_field(form, draft) if draft.state == ASKING else None
    return draft.pending or (field.name if field else draft.state)


def as_last_seen(form: Form, draft: Draft, asked: str | None, message: str) -> Draft:
    """Return the draft as its person sees it.

    That is `draft` itself, unless `asked`, what this person was asked last, is what the last message answered: then the
    reply to that was lost, and `asked` is open again. A message that only asks where things stand opens nothing.
    """
    lost = asked is not None and draft.replied == (draft.person, asked) and asked != asked_of(form, draft)
    if asked is None or not lost or commands_in(message) & _ASK_WHERE_WE_ARE or question_grade(message) == "sure":
        return draft
    calm = draft.but(pending=None, pending_text="", editing=None, misses=0)
    if asked == CONSENT:
        return calm.but(state=CONSENT)
    if asked == REVIEWING and next_field(form, calm) is None:
        return calm.but(state=REVIEWING)
    if asked not in {field.name for field in form.fields}:
        return draft
    others = {name: value for name, value in draft.answers.items() if name != asked}
    unanswered = calm.but(state=ASKING, answers=others)
    field = next_field(form, unanswered)
    return unanswered if field and field.name == asked else calm.but(state=ASKING, editing=asked)
