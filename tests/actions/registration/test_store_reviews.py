"""Accepting and returning: the office's side of a registration, and what its registrant then finds."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from actions.registration.store import AlreadyWithdrawn, StaleRegistration, Store, UnknownRegistration
from tests.actions.registration.filled import ANSWERS, FORM, NOW, saved, submit

LATER = NOW + timedelta(hours=1)
COMMENTS = {"quantity": "mỗi chi bộ một mô hình", "location": "ghi rõ phòng nào"}


def test_accepting_is_kept_with_who_when_and_the_comment(store: Store) -> None:
    reference = submit(store, saved(store))
    accepted = store.accept(reference, "shell:lan", LATER, " Rất tốt. ")
    assert (accepted.status, accepted.version, accepted.comments) == ("accepted", 2, {"general": "Rất tốt."})
    last = store.history(reference)[-1]
    assert (last.by, last.at, last.status, last.answers) == ("shell:lan", LATER, "accepted", ANSWERS)
    assert store.audit(reference)[-1] == ("accepted", "shell:lan", 2)
    assert store.accept(reference, "shell:minh", LATER, "khác") == accepted
    assert store.count_models("yenbai-duk-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 2


def test_a_returned_one_waits_for_its_registrant_only(store: Store) -> None:
    reference = submit(store, saved(store))
    submit(store, saved(store, "d2", "web:2"))
    returned = store.return_for(reference, "shell:lan", COMMENTS, LATER)
    assert (returned.status, returned.version, returned.comments) == ("returned", 2, COMMENTS)
    assert store.returned_to("web:1") == [returned]
    assert store.returned_to("web:2") == []
    assert store.audit(reference)[-1] == ("returned", "shell:lan", 2)
    assert store.count_models("yenbai-duk-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 2  # of web:2


def test_a_returned_one_edited_is_submitted_again(store: Store) -> None:
    reference = submit(store, saved(store))
    store.return_for(reference, "shell:lan", COMMENTS, LATER)
    with pytest.raises(StaleRegistration):
        store.edit_registration(reference, "web:1", {**ANSWERS, "quantity": 1}, FORM, LATER, 1)
    edited = store.edit_registration(reference, "web:1", {**ANSWERS, "quantity": 1}, FORM, LATER, 2)
    assert (edited.status, edited.version, edited.comments) == ("submitted", 3, {})
    assert store.returned_to("web:1") == []
    assert [each.comments for each in store.history(reference, "web:1")] == [{}, COMMENTS, {}]


def test_a_returned_one_sent_again_as_it_was_is_submitted(store: Store) -> None:
    reference = submit(store, saved(store))
    store.return_for(reference, "shell:lan", COMMENTS, LATER)
    assert store.edit_registration(reference, "web:1", ANSWERS, FORM, LATER, 2).status == "submitted"


def test_a_returned_one_can_be_withdrawn(store: Store) -> None:
    reference = submit(store, saved(store))
    store.return_for(reference, "shell:lan", COMMENTS, LATER)
    assert store.withdraw(reference, "web:1", LATER).comments == {}
    assert store.returned_to("web:1") == []


def test_returning_twice_is_as_once_and_other_comments_replace_the_first(store: Store) -> None:
    reference = submit(store, saved(store))
    assert store.return_for(reference, "shell:lan", COMMENTS, LATER).version == 2
    assert store.return_for(reference, "shell:lan", COMMENTS, LATER).version == 2
    assert store.return_for(reference, "shell:lan", {"scale": "tập thể?"}, LATER).version == 3
    assert store.returned_to("web:1")[0].comments == {"scale": "tập thể?"}


def test_an_accepted_one_can_be_returned_and_a_returned_one_accepted(store: Store) -> None:
    reference = submit(store, saved(store))
    store.accept(reference, "shell:lan", LATER)
    assert store.return_for(reference, "shell:lan", COMMENTS, LATER).status == "returned"
    accepted = store.accept(reference, "shell:lan", LATER)
    assert (accepted.status, accepted.comments) == ("accepted", {})


@pytest.mark.parametrize("comments", [{}, {"quantity": " "}, {"colour": "sai"}, {"general": "sai"}])
def test_comments_say_something_to_fields(store: Store, comments: Mapping[str, str]) -> None:
    reference = submit(store, saved(store))
    with pytest.raises(ValueError, match="comments"):
        store.return_for(reference, "shell:lan", comments, LATER)
    assert store.history(reference)[-1].status == "submitted"


def test_a_withdrawn_or_unknown_one_is_not_reviewed(store: Store) -> None:
    reference = submit(store, saved(store))
    store.withdraw(reference, "web:1", LATER)
    with pytest.raises(AlreadyWithdrawn):
        store.accept(reference, "shell:lan", LATER)
    with pytest.raises(AlreadyWithdrawn):
        store.return_for(reference, "shell:lan", COMMENTS, LATER)
    with pytest.raises(UnknownRegistration):
        store.accept("DVK-2023-9999", "shell:lan", LATER)


def test_what_has_changed_since_it_was_read_is_not_reviewed(store: Store) -> None:
    reference = submit(store, saved(store))
    store.edit_registration(reference, "web:1", {**ANSWERS, "quantity": 9}, FORM, LATER, 1)
    with pytest.raises(StaleRegistration):
        store.accept(reference, "shell:lan", LATER, expected_version=1)
    with pytest.raises(StaleRegistration):
        store.return_for(reference, "shell:lan", COMMENTS, LATER, expected_version=1)
    assert store.accept(reference, "shell:lan", LATER, expected_version=2).status == "accepted"
