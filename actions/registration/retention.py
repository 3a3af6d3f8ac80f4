"""How long what nobody uses is kept: never shorter than its plan runs, else as long as the office has set."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from actions.registration.form import VIETNAM, Form
from actions.registration.store import Store


def closes(form: Form) -> datetime:
    """Return the moment at which a plan closes: the end of its year, or its deadline where that is later."""
    end = date(form.year + 1, 1, 1)
    return datetime.combine(max(end, form.deadline.before) if form.deadline else end, time(), VIETNAM)


def is_closed(form: Form, now: datetime) -> bool:
    """Tell whether the plan has closed at `now`, an aware moment: its unfinished drafts are then reported."""
    return now >= closes(form)


def forget(store: Store, forms: Iterable[Form], now: datetime, retention_days: int) -> None:
    """Delete what has not been used for `retention_days`: drafts of closed plans, and what is remembered of persons.

    Raises:
        StoreUnavailable: the database cannot be written.
    """
    before = now - timedelta(days=retention_days)
    running = [form.plan_id for form in forms if not is_closed(form, now)]
    store.drop_old_drafts(before, running, now)
    store.forget_idle(before)
