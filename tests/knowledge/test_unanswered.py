import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from actions.registration.store import open_store
from knowledge.answers import Answer, Citation, outcomes
from knowledge.corpus import Plan
from knowledge.database import StoreUnavailable, open_engine
from knowledge.unanswered import KEPT_OUTCOMES, ZONE, Unanswered, day_begins, masked, unanswered
from knowledge.unanswered_store import MIGRATIONS, UnansweredStore, open_unanswered
from tests.actions.registration.private_postgres import find_binaries, fresh_schema, private_server

NOW = datetime(2023, 4, 20, 8, 0, tzinfo=ZONE)
SILENT = Answer(
    "not_in_plan", "Kế hoạch không nêu.", ("honglinh-2023",), (Citation("honglinh-2023", "IV › 1", "x", 0, 1),)
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    named, binaries = os.environ.get("TEST_DATABASE_URL"), find_binaries()
    if named:
        yield named
    elif binaries is None:
        pytest.skip("no PostgreSQL: neither installed, nor is TEST_DATABASE_URL set")
    else:
        with private_server(binaries) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'store.db'}"
        return
    with fresh_schema(request.getfixturevalue("server")) as inside:
        yield inside


@pytest.fixture
def store(url: str) -> Iterator[UnansweredStore]:
    opened = open_unanswered(url, retention_days=30)
    yield opened
    opened.close()


def asked(
    question: str, plan_id: str | None = None, now: datetime = NOW, plans: Mapping[str, Plan] | None = None
) -> Unanswered:
    item = unanswered(question, SILENT, plan_id, plans or {}, now)
    assert item is not None
    return item


# --- what is kept of a question --------------------


@pytest.mark.parametrize("outcome", list(outcomes()))
def test_only_questions_that_got_no_answer_are_kept(outcome: str) -> None:
    kept = unanswered("kinh phí lấy ở đâu?", Answer(outcome, ""), None, {}, NOW)
    assert (kept is not None) == (outcome in KEPT_OUTCOMES)
    assert set(outcomes()) - set(KEPT_OUTCOMES) == {"answered", "answered_per_plan", "small_talk"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("gửi cho 0915.741.808 được không", "gửi cho *** được không"),
        ("gọi 0915 741 808 hay +84 915 741 808?", "gọi *** hay ***?"),
        ("máy bàn (0281) 387 0123", "máy bàn (***"),
        ("mail le.a@xa.gov.vn, nhé", "mail ***, nhé"),
        ("CCCD 001234567890", "CCCD ***"),
        ("Kế hoạch 2349/KH-UBND ngày 14/9/2021 giai đoạn 2021-2025", None),
        ("trước ngày 25/4/2023, 100% và 02 mô hình", None),
        ("năm 2021 2022 2023 2024", None),
    ],
)
def test_phone_numbers_and_addresses_are_masked_and_nothing_else(text: str, kept: str | None) -> None:
    assert masked(text) == (kept or text)


def test_how_the_scope_was_found(plans: Mapping[str, Plan]) -> None:
    assert asked("kinh phí?", None, plans=plans).scope == "all"
    assert asked("kinh phí?", "honglinh-2023", plans=plans).scope == "chosen"
    named = asked("kinh phí của Cao Bằng?", "honglinh-2023", plans=plans)
    assert (named.scope, named.plan_ids, named.plan_id) == ("named", ("caobang-2023",), "honglinh-2023")
    assert named.concerns("caobang-2023") and not named.concerns("honglinh-2023")


def test_candidates_tell_what_was_shown_and_what_was_not() -> None:
    considered = [("honglinh-2023", "IV › 1", 0.71234), ("honglinh-2023", "II › 1", 0.5), *[("x", "I", 0.1)] * 20]
    item = unanswered("kinh phí?", SILENT, None, {}, NOW, considered)
    assert item is not None and len(item.candidates) == 10
    assert [(c.path, c.score, c.kept) for c in item.candidates[:2]] == [
        ("IV › 1", 0.7123, True),
        ("II › 1", 0.5, False),
    ]


