"""A person's own data: shown whole, erased wholly, forgotten when it is old."""

import json
from datetime import timedelta

from sqlalchemy import inspect, text

from actions.registration.database import open_engine
from actions.registration.store import Store, open_store
from tests.actions.registration.filled import ANSWERS, FORM, NOW, saved, submit

LATER = NOW + timedelta(hours=1)


def fill(store: Store, person: str = "web:1", drafts: tuple[str, ...] = ("d1", "d2", "d3")) -> list[str]:
    """Two registrations, one of them edited and returned, a draft, consent, plan, a code."""
    first, second, third = drafts
    store.consent(person, "1", NOW)
    store.remember_plan(person, "yenbai-duk-2023", NOW)
    references = [submit(store, saved(store, first, person)), submit(store, saved(store, second, person))]
    store.edit_registration(references[0], person, {**ANSWERS, "quantity": 7}, FORM, LATER, 1)
    store.return_for(references[0], "shell:lan", {"quantity": "sao 7?"}, LATER)
    saved(store, third, person)
    store.offer_code(person, LATER)
    store.redeem_code("222222", person, LATER)
    return references


def everything_in(url: str) -> str:
    """Every row of every table, as text."""
    engine = open_engine(url)
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        rows = [str(row) for name in tables for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    engine.dispose()
    return "\n".join(rows)


def test_own_data_are_all_there_is_and_plain(store: Store) -> None:
    first, second = fill(store)
    fill(store, "web:9", ("e1", "e2", "e3"))
    data = store.data_of("web:1")
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data
    assert data["persons"] == ["web:1"]
    assert data["consents"] == [{"person": "web:1", "notice": "1", "given_at": "2023-04-20T08:00:00+07:00"}]
    assert data["remembered"][0]["last_plan"] == "yenbai-duk-2023"
    assert [each["reference"] for each in data["registrations"]] == [first, second]
    returned = data["registrations"][0]
    assert (returned["quantity"], returned["comments"]) == (7, {"quantity": "sao 7?"})
    assert [(each["version"], each["status"], each["quantity"]) for each in returned["versions"]] == [
        (1, "submitted", 2),
        (2, "submitted", 7),
        (3, "returned", 7),
    ]
    assert [each["model_name"] for each in data["drafts"]] == ["Một cửa thân thiện"]
    assert data["drafts"][0]["kept"]["id"] == "d3"
    assert {each["action"] for each in data["audit"]} == {
        *("consented", "started", "submitted", "edited"),
        *("code_offered", "code_wrong"),
    }
    assert len(data["codes"]) == len(data["wrong_codes"]) == 1
    assert "web:9" not in json.dumps(data)


def test_whoever_is_unknown_has_no_data(store: Store) -> None:
    data = store.data_of("web:7")
    assert data.pop("persons") == ["web:7"]
    assert not any(data.values())


def test_erasing_leaves_the_offices_record_and_no_trace_of_the_person(url: str) -> None:
    store = open_store(url)
    references = fill(store, "web:mai-1")
    others = fill(store, "web:other", ("e1", "e2", "e3"))
    erased = store.erase("web:mai-1", LATER)
    assert (erased.drafts, erased.registrations) == (1, 2)
    kept = [store.registration(reference) for reference in references]
    names = {each.person for each in kept if each}
    assert len(kept) == 2 and len(names) == 1
    name = names.pop()
    assert name.startswith("erased:") and len(name) == len("erased:") + 16
    assert [each.answers["quantity"] for each in store.history(references[0])] == [2, 7, 7]
    assert {each.by for each in store.history(references[0])} == {name, "shell:lan"}
    assert store.audit(name) == [("erased", name, 0)]
    assert store.audit(references[0])[0] == ("submitted", name, 1)
    assert store.audit("d3") == [("started", name, 1)]
    data = store.data_of("web:mai-1")
    assert not any(value for key, value in data.items() if key != "persons")
    assert store.returned_to("web:mai-1") == [] and store.last_registration("web:mai-1") is None
    assert store.count_models("yenbai-duk-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 4
    assert [each.person for each in store.registrations(person="web:other")] == ["web:other"] * 3
    assert store.data_of("web:other")["registrations"][0]["reference"] == others[0]
    store.close()
    assert "web:mai-1" not in everything_in(url)


def test_erasing_again_has_nothing_left_to_erase(store: Store) -> None:
    fill(store)
    first = store.erase("web:1", LATER)
    second = store.erase("web:1", LATER)
    assert (first.registrations, second.drafts, second.registrations) == (2, 0, 0)


def test_two_erasures_are_not_told_to_be_one_persons(store: Store) -> None:
    one = submit(store, saved(store, "d1"))
    store.erase("web:1", LATER)
    two = submit(store, saved(store, "d2"))
    store.erase("web:1", LATER)
    assert len({each.person for each in store.registrations() if each.reference in (one, two)}) == 2


def test_erasing_goes_for_every_linked_channel(url: str) -> None:
    store = open_store(url)
    reference = submit(store, saved(store, "d1", "web:mai-1"))
    store.redeem_code(store.offer_code("web:mai-1", NOW), "telegram:mai-2", NOW)
    second = submit(store, saved(store, "d2", "telegram:mai-2"))
    assert store.data_of("telegram:mai-2")["persons"] == ["telegram:mai-2", "web:mai-1"]
    store.erase("telegram:mai-2", LATER)
    assert len({each.person for each in store.registrations()}) == 1
    assert store.registration(reference, "web:mai-1") is None
    assert store.registration(second, "telegram:mai-2") is None
    store.close()
    assert "mai-" not in everything_in(url)


def test_an_erased_persons_registration_can_still_be_reviewed(store: Store) -> None:
    reference = submit(store, saved(store))
    store.erase("web:1", LATER)
    assert store.return_for(reference, "shell:lan", {"scale": "?"}, LATER).person.startswith("erased:")
    assert store.accept(reference, "shell:lan", LATER).status == "accepted"


def test_idle_persons_are_forgotten_and_active_ones_kept(store: Store) -> None:
    for number, person in enumerate(("web:1", "web:2", "web:3", "web:4")):
        store.consent(person, "1", NOW)
        store.remember_plan(person, "yenbai-duk-2023", NOW + timedelta(days=number == 3))
    submit(store, saved(store, "d2", "web:2"))
    saved(store, "d3", "web:3")
    assert store.forget_idle(NOW) == 0
    assert store.forget_idle(NOW + timedelta(minutes=1)) == 3
    assert [store.has_consented(f"web:{n}", "1") for n in range(1, 5)] == [False, True, True, False]
    assert [store.last_plan(f"web:{n}") for n in range(1, 5)] == [None, *["yenbai-duk-2023"] * 3]
