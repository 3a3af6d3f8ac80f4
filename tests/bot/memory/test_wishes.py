"""The contract of the wishes to be reminded, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.memory.opening import Memory, open_memory
from bot.memory.tables import InboxRow
from bot.memory.wishes import ALL, DRAFTS, Reachable, Wished
from bot.messages import Part, Received

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
AN, BINH = Reachable("telegram:an", "an"), Reachable("telegram:binh", "binh")


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    opened = open_memory(url)
    yield opened
    opened.close()


def test_wishes_are_kept_changed_and_dropped_for_one_person(memory: Memory) -> None:
    memory.wishes.change(AN, {ALL: (1, 7, 7), DRAFTS: ()}, [], "vi", NOW)
    memory.wishes.change(BINH, {"caobang-2023": (3,)}, [], "en", NOW)
    assert memory.wishes.of(AN.person) == {ALL: Wished((7, 1), NOW, "vi"), DRAFTS: Wished((), NOW, "vi")}
    later = NOW + timedelta(days=1)
    memory.wishes.change(AN, {ALL: (3,)}, [DRAFTS, "unknown"], "en", later)
    assert memory.wishes.of(AN.person) == {ALL: Wished((3,), later, "en")}
    assert memory.wishes.of(BINH.person) == {"caobang-2023": Wished((3,), NOW, "en")}


def test_wishes_and_what_was_given_are_there_after_a_restart(memory: Memory, url: str) -> None:
    memory.wishes.change(AN, {ALL: (7,)}, [], "vi", NOW)
    assert memory.wishes.give(AN, ["a", "b"], [Part("nhắc")], NOW)
    again = open_memory(url)
    assert set(again.wishes.of(AN.person)) == {ALL}
    assert again.wishes.given(AN.person) == {"a", "b"}
    assert not again.wishes.give(AN, ["b", "c"], [Part("nhắc")], NOW)
    assert again.wishes.given(AN.person) == {"a", "b"}
    assert again.outbox.waiting() == 1
    again.close()


def test_what_two_processes_give_at_the_same_moment_is_given_once(memory: Memory, url: str) -> None:
    other = open_memory(url)
    with ThreadPoolExecutor(8) as pool:
        works = [pool.submit(each.wishes.give, AN, ["a"], [Part("nhắc")], NOW) for each in [memory, other] * 8]
        assert sum(work.result() for work in works) == 1
    other.close()
    assert memory.outbox.waiting() == 1


def test_what_is_given_to_one_is_not_given_to_another(memory: Memory) -> None:
    assert memory.wishes.give(AN, ["a"], [], NOW) and memory.wishes.give(BINH, ["a"], [], NOW)


def test_who_is_out_of_reach_is_given_nothing_and_is_not_found(memory: Memory) -> None:
    memory.wishes.change(AN, {ALL: (7,)}, [], "vi", NOW)
    memory.talks.mark_dead(AN.person, NOW)
    assert memory.wishes.people(["telegram"]) == []
    assert not memory.wishes.give(AN, ["a"], [Part("nhắc")], NOW)
    memory.inbox.take(Received("telegram", "an", "an", "1", "typed", "xin chào"), NOW)
    assert [to.person for to in memory.wishes.people(["telegram"])] == [AN.person]


def test_people_are_found_by_their_channel_with_the_time_they_wrote_last(memory: Memory) -> None:
    for number, hours in (("1", 0), ("2", 5)):
        at = NOW + timedelta(hours=hours)
        memory.inbox.answer(Received("telegram", "an", "an", number, "typed", "x"), [], at)
    memory.inbox.answer(Received("telegram", "chi", "chi", "1", "typed", "x"), [], NOW)
    memory.inbox.answer(Received("telegram", "-5:dung", "-5", "1", "typed", "x", "9"), [], NOW)
    for to in (AN, BINH, Reachable("web:e", "e")):
        memory.wishes.change(to, {ALL: (7,), DRAFTS: ()}, [], "vi", NOW)
    wrote = Reachable(AN.person, "an", NOW + timedelta(hours=5))
    assert memory.wishes.people(["telegram"]) == [wrote, BINH]
    others = ["telegram:chi", "telegram:-5:dung", "telegram:never-wrote"]
    assert memory.wishes.people(["telegram"], others) == [wrote, BINH, Reachable("telegram:chi", "chi", NOW)]
    assert memory.wishes.people([]) == []


def test_erasing_takes_the_wishes_along_in_every_linked_channel(memory: Memory) -> None:
    linked = Reachable("zalo_oa:an", "an")
    memory.inbox.answer(Received("zalo_oa", "an", "an", "1", "typed", "riêng tư"), [Part("đáp")], NOW, shown=True)
    for to in (AN, linked, BINH):
        memory.wishes.change(to, {ALL: (7,)}, [], "vi", NOW)
        memory.wishes.give(to, ["a"], [], NOW)
    erased = Part("Đã xoá.", custom={"kind": "form", "erased": [AN.person, linked.person]})
    request = Received("telegram", "an", "an", "1", "typed", "xoá")
    memory.inbox.answer(request, [erased], NOW)
    for to in (AN, linked):
        assert (dict(memory.wishes.of(to.person)), memory.wishes.given(to.person)) == ({}, frozenset())
    said = memory.sessions.read(lambda session: list(session.scalars(select(InboxRow.text))))
    assert said == [""]
    assert memory.inbox.answered(request) == (Part("Đã xoá.", custom={"kind": "form", "erased": True}),)
    assert set(memory.wishes.of(BINH.person)) == {ALL} and memory.wishes.given(BINH.person) == {"a"}


def test_forgetting_the_talk_alone_keeps_the_wishes(memory: Memory) -> None:
    memory.wishes.change(AN, {ALL: (7,)}, [], "vi", NOW)
    memory.inbox.answer(Received("telegram", "an", "an", "1", "typed", "riêng tư"), [Part("đáp")], NOW, shown=True)
    forgotten = Part("Đã quên.", custom={"kind": "answer", "erased": True})
    memory.inbox.answer(Received("telegram", "an", "an", "2", "typed", "quên tôi"), [forgotten], NOW)
    assert set(memory.wishes.of(AN.person)) == {ALL}
    assert memory.sessions.read(lambda session: list(session.scalars(select(InboxRow.text)))) == [""]


def test_what_is_old_is_forgotten(memory: Memory) -> None:
    for to, at in ((AN, NOW), (BINH, NOW + timedelta(days=1))):
        memory.wishes.change(to, {ALL: (7,)}, [], "vi", at)
        memory.wishes.give(to, ["a"], [], at)
    memory.wishes.forget_before(NOW + timedelta(hours=1))
    assert not memory.wishes.of(AN.person) and not memory.wishes.given(AN.person)
    assert memory.wishes.of(BINH.person) and memory.wishes.given(BINH.person)
