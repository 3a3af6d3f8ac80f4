"""What a reopened window shows, on SQLite and PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.memory.history import PARTS_SHOWN, Exchange, History
from bot.memory.opening import Memory, open_memory
from bot.memory.tables import OutboxRow
from bot.messages import Button, Citation, Part, Received
from tests.bot.fake_rasa import NOW

PERSON = "web:an"
CITED = Part("Sở Nội vụ.", citations=(Citation("caobang-2023", "III › 1", "Sở Nội vụ", 10, 19),))


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    opened = open_memory(url)
    yield opened
    opened.close()


def said(text: str, number: int = 1, user: str = "an", kind: str = "typed") -> Received:
    return Received("web", user, user, f"message-{number}", kind, text)  # type: ignore[arg-type]


def answered(memory: Memory, received: Received, *parts: Part, shown: bool = True) -> None:
    memory.inbox.answer(received, parts, NOW, shown=shown)


def show(memory: Memory, person: str = PERSON) -> list[Exchange]:
    return History(memory.sessions).show(person)


def test_what_was_said_is_shown_in_order_with_all_that_belongs_to_it(memory: Memory) -> None:
    answered(memory, said("một"), Part("a"), CITED)
    answered(memory, said("hai", 2), Part("b"))
    answered(memory, said("khác", 1, "binh"), Part("c"))
    assert show(memory) == [
        Exchange("message-1", "một", (Part("a"), CITED)),
        Exchange("message-2", "hai", (Part("b"),)),
    ]
    assert show(memory, "web:nobody") == []


def test_a_button_is_shown_by_the_title_it_had_last(memory: Memory) -> None:
    answered(memory, said("một"), Part("?", (Button("Cũ", "x"),)))
    answered(memory, said("hai", 2), Part("?", (Button("Mới", "x"),)))
    answered(memory, said("x", 3, kind="pressed"), Part("."))
    answered(memory, said("y", 4, kind="pressed"), Part("."))
    assert [exchange.said for exchange in show(memory)] == ["một", "hai", "Mới", "y"]


def test_only_the_last_parts_are_shown(memory: Memory) -> None:
    parts = [Part(str(number)) for number in range(PARTS_SHOWN)]
    answered(memory, said("một"), Part("a"), Part("b"))
    answered(memory, said("hai", 2), *parts[1:])
    assert [len(exchange.parts) for exchange in show(memory)] == [1, PARTS_SHOWN - 1]


def test_what_waited_is_shown_and_counts_as_sent(memory: Memory) -> None:
    answered(memory, said("một"), Part("a"))
    memory.outbox.add(said(""), [Part("Sắp đến hạn.")], NOW)
    assert memory.outbox.waiting() == 1
    expected = [Exchange("message-1", "một", (Part("a"),)), Exchange(None, "", (Part("Sắp đến hạn."),))]
    assert show(memory) == expected
    assert memory.outbox.waiting() == 0
    assert show(memory) == expected


def test_what_was_given_up_is_not_shown(memory: Memory) -> None:
    memory.outbox.add(said(""), [Part("a")], NOW)
    memory.talks.mark_dead(PERSON, NOW)
    assert show(memory) == []


def test_who_erased_everything_sees_only_that_it_is_done(memory: Memory) -> None:
    answered(memory, said("tên tôi là An"), Part("Chào An."))
    answered(memory, said("xoá dữ liệu của tôi", 2), Part("Đã xoá.", custom={"kind": "form", "erased": True}))
    (left,) = show(memory)
    assert (left.said, [part.text for part in left.parts]) == ("", ["Đã xoá."])
    kept = memory.sessions.read(lambda session: list(session.scalars(select(OutboxRow.part))))
    assert len(kept) == 1
