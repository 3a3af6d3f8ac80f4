"""Drafts live as long as their plan runs, and after that as long as the office has set."""

from datetime import datetime, timedelta

import pytest

from actions.registration.form import VIETNAM, Form, form_of
from actions.registration.retention import closes, forget, is_closed
from actions.registration.store import Store
from knowledge.corpus import load_plans
from tests.actions.registration.filled import NOW, saved

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    return {plan.id: form_of(plan) for plan in load_plans().values()}


def test_a_plan_closes_at_the_end_of_its_year_in_vietnam(forms: dict[str, Form]) -> None:
    end = datetime(2024, 1, 1, tzinfo=VIETNAM)
    assert closes(forms["yenbai-duk-2023"]) == end
    assert not is_closed(forms["yenbai-duk-2023"], end - timedelta(seconds=1))
    assert is_closed(forms["yenbai-duk-2023"], end)
    assert not is_closed(forms["backan-vp-2024"], end)


def test_a_draft_of_a_running_plan_is_kept_however_old(store: Store, forms: dict[str, Form]) -> None:
    saved(store)
    forget(store, forms.values(), NOW + 200 * DAY, 30)
    assert store.open_draft("web:1") is not None
    forget(store, forms.values(), NOW + 365 * DAY, 30)
    assert store.open_draft("web:1") is None
    assert store.audit("d1") == [("started", "web:1", 1), ("expired", "web:1", 1)]


def test_a_draft_used_of_late_is_kept_after_the_close(store: Store, forms: dict[str, Form]) -> None:
    draft = saved(store)
    store.save_draft(draft, NOW + 360 * DAY, "noted")
    forget(store, forms.values(), NOW + 365 * DAY, 30)
    assert store.open_draft("web:1") is not None


def test_a_draft_without_plan_or_of_a_plan_gone_is_dropped_by_age(store: Store, forms: dict[str, Form]) -> None:
    saved(store, "d1", plan_id=None, state="choosing")
    saved(store, "d2", plan_id="removed-2023")
    forget(store, forms.values(), NOW + 31 * DAY, 30)
    assert store.open_draft("web:1") is None


def test_what_is_remembered_of_idle_persons_goes_too(store: Store, forms: dict[str, Form]) -> None:
    store.consent("web:5", "1", NOW)
    forget(store, forms.values(), NOW + 29 * DAY, 30)
    assert store.has_consented("web:5", "1")
    forget(store, forms.values(), NOW + 31 * DAY, 30)
    assert not store.has_consented("web:5", "1")
