"""A filled database of the first shape opens in the present one, and nothing in it is lost."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from actions.registration.database import MIGRATIONS
from actions.registration.draft import Draft
from actions.registration.store import open_store
from actions.registration.tables import Base
from tests.actions.registration.filled import ANSWERS, FORM, NOW

STATUSES = ("submitted", "accepted", "returned", "withdrawn")
PAUSED = Draft("d9", "web:9", "caobang-2023", state="paused", answers={"unit_name": "Sở Nội vụ"}, version=3)


@pytest.fixture
def old(url: str) -> Iterator[str]:
    """A database as the first migration left it, with something in every table."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    elif parsed.database:
        parsed = parsed.set(database=parsed.database.replace("folder/", ""))
    engine = create_engine(parsed)
    move(engine, "0001")
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    yield parsed.render_as_string(hide_password=False)


def move(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "0001" and inspect(connection).has_table("audit") else command.upgrade)(
            config, revision
        )


def fill(connection: Connection) -> None:
    at = NOW.astimezone(tz=None).isoformat()
    for number, status in enumerate(STATUSES, 1):
        put(
            connection,
            "registrations",
            {
                "reference": f"DVK-2023-000{number}",
                "draft_id": f"d{number}",
                "person": f"web:{number}",
                "plan_id": "yenbai-duk-2023",
                "status": status,
                "version": 1,
                "late": status == "returned",
                "unit_key": "chi bo van phong",
                **ANSWERS,
                "scale": None if number == 2 else "collective",
                "form": json.dumps(FORM, ensure_ascii=False),
                "created_at": at,
                "updated_at": at,
                "submitted_at": at,
            },
        )
        line = {"at": at, "person": f"web:{number}", "action": "submitted", "subject": f"DVK-2023-000{number}"}
        put(connection, "audit", {**line, "version": 1})
    draft = {"id": "d9", "person": "web:9", "plan_id": "caobang-2023", "state": "paused", "version": 3}
    payload = json.dumps(PAUSED.to_dict(), ensure_ascii=False)
    put(connection, "drafts", {**draft, "payload": payload, "created_at": at, "updated_at": at})
    put(connection, "reference_numbers", {"year": 2023, "last": 4})
    put(connection, "consents", {"person": "web:1", "notice": "1", "given_at": NOW.isoformat()})
    put(connection, "people", {"person": "web:1", "last_plan": "yenbai-duk-2023", "updated_at": at})


def put(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{name}" for name in row)})'), row)


def test_nothing_is_lost_and_every_registration_has_its_first_version(old: str) -> None:
    store = open_store(old)
    found = [each for each in store.registrations() if each.reference]
    assert [each.status for each in found] == list(STATUSES)
    assert [each.late for each in found] == [False, False, True, False]
    assert all(each.comments == {} and each.submitted_at == NOW for each in found)
    for each in found:
        assert each.reference
        assert each.answers == {k: v for k, v in ANSWERS.items() if k != "scale" or each.reference != "DVK-2023-0002"}
        (first,) = store.history(each.reference, each.person)
        assert (first.version, first.status, first.by, first.at) == (1, each.status, each.person, NOW)
        assert (first.answers, first.form, first.late) == (each.answers, FORM, each.late)
        assert store.audit(each.reference) == [("submitted", each.person, 1)]
    assert store.paused_draft("web:9") == PAUSED
    assert store.has_consented("web:1", "1") and store.consent_time("web:1", "1") == NOW
    assert store.last_plan("web:1") == "yenbai-duk-2023"
    store.close()


def test_what_was_there_goes_on(old: str) -> None:
    store = open_store(old)
    edited = store.edit_registration("DVK-2023-0001", "web:1", {**ANSWERS, "quantity": 5}, FORM, NOW, 1)
    assert (edited.version, [each.version for each in store.history("DVK-2023-0001")]) == (2, [1, 2])
    draft = store.save_draft(Draft("d10", "web:1", "yenbai-duk-2023", answers=ANSWERS), NOW, "started")
    registration, models = store.submit(draft, 2023, FORM, NOW + timedelta(hours=1), late=False)
    assert (registration.reference, models) == ("DVK-2023-0005", 5 + 2 + 2)
    store.close()


def test_the_way_back_leaves_the_first_shape(old: str) -> None:
    store = open_store(old)
    store.edit_registration("DVK-2023-0001", "web:1", {**ANSWERS, "quantity": 5}, FORM, NOW, 1)
    store.close()
    engine = create_engine(old)
    move(engine, "0001")
    found = inspect(engine)
    new = {"registration_versions", "links", "link_codes", "wrong_codes"}
    assert set(found.get_table_names()) == {*Base.metadata.tables, "alembic_version"} - new
    assert "comments" not in {column["name"] for column in found.get_columns("registrations")}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sum(quantity) FROM registrations")).scalar() == 5 + 2 + 2 + 2
    engine.dispose()