def test_a_very_long_question_is_cut() -> None:
    item = unanswered("a b " * 2000, Answer("too_long", ""), None, {}, NOW)
    assert item is not None and len(item.question) == 1000 and len(item.likeness) == 64


# --- the store --------------------


def test_the_same_question_counts_up(store: UnansweredStore) -> None:
    for n, text in enumerate(["Kinh phí ở đâu?", "kinh phi o dau", "KINH PHÍ, ở đâu!!"]):
        store.keep(asked(text, "honglinh-2023", NOW + timedelta(minutes=n)))
    store.keep(replace(asked("kinh phí ở đâu?", "caobang-2023"), outcome="clarify"))
    first, second = store.listed(NOW)
    assert (first.question, first.times, first.plan_id) == ("Kinh phí ở đâu?", 3, "honglinh-2023")
    assert (first.first_at, first.last_at) == (NOW, NOW + timedelta(minutes=2))
    assert (second.times, second.plan_id, second.outcome) == (1, "caobang-2023", "clarify")


def test_what_is_kept_comes_back_whole(store: UnansweredStore) -> None:
    item = unanswered("what is the budget?", SILENT, None, {}, NOW, [("honglinh-2023", "IV › 1", 0.5)])
    assert item is not None
    store.keep(item)
    assert store.listed(NOW) == [item]
    record = item.as_record()
    assert record["language"] == "en" and record["time"] == "2023-04-20T08:00:00+07:00"
    assert record["candidates"] == [{"plan_id": "honglinh-2023", "path": "IV › 1", "score": 0.5, "kept": True}]
    assert not {"person", "user", "sender"} & set(record)


def test_the_latest_outcome_stands(store: UnansweredStore) -> None:
    store.keep(asked("kinh phí?"))
    store.keep(replace(asked("kinh phí?"), outcome="error", last_at=NOW + timedelta(hours=1)))
    assert [(item.outcome, item.times) for item in store.listed(NOW)] == [("error", 2)]


def test_the_list_is_of_a_plan_and_since_a_day(store: UnansweredStore) -> None:
    store.keep(asked("kinh phí?", "honglinh-2023"))
    store.keep(asked("khen thưởng?", "caobang-2023", NOW + timedelta(days=1)))
    assert [item.plan_id for item in store.listed(NOW, plan_id="caobang-2023")] == ["caobang-2023"]
    since = day_begins((NOW + timedelta(days=1)).date())
    assert [item.plan_id for item in store.listed(NOW, since)] == ["caobang-2023"]


def test_questions_older_than_the_retention_are_forgotten(store: UnansweredStore) -> None:
    store.keep(asked("kinh phí?"))
    late = NOW + timedelta(days=31)
    assert store.listed(late) == []
    assert len(store.listed(NOW)) == 1
    store.forget_old(late)
    assert store.listed(NOW) == []


def test_no_more_are_kept_than_the_bound(url: str) -> None:
    small = UnansweredStore(open_engine(url, MIGRATIONS), 30, most=3)
    for n in range(5):
        small.keep(asked(f"câu hỏi {n}", now=NOW + timedelta(minutes=n)))
    assert [item.question for item in small.listed(NOW)] == ["câu hỏi 4", "câu hỏi 3", "câu hỏi 2"]
    small.close()


def test_many_at_once_lose_nothing(url: str) -> None:
    stores = [open_unanswered(url, 30) for _ in range(2)]
    threads = [threading.Thread(target=stores[n % 2].keep, args=(asked("kinh phí?"),)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item.times for item in stores[0].listed(NOW)] == [12]
    for each in stores:
        each.close()


def test_it_shares_a_database_with_the_registrations(url: str) -> None:
    open_store(url).close()
    open_unanswered(url, 30).close()
    engine = open_engine(url, MIGRATIONS)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"drafts", "registrations", "unanswered", "alembic_version", "knowledge_version"} <= tables
    open_store(url).close()


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        open_unanswered(f"sqlite:///{tmp_path / 'file' / 'x.db'}", 30)
