"""The contract of the store, held on SQLite and on PostgreSQL: drafts, submitting, counting, consents.

The other `test_store_*` hold the rest of it; `conftest.py` opens the databases.
"""

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import inspect

from actions.registration.database import MIGRATIONS, StoreUnavailable, open_engine
from actions.registration.draft import Draft
from actions.registration.store import StaleDraft, Store, open_store
from actions.registration.tables import Base
from tests.actions.registration.filled import ANSWERS, FORM, NOW, saved, submit

ROOT = Path(__file__).parents[3]


def test_a_draft_outlives_the_store_object(url: str) -> None:
    first = open_store(url)
    draft = saved(first, editing="quantity", pending="cancel", misses=2, skipped=("scale",))
    first.close()
    second = open_store(url)
    assert second.open_draft("web:1") == draft
    assert draft.version == 1
    second.close()


def test_a_draft_is_its_persons_only(store: Store) -> None:
    saved(store)
    saved(store, "d2", "web:2", state="paused")
    assert store.open_draft("web:3") is None
    assert store.open_draft("web:2") is None
    paused = store.paused_draft("web:2")
    assert paused is not None and paused.id == "d2"
    assert store.paused_draft("web:2", "caobang-2023") is None
    assert [each.person for each in store.registrations(person="web:2")] == ["web:2"]


def test_a_stale_draft_is_refused_and_changes_nothing(store: Store) -> None:
    draft = saved(store)
    newer = store.save_draft(draft.but(answers={"unit_name": "mới"}), NOW, "noted")
    with pytest.raises(StaleDraft):
        store.save_draft(draft.but(answers={"unit_name": "cũ"}), NOW, "noted")
    with pytest.raises(StaleDraft):
        store.submit(draft, 2023, FORM, NOW, late=False)
    assert store.open_draft("web:1") == newer


def test_the_last_touched_paused_draft_comes_first(store: Store) -> None:
    saved(store, "d1", state="paused")
    second = saved(store, "d2", state="paused")
    store.save_draft(second, NOW + timedelta(hours=1), "paused")
    latest = store.paused_draft("web:1")
    assert latest is not None and latest.id == "d2"


def test_submitting_stores_every_field_and_ends_the_draft(store: Store) -> None:
    draft = saved(store)
    registration, models = store.submit(draft, 2023, FORM, NOW + timedelta(minutes=5), late=True)
    assert registration.reference == "DVK-2023-0001"
    assert registration.answers == ANSWERS
    assert (registration.status, registration.version, registration.late, models) == ("submitted", 1, True, 2)
    assert registration.created_at == NOW
    assert registration.submitted_at == NOW + timedelta(minutes=5)
    assert registration.submitted_at is not None and registration.submitted_at.tzinfo is not None
    assert store.open_draft("web:1") is None
    assert store.registrations() == [registration]
    assert store.last_registration("web:1") == registration


def test_submitting_twice_makes_one_registration(store: Store) -> None:
    draft = saved(store)
    assert submit(store, draft) == submit(store, draft)
    assert len(store.registrations()) == 1


