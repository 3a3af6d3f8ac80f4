"""The contract of the memory, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, select

from bot.memory.opening import Memory, open_memory
from bot.memory.tables import Base, InboxRow, OutboxRow, TalkRow
from bot.messages import Attachment, Button, Citation, Part, Received
from knowledge.database import StoreUnavailable

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
CHANNELS = ["telegram"]
WHOLE = Part(
    "Sở Nội vụ “theo dõi” 😀",
    (Button("Huỷ", "huỷ"),),
    (("1", "chi bộ"),),
    (Citation("caobang-2023", "III › 1", "Sở Nội vụ", 10, 19),),
    (Attachment("dang-ky.docx", "abc"),),
    {"kind": "answer", "plan_ids": ["caobang-2023"]},
)


def received(number: int, user: str = "an", text: str = "xin chào") -> Received:
    return Received("telegram", user, user, str(number), "typed", text)


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    opened = open_memory(url)
    yield opened
    opened.close()


def test_the_migrations_make_the_tables(memory: Memory) -> None:
    def columns(session: object) -> dict[str, set[str]]:
        found = inspect(session.connection())  # type: ignore[attr-defined]
        return {name: {column["name"] for column in found.get_columns(name)} for name in Base.metadata.tables}

    declared = {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    assert memory.sessions.read(columns) == declared


def test_a_message_is_taken_once_and_kept_as_it_came(memory: Memory) -> None:
    first = Received("telegram", "-100:5", "-100", "1", "pressed", "Đảng bộ", "5")
    assert memory.inbox.take(first, NOW)
    assert not memory.inbox.take(first, NOW + timedelta(days=1))
    assert memory.inbox.next_of("telegram:-100:5") == first
    assert memory.inbox.take(replace(first, user="-100:6"), NOW)  # the same number of somebody else


def test_a_message_taken_from_many_sides_at_once_is_taken_once(memory: Memory, url: str) -> None:
    other = open_memory(url)
    with ThreadPoolExecutor(8) as pool:
        works = [pool.submit(each.inbox.take, received(1), NOW) for each in [memory, other] * 8]
        assert sum(work.result() for work in works) == 1
    other.close()
    assert memory.inbox.waiting() == 1


def test_text_that_no_database_takes_is_cleaned(memory: Memory) -> None:
    memory.inbox.take(received(1, text="a\x00b\ud800c"), NOW)
    kept = memory.inbox.next_of("telegram:an")
    assert kept is not None and kept.text == "abc"


def test_messages_come_out_in_order_and_parts_before_the_next_message(memory: Memory) -> None:
    for number in (1, 2):
        memory.inbox.take(received(number), NOW)
    first = memory.inbox.next_of("telegram:an")
    assert first is not None and first.message_id == "1"
    memory.inbox.answer(first, [WHOLE, Part("hai")], NOW)
    second = memory.inbox.next_of("telegram:an")
    assert second is not None and second.message_id == "2"
    out = memory.outbox.next_of("telegram:an")
    assert out is not None and out.part == WHOLE
    memory.outbox.sent(out)
    following = memory.outbox.next_of("telegram:an")
    assert following is not None and following.part.text == "hai"
    assert memory.inbox.answered(received(1)) == (WHOLE, Part("hai"))
    assert memory.inbox.answered(received(2)) is None


def test_everything_is_there_after_a_restart(memory: Memory, url: str) -> None:
    memory.inbox.take(received(1), NOW)
    memory.inbox.answer(received(1), [WHOLE], NOW, notice=Part("Lưu ý."))
    memory.inbox.take(received(2), NOW)
    again = open_memory(url)
    assert (again.inbox.waiting(), again.outbox.waiting()) == (1, 2)
    talk = again.talks.of("telegram:an")
    assert (talk.options, list(talk.offered), talk.noticed) == ({"1": "chi bộ"}, ["huỷ"], True)
    again.close()


def test_an_answer_and_its_parts_are_kept_together_or_not_at_all(memory: Memory) -> None:
    memory.inbox.take(received(1), NOW)
    with pytest.raises(StoreUnavailable):
        memory.inbox.answer(received(1), [Part("x" * 5), replace(WHOLE, text="y")], None)  # type: ignore[arg-type]
    assert (memory.inbox.waiting(), memory.outbox.waiting()) == (1, 0)


def test_who_is_due_waited_longest_and_is_not_put_off(memory: Memory) -> None:
    for second, user in enumerate(("chi", "an", "binh")):
        memory.inbox.take(received(1, user), NOW + timedelta(seconds=second))
    memory.talks.put_off("telegram:an", NOW + timedelta(seconds=30), NOW)
    assert memory.talks.due(CHANNELS, NOW, 5) == ["telegram:chi", "telegram:binh"]
    assert memory.talks.due(CHANNELS, NOW, 1) == ["telegram:chi"]
    assert memory.talks.due(CHANNELS, NOW, 5, ["telegram:chi"]) == ["telegram:binh"]
    assert memory.talks.due(CHANNELS, NOW + timedelta(seconds=30), 5)[1] == "telegram:an"
    assert memory.talks.due(["zalo_oa"], NOW, 5) == []
    memory.inbox.answer(received(1, "chi"), [Part("x")], NOW)
    assert "telegram:chi" in memory.talks.due(CHANNELS, NOW, 5)  # a part waits to be sent
    memory.inbox.answer(received(1, "binh"), [], NOW)
    assert memory.talks.due(CHANNELS, NOW, 5) == ["telegram:chi"]


def test_a_notice_comes_before_the_first_answer_only(memory: Memory) -> None:
    for number in (1, 2):
        memory.inbox.answer(received(number), [Part(str(number))], NOW, notice=Part("Lưu ý."))
    assert memory.inbox.answered(received(1)) == (Part("Lưu ý."), Part("1"))
    assert memory.inbox.answered(received(2)) == (Part("2"),)


def test_what_was_sent_ends_the_waiting_of_its_person_only(memory: Memory) -> None:
    for user in ("an", "binh"):
        memory.inbox.answer(received(1, user), [Part("x")], NOW)
        memory.talks.put_off(f"telegram:{user}", NOW + timedelta(hours=1), NOW)
    out = memory.outbox.next_of("telegram:an")
    assert out is not None
    memory.outbox.sent(out)
    assert [memory.talks.of(f"telegram:{user}").attempts for user in ("an", "binh")] == [0, 1]


def test_a_dead_person_gets_nothing_until_they_write(memory: Memory) -> None:
    memory.inbox.take(received(1), NOW)
    memory.inbox.answer(received(1), [Part("a"), Part("b")], NOW)
    memory.talks.mark_dead("telegram:an", NOW)
    assert memory.talks.due(CHANNELS, NOW, 5) == []
    memory.inbox.answer(received(2), [Part("c")], NOW)
    assert memory.outbox.waiting() == 0
    memory.inbox.take(received(3), NOW)
    assert not memory.talks.of("telegram:an").dead


def test_a_closed_talk_keeps_its_parts_until_the_person_writes(memory: Memory) -> None:
    memory.inbox.take(received(1), NOW)
    memory.inbox.answer(received(1), [WHOLE], NOW)
    memory.talks.close("telegram:an", NOW)
    assert memory.talks.due(CHANNELS, NOW + timedelta(days=300), 9) == []
    assert memory.inbox.last_wrote("telegram:an") == NOW
    assert memory.inbox.last_wrote("telegram:binh") is None
    memory.inbox.take(received(2), NOW + timedelta(days=9))
    assert memory.talks.due(CHANNELS, NOW + timedelta(days=9), 9) == ["telegram:an"]
    assert memory.inbox.last_wrote("telegram:an") == NOW + timedelta(days=9)
    outgoing = memory.outbox.next_of("telegram:an")
    assert outgoing is not None
    assert outgoing.part == WHOLE


def test_what_nobody_came_back_for_is_deleted_with_the_old_messages(memory: Memory) -> None:
    for user in ("an", "binh"):
        memory.inbox.take(received(1, user), NOW)
        memory.inbox.answer(received(1, user), [WHOLE], NOW)
    memory.talks.close("telegram:an", NOW)
    memory.forget_before(NOW)
    assert memory.outbox.waiting() == 2
    memory.forget_before(NOW + timedelta(days=30))
    assert memory.outbox.next_of("telegram:an") is None
    assert memory.outbox.next_of("telegram:binh") is not None


def test_a_part_that_is_given_up_ends_the_waiting_of_those_behind_it(memory: Memory) -> None:
    memory.inbox.answer(received(1), [Part("một"), Part("hai")], NOW)
    memory.talks.put_off("telegram:an", NOW + timedelta(hours=1), NOW)
    first = memory.outbox.next_of("telegram:an")
    assert first is not None
    memory.outbox.give_up(first)
    assert memory.talks.due(CHANNELS, NOW, 9) == ["telegram:an"]
    assert memory.talks.of("telegram:an").attempts == 0


def test_what_was_shown_at_once_needs_no_sending(memory: Memory) -> None:
    memory.inbox.answer(received(1), [WHOLE], NOW, shown=True)
    assert memory.inbox.answered(received(1)) == (WHOLE,)
    assert memory.talks.due(CHANNELS, NOW, 5) == []


def test_choices_stay_open_only_where_they_should(memory: Memory) -> None:
    memory.inbox.answer(received(1), [WHOLE], NOW)
    memory.inbox.answer(received(2), [Part("nhãn dán?")], NOW, keep_choices=True)
    assert memory.talks.of("telegram:an").options == {"1": "chi bộ"}
    memory.inbox.answer(received(3), [Part("xong")], NOW)
    assert memory.talks.of("telegram:an").options == {}


def test_a_payload_is_found_under_its_key(memory: Memory) -> None:
    long = "chi bộ " * 20
    key = memory.payloads.shortened(long, 64, NOW)
    assert len(key.encode()) <= 20
    assert key == memory.payloads.shortened(long, 64, NOW)
    assert memory.payloads.whole(key) == long
    assert memory.payloads.shortened("huỷ", 64, NOW) == "huỷ"
    assert memory.payloads.whole("huỷ") == "huỷ"
    assert memory.payloads.whole("k:unknown") is None


def test_old_messages_are_deleted_and_waiting_ones_are_not(memory: Memory) -> None:
    memory.inbox.answer(received(1), [Part("a")], NOW, shown=True)
    memory.inbox.answer(received(1, "binh"), [], NOW)
    memory.inbox.take(received(2, "binh"), NOW)
    memory.payloads.shortened("x" * 70, 64, NOW)
    memory.forget_before(NOW + timedelta(days=30))
    assert memory.inbox.answered(received(1)) is None
    assert memory.inbox.waiting() == 1
    people = memory.sessions.read(lambda session: list(session.scalars(select(TalkRow.person))))
    assert people == ["telegram:binh"]
    assert memory.sessions.read(lambda session: list(session.scalars(select(OutboxRow.id)))) == []


def test_erasing_leaves_the_ids_of_nobody_else_untouched(memory: Memory) -> None:
    for user in ("an", "binh"):
        memory.inbox.answer(received(1, user, "riêng tư"), [Part("đáp")], NOW, shown=True)
    erased = Part("Đã xoá.", custom={"kind": "form", "erased": True})
    memory.inbox.answer(received(2, text="xoá"), [erased], NOW)
    rows = memory.sessions.read(lambda session: [(row.person, row.text) for row in session.scalars(select(InboxRow))])
    assert sorted(rows) == [("telegram:an", ""), ("telegram:binh", "riêng tư")]
    assert not memory.inbox.take(received(2), NOW)  # the request itself is still known


def test_a_database_that_cannot_be_used_is_said_to_be_so(tmp_path: object) -> None:
    with pytest.raises(StoreUnavailable):
        open_memory(f"sqlite:///{tmp_path}")
