"""Codes for another channel: ten minutes, once, five tries; and what two linked channels share."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actions.registration.database import open_engine
from actions.registration.keeping.linking import ALPHABET, LOCKED_FOR, MOST_WRONG
from actions.registration.store import Redeemed, Store, open_store
from knowledge.vietnamese import unmark
from tests.actions.registration.filled import ANSWERS, FORM, NOW, saved, submit

MINUTE = timedelta(minutes=1)
WRONG = "222222"


def linked(store: Store, first: str = "web:1", second: str = "telegram:2") -> Redeemed:
    return store.redeem_code(store.offer_code(first, NOW), second, NOW + MINUTE)


def test_a_code_is_six_characters_hard_to_confuse(store: Store) -> None:
    codes = {store.offer_code("web:1", NOW) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 6 and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("01OIL5SBAEUYDW")
    assert unmark(ALPHABET) == ALPHABET


def test_only_a_digest_of_the_code_is_on_disk(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    code = store.offer_code("web:1", NOW)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"web:1" in kept and code.encode() not in kept and code.lower().encode() not in kept


def test_linked_channels_share_drafts_registrations_and_consent(store: Store) -> None:
    store.consent("web:1", "1", NOW)
    store.remember_plan("web:1", "yenbai-duk-2023", NOW)
    reference = submit(store, saved(store, "d0", "web:1"))
    draft = saved(store, "d1", "web:1", state="paused")
    ended = linked(store)
    assert (ended.outcome, ended.draft) == ("linked", draft.but(person="telegram:2"))
    assert store.paused_draft("telegram:2") == ended.draft
    assert store.paused_draft("web:1") == draft
    assert store.has_consented("telegram:2", "1") and store.last_plan("telegram:2") == "yenbai-duk-2023"
    assert [each.status for each in store.registrations(person="telegram:2")] == ["submitted", "draft"]
    last = store.last_registration("telegram:2")
    assert last is not None and last.reference == reference
    edited = store.edit_registration(reference, "telegram:2", {**ANSWERS, "quantity": 5}, FORM, NOW, 1)
    assert (edited.person, store.history(reference, "web:1")[-1].by) == ("web:1", "telegram:2")
    store.return_for(reference, "shell:lan", {"quantity": "?"}, NOW)
    assert len(store.returned_to("telegram:2")) == 1
    assert store.registrations(person="web:3") == []


def test_a_draft_goes_on_in_the_other_channel_and_back(store: Store) -> None:
    saved(store, "d1", "web:1")
    there = linked(store).draft
    assert there is not None
    store.save_draft(there.but(answers={**ANSWERS, "quantity": 9}), NOW + MINUTE, "noted")
    here = store.open_draft("web:1")
    assert here is not None and (here.person, here.answers["quantity"], here.version) == ("web:1", 9, 2)
    assert store.audit("d1") == [("started", "web:1", 1), ("noted", "telegram:2", 2)]
    assert submit(store, here) == "DVK-2023-0001"
    assert store.open_draft("telegram:2") is None


def test_a_draft_being_filled_in_the_second_channel_makes_way(store: Store) -> None:
    saved(store, "d1", "web:1")
    saved(store, "d2", "telegram:2")
    saved(store, "d3", "telegram:2", state="choosing", plan_id=None)
    ended = linked(store)
    assert ended.draft is not None and ended.draft.id == "d1"
    current, paused = store.open_draft("telegram:2"), store.paused_draft("telegram:2")
    assert current is not None and current.id == "d1"
    assert paused is not None and (paused.id, paused.state, paused.version) == ("d2", "paused", 2)
    assert store.audit("d2")[-1] == ("paused", "telegram:2", 2)
    assert store.audit("d3")[-1] == ("cancelled", "telegram:2", 1)


def test_without_a_draft_there_the_one_here_is_left_alone(store: Store) -> None:
    draft = saved(store, "d2", "telegram:2")
    assert linked(store).draft is None
    assert store.open_draft("telegram:2") == draft


@pytest.mark.parametrize("typed", [str.lower, lambda code: f" {code[:3]} - {code[3:]}. "])
def test_a_code_may_be_typed_carelessly(store: Store, typed: object) -> None:
    code = store.offer_code("web:1", NOW)
    assert callable(typed)
    assert store.redeem_code(typed(code), "telegram:2", NOW).outcome == "linked"


def test_a_code_works_once(store: Store) -> None:
    code = store.offer_code("web:1", NOW)
    assert store.redeem_code(code, "telegram:2", NOW).outcome == "linked"
    assert store.redeem_code(code, "telegram:3", NOW).outcome == "wrong"
    assert store.registrations(person="telegram:3") == []


def test_a_new_code_ends_the_one_before(store: Store) -> None:
    old = store.offer_code("web:1", NOW)
    new = store.offer_code("web:1", NOW)
    assert store.redeem_code(old, "telegram:2", NOW).outcome == "wrong"
    assert store.redeem_code(new, "telegram:2", NOW).outcome == "linked"


@pytest.mark.parametrize(("minutes", "outcome"), [(9.9, "linked"), (10, "wrong"), (60, "wrong")])
def test_a_code_dies_after_ten_minutes(store: Store, minutes: float, outcome: str) -> None:
    code = store.offer_code("web:1", NOW)
    assert store.redeem_code(code, "telegram:2", NOW + minutes * MINUTE).outcome == outcome


def test_ones_own_code_is_left_good(store: Store) -> None:
    code = store.offer_code("web:1", NOW)
    assert store.redeem_code(code, "web:1", NOW).outcome == "already"
    assert store.redeem_code(code, "telegram:2", NOW).outcome == "linked"
    assert linked(store).outcome == "already"


def test_five_wrong_codes_lock_their_person_for_ten_minutes(store: Store) -> None:
    code = store.offer_code("web:1", NOW)
    ended = [store.redeem_code(WRONG, "telegram:2", NOW) for _ in range(MOST_WRONG)]
    assert [(each.outcome, each.tries_left) for each in ended] == [
        *(("wrong", left) for left in (4, 3, 2, 1)),
        ("locked", 0),
    ]
    assert ended[-1].locked_until == NOW + LOCKED_FOR
    shut = store.redeem_code(code, "telegram:2", NOW + 9 * MINUTE)
    assert (shut.outcome, shut.locked_until) == ("locked", NOW + LOCKED_FOR)
    assert store.redeem_code(code, "telegram:3", NOW + 9 * MINUTE).outcome == "linked"
    again = store.offer_code("web:1", NOW + 10 * MINUTE)
    assert store.redeem_code(again, "telegram:2", NOW + 10 * MINUTE).outcome == "linked"


def test_the_right_code_forgives_the_wrong_ones(store: Store) -> None:
    for _ in range(MOST_WRONG - 1):
        store.redeem_code(WRONG, "telegram:2", NOW)
    assert linked(store).outcome == "linked"
    assert store.redeem_code(WRONG, "telegram:2", NOW + MINUTE).tries_left == MOST_WRONG - 1


def test_nonsense_is_a_wrong_code(store: Store) -> None:
    for nonsense in ("", "?", "mật mã", "x" * 5000):
        assert store.redeem_code(nonsense, f"telegram:{len(nonsense)}", NOW).outcome == "wrong"


def test_a_third_channel_joins_and_two_circles_become_one(store: Store) -> None:
    submit(store, saved(store, "d1", "web:1"))
    submit(store, saved(store, "d3", "web:3"))
    linked(store, "web:1", "telegram:2")
    linked(store, "web:3", "telegram:4")
    assert len(store.registrations(person="telegram:4")) == 1
    assert linked(store, "telegram:2", "telegram:4").outcome == "linked"
    for person in ("web:1", "telegram:2", "web:3", "telegram:4"):
        assert len(store.registrations(person=person)) == 2, person


def test_linking_is_audited_on_both_sides(url: str) -> None:
    store = open_store(url)
    store.redeem_code(WRONG, "telegram:2", NOW)
    linked(store)
    store.close()
    engine = open_engine(url)
    with engine.connect() as connection:
        lines = connection.execute(text("SELECT action, person, version FROM audit ORDER BY id")).all()
    engine.dispose()
    assert [tuple(line) for line in lines] == [
        ("code_wrong", "telegram:2", 1),
        ("code_offered", "web:1", 0),
        ("linked", "web:1", 0),
        ("linked", "telegram:2", 0),
    ]


def test_one_code_typed_in_two_places_at_once_links_one(url: str) -> None:
    stores = [open_store(url) for _ in range(2)]
    for number in range(5):
        code = stores[0].offer_code(f"web:{number}", NOW)
        start = threading.Barrier(2)

        def redeem(at: int, code: str = code, number: int = number, start: threading.Barrier = start) -> str:
            start.wait(30)
            return stores[at].redeem_code(code, f"telegram:{number}-{at}", NOW).outcome

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(redeem, range(2))) == ["linked", "wrong"]
    for store in stores:
        store.close()