def test_submitting_at_the_same_time_makes_one_registration_each_with_its_own_number(store: Store) -> None:
    drafts = [saved(store, f"d{number % 5}", f"web:{number}") for number in range(5)]
    references: list[str] = []
    threads = [threading.Thread(target=lambda d=draft: references.append(submit(store, d))) for draft in drafts * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(references) == 10
    assert sorted(set(references)) == [f"DVK-2023-{number:04}" for number in range(1, 6)]


def test_one_draft_submitted_through_two_store_objects_at_once_makes_one_registration(url: str) -> None:
    stores = [open_store(url) for _ in range(2)]
    for number in range(20):
        draft = saved(stores[0], f"d{number}")
        at_once = threading.Barrier(len(stores))

        def send(store: Store, draft: Draft = draft, at_once: threading.Barrier = at_once) -> str:
            at_once.wait(30)
            return submit(store, draft)

        with ThreadPoolExecutor(len(stores)) as threads:
            assert set(threads.map(send, stores)) == {f"DVK-2023-{number + 1:04}"}
    assert len(stores[0].registrations()) == 20
    for store in stores:
        store.close()


def test_several_processes_can_open_a_new_database_at_once(url: str) -> None:
    program = (
        "import sys\n"
        "from actions.registration.store import open_store\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "open_store(sys.argv[1]).close()\n"
    )
    command = [sys.executable, "-c", program, url]
    processes = [Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, cwd=ROOT) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors


def test_two_store_objects_on_one_database_share_the_numbers(url: str) -> None:
    first, second = open_store(url), open_store(url)
    assert submit(first, saved(first, "d1")) == "DVK-2023-0001"
    assert submit(second, saved(second, "d2")) == "DVK-2023-0002"
    assert submit(first, saved(first, "d3")) == "DVK-2023-0003"
    first.close()
    second.close()


def test_references_are_counted_by_plan_year(store: Store) -> None:
    assert submit(store, saved(store, "d1")) == "DVK-2023-0001"
    other, _ = store.submit(saved(store, "d2", plan_id="backan-vp-2024"), 2024, FORM, NOW, late=False)
    assert other.reference == "DVK-2024-0001"


def test_models_are_summed_by_unit_whoever_registered_them(store: Store) -> None:
    submit(store, saved(store, "d1"))
    submit(
        store,
        saved(store, "d2", "web:2", answers={**ANSWERS, "unit_name": "CHI BO VAN PHONG", "quantity": 1}),
    )
    submit(store, saved(store, "d3", answers={**ANSWERS, "unit_name": "Chi bộ Tài vụ"}))
    saved(store, "d4")
    count = store.count_models
    assert count("yenbai-duk-2023", "chi bộ văn phòng", "grassroots_party_cell") == 3
    assert count("yenbai-duk-2023", "Chi bộ Văn phòng", "mass_organization") == 0
    assert count("caobang-2023", "Chi bộ Văn phòng", "grassroots_party_cell") == 0


def test_registrations_are_filtered_by_person_and_plan_drafts_last(store: Store) -> None:
    saved(store, "d0")
    submit(store, saved(store, "d1", "web:2"))
    submit(store, saved(store, "d2", plan_id="caobang-2023"))
    saved(store, "d3", plan_id=None)
    found = [(each.person, each.plan_id, each.status) for each in store.registrations()]
    assert found == [
        ("web:2", "yenbai-duk-2023", "submitted"),
        ("web:1", "caobang-2023", "submitted"),
        ("web:1", "yenbai-duk-2023", "draft"),
    ]
    assert [each.status for each in store.registrations(person="web:1")] == ["submitted", "draft"]
    assert [each.person for each in store.registrations(plan_id="caobang-2023")] == ["web:1"]
    assert store.registrations(person="web:1", plan_id="backan-vp-2023") == []


def test_consent_is_kept_with_its_first_moment(store: Store) -> None:
    assert not store.has_consented("web:1", "1")
    store.consent("web:1", "1", NOW)
    store.consent("web:1", "1", NOW + timedelta(days=1))
    assert store.consent_time("web:1", "1") == NOW
    assert store.has_consented("web:1", "1")
    assert not store.has_consented("web:1", "2")
    assert store.consent_time("web:2", "1") is None


def test_the_last_plan_is_remembered(store: Store) -> None:
    assert store.last_plan("web:1") is None
    store.remember_plan("web:1", "caobang-2023", NOW)
    store.remember_plan("web:1", "yenbai-duk-2023", NOW)
    assert store.last_plan("web:1") == "yenbai-duk-2023"


def test_dropping_a_draft_leaves_only_its_audit(store: Store) -> None:
    draft = saved(store)
    store.drop_draft(draft, NOW, "cancelled")
    assert store.registrations() == []
    assert store.audit("d1") == [("started", "web:1", 1), ("cancelled", "web:1", 1)]
    with pytest.raises(StaleDraft):
        store.drop_draft(draft, NOW, "cancelled")


def test_old_drafts_are_dropped_and_registrations_kept(store: Store) -> None:
    submit(store, saved(store, "d1"))
    saved(store, "d2")
    store.save_draft(saved(store, "d3"), NOW + timedelta(days=2), "noted")
    assert store.drop_old_drafts(NOW + timedelta(days=1)) == 1
    assert [each.status for each in store.registrations()] == ["submitted", "draft"]


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="time zone"):
        store.consent("web:1", "1", datetime(2023, 4, 20))
    assert not store.has_consented("web:1", "1")


def test_migrations_make_just_the_tables_of_the_classes(url: str) -> None:
    engine = open_engine(url)
    found = inspect(engine)
    for name, table in Base.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}, name
        indexes = {index["name"] for index in found.get_indexes(name) if not index.get("duplicates_constraint")}
        assert indexes == {index.name for index in table.indexes}, name
    assert set(found.get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()
    assert list((MIGRATIONS / "versions").glob("v0001_*.py"))


def test_opening_again_keeps_what_is_there(url: str) -> None:
    first = open_store(url)
    saved(first)
    first.close()
    second = open_store(url)
    assert second.open_draft("web:1") is not None
    second.close()


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'store.db'}").close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100])
def test_a_damaged_file_is_unavailable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.db").write_bytes(content)
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}")


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "nosuchdatabase://host/name",
        "postgresql+nosuchdriver://host/name",
        "postgresql+psycopg2://host/name",
    ],
)
def test_a_bad_address_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(url)


def test_a_store_that_can_only_be_read_says_so_when_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    draft = saved(store)
    store.close()
    reading = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert reading.open_draft("web:1") == draft
    with pytest.raises(StoreUnavailable, match="readonly"):
        reading.save_draft(draft, NOW, "noted")
    reading.close()
