"""Editing and withdrawing: a new version beside the old one, for the registrant only, one of two at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from actions.registration.store import (
    AlreadyAccepted,
    AlreadyWithdrawn,
    RegistrationProblem,
    StaleDraft,
    StaleRegistration,
    Store,
    UnknownRegistration,
    open_store,
)
from tests.actions.registration.filled import ANSWERS, FORM, NOW, saved, submit

LATER = NOW + timedelta(hours=1)
CHANGED = {**ANSWERS, "quantity": 3, "model_name": "Một cửa gần dân"}
NEW_FORM = {"unit_name": "Tên đơn vị"}


def edit(store: Store, reference: str, expected: int = 1, person: str = "web:1", **changes: object) -> int:
    answers = {**CHANGED, **changes}
    return store.edit_registration(reference, person, answers, NEW_FORM, LATER, expected).version  # type: ignore[arg-type]


def test_an_edit_keeps_the_reference_and_the_version_before(store: Store) -> None:
    reference = submit(store, saved(store))
    edited = store.edit_registration(reference, "web:1", CHANGED, NEW_FORM, LATER, 1)
    assert (edited.reference, edited.version, edited.status) == (reference, 2, "submitted")
    assert edited.answers == CHANGED
    assert (edited.submitted_at, edited.updated_at) == (NOW, LATER)
    first, second = store.history(reference, "web:1")
    assert (first.version, first.by, first.at, first.answers, first.form) == (1, "web:1", NOW, ANSWERS, FORM)
    assert (second.version, second.by, second.at, second.answers, second.form) == (
        *(2, "web:1", LATER),
        *(CHANGED, NEW_FORM),
    )
    assert store.audit(reference) == [("submitted", "web:1", 1), ("edited", "web:1", 2)]
    assert store.registrations() == [edited]
    assert store.registration(reference.lower(), "web:1") == edited


def test_an_edit_is_counted_for_the_unit_it_names_now(store: Store) -> None:
    reference = submit(store, saved(store))
    edit(store, reference, unit_name="Chi bộ Tài vụ")
    count = store.count_models
    assert count("yenbai-duk-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 0
    assert count("yenbai-duk-2023", "Chi bộ Tài vụ", "grassroots_party_cell") == 3


def test_a_value_taken_out_is_out(store: Store) -> None:
    reference = submit(store, saved(store))
    without = {name: value for name, value in ANSWERS.items() if name != "scale"}
    assert store.edit_registration(reference, "web:1", without, FORM, LATER, 1).answers == without
    assert store.history(reference)[0].answers == ANSWERS


def test_an_edit_of_a_version_no_longer_there_changes_nothing(store: Store) -> None:
    reference = submit(store, saved(store))
    assert edit(store, reference) == 2
    with pytest.raises(StaleRegistration, match=r"now version 2, not 1") as stale:
        edit(store, reference, quantity=9)
    assert stale.value.current.answers == CHANGED
    assert len(store.history(reference)) == 2


def test_the_same_edit_twice_makes_one_version(store: Store) -> None:
    reference = submit(store, saved(store))
    assert edit(store, reference) == edit(store, reference) == 2
    assert len(store.history(reference)) == 2


def test_an_edit_that_changes_nothing_makes_no_version(store: Store) -> None:
    reference = submit(store, saved(store))
    assert store.edit_registration(reference, "web:1", ANSWERS, FORM, LATER, 1).version == 1
    assert len(store.history(reference)) == 1


def test_the_draft_of_an_edit_ends_with_it_and_makes_one_version(store: Store) -> None:
    reference = submit(store, saved(store))
    draft = saved(store, "d2", answers=CHANGED)
    for _ in range(2):
        edited = store.edit_registration(reference, "web:1", CHANGED, FORM, LATER, 1, draft=draft)
        assert edited.version == 2
    assert store.open_draft("web:1") is None
    edit(store, reference, 2, quantity=5)
    again = store.edit_registration(reference, "web:1", CHANGED, FORM, LATER, 1, draft=draft)
    assert (again.version, again.answers["quantity"]) == (3, 5)


def test_an_edit_from_a_draft_changed_or_gone_is_refused(store: Store) -> None:
    reference = submit(store, saved(store))
    draft = saved(store, "d2", answers=CHANGED)
    newer = store.save_draft(draft, NOW, "noted")
    with pytest.raises(StaleDraft):
        store.edit_registration(reference, "web:1", CHANGED, FORM, LATER, 1, draft=draft)
    store.drop_draft(newer, NOW, "cancelled")
    with pytest.raises(StaleDraft):
        store.edit_registration(reference, "web:1", CHANGED, FORM, LATER, 1, draft=newer)
    assert store.history(reference)[-1].answers == ANSWERS


def test_a_refused_edit_keeps_its_draft(store: Store) -> None:
    reference = submit(store, saved(store))
    draft = saved(store, "d2", answers=CHANGED)
    edit(store, reference, quantity=7)
    with pytest.raises(StaleRegistration):
        store.edit_registration(reference, "web:1", CHANGED, FORM, LATER, 1, draft=draft)
    assert store.open_draft("web:1") == draft


def test_late_stays_as_it_was_first(store: Store) -> None:
    registration, _ = store.submit(saved(store), 2023, FORM, NOW, late=True)
    assert registration.reference
    edited = store.edit_registration(registration.reference, "web:1", CHANGED, FORM, LATER, 1)
    assert edited.late and store.history(registration.reference)[-1].late


OF_ANOTHER: list[Callable[[Store, str], object]] = [
    lambda store, reference: edit(store, reference, person="web:2"),
    lambda store, reference: store.withdraw(reference, "web:2", LATER),
    lambda store, reference: store.history(reference, "web:2"),
]


@pytest.mark.parametrize("reach", OF_ANOTHER)
def test_anothers_registration_is_as_one_that_does_not_exist(
    store: Store, reach: Callable[[Store, str], object]
) -> None:
    reference = submit(store, saved(store))
    messages = []
    for wanted in (reference, "DVK-2023-9999"):
        with pytest.raises(UnknownRegistration) as unknown:
            reach(store, wanted)
        messages.append(str(unknown.value).replace(wanted, "REF"))
    assert messages[0] == messages[1]
    assert store.registration(reference, "web:2") is None
    assert store.history(reference)[-1].version == 1


def test_withdrawn_is_listed_and_not_counted(store: Store) -> None:
    reference = submit(store, saved(store))
    withdrawn = store.withdraw(reference, "web:1", LATER)
    assert (withdrawn.status, withdrawn.version) == ("withdrawn", 2)
    assert store.withdraw(reference, "web:1", LATER + timedelta(days=1)) == withdrawn
    assert store.registrations(person="web:1") == [withdrawn]
    assert store.count_models("yenbai-duk-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 0
    assert store.tally("yenbai-duk-2023") == []
    assert store.audit(reference)[1:] == [("withdrawn", "web:1", 2)]


def test_what_is_settled_its_registrant_changes_no_more(store: Store) -> None:
    accepted, withdrawn = submit(store, saved(store, "d1")), submit(store, saved(store, "d2"))
    store.accept(accepted, "shell:lan", LATER)
    store.withdraw(withdrawn, "web:1", LATER)
    with pytest.raises(AlreadyAccepted, match="accepted"):
        edit(store, accepted, 2)
    with pytest.raises(AlreadyAccepted):
        store.withdraw(accepted, "web:1", LATER)
    with pytest.raises(AlreadyWithdrawn):
        edit(store, withdrawn, 2)
    assert [each.version for each in store.registrations()] == [2, 2]


def test_the_tally_has_the_names_as_typed(store: Store) -> None:
    submit(store, saved(store, "d1"))
    submit(store, saved(store, "d2"))
    submit(store, saved(store, "d3", answers={**ANSWERS, "unit_name": "CHI BO VAN PHONG", "quantity": 1}))
    submit(store, saved(store, "d4", plan_id="caobang-2023"))
    assert sorted(store.tally("yenbai-duk-2023")) == [
        ("CHI BO VAN PHONG", "grassroots_party_cell", 1),
        ("Chi bộ Văn phòng", "grassroots_party_cell", 4),
    ]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment; return what each returned or raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(30)
        try:
            return act()
        except RegistrationProblem as problem:
            return problem

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_of_two_edits_at_once_one_wins(url: str) -> None:
    stores = [open_store(url) for _ in range(2)]
    for number in range(10):
        reference = submit(stores[0], saved(stores[0], f"d{number}"))
        ended = at_once(
            lambda reference=reference: edit(stores[0], reference, quantity=4),  # type: ignore[misc]
            lambda reference=reference: edit(stores[1], reference, quantity=5),  # type: ignore[misc]
        )
        assert sorted(type(each).__name__ for each in ended) == ["StaleRegistration", "int"]
        versions = stores[0].history(reference)
        assert [each.version for each in versions] == [1, 2]
        assert versions[1].answers["quantity"] == (4 if ended[0] == 2 else 5)
    for store in stores:
        store.close()


def test_accepting_while_withdrawing_does_one_of_them(url: str) -> None:
    stores = [open_store(url) for _ in range(2)]
    for number in range(10):
        reference = submit(stores[0], saved(stores[0], f"d{number}"))
        ended = at_once(
            lambda reference=reference: stores[0].accept(reference, "shell:lan", LATER),  # type: ignore[misc]
            lambda reference=reference: stores[1].withdraw(reference, "web:1", LATER),  # type: ignore[misc]
        )
        refused = [each for each in ended if isinstance(each, RegistrationProblem)]
        assert len(refused) == 1
        status = "withdrawn" if isinstance(refused[0], AlreadyWithdrawn) else "accepted"
        assert [each.status for each in stores[0].history(reference)] == ["submitted", status]
    for store in stores:
        store.close()
