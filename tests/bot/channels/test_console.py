import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from bot.channels.console import Console
from bot.channels.rendering import passage_link
from bot.messages import Citation
from bot.wording import say
from tests.bot.channels.contract import ChannelContract, Conversation, Shown
from tests.bot.fake_rasa import FakeRasa, clock
from tests.bot.memories import new_memory

OFFERED = re.compile(r"^(\w+)\. (.+)$", re.MULTILINE)


class Terminal(Conversation):
    def __init__(self, rasa: FakeRasa, user: str, public_address: str = "") -> None:
        self.written: list[str] = []
        self.memory = new_memory()
        self.opened = rasa, user, public_address
        self.restart()

    def restart(self) -> None:
        rasa, user, public_address = self.opened
        self.console = Console(rasa.dialogue(), self.memory, clock, user, public_address, write=self.written.append)

    def say(self, text: str) -> Shown:
        self.written.clear()
        asyncio.run(self.console.turn(text))
        texts = tuple(self.written)
        return Shown(texts, tuple(title for _, title in OFFERED.findall("\n".join(texts))))

    def take(self, shown: Shown, index: int) -> Shown:
        return self.say(OFFERED.findall(shown.all)[index][0])

    def repeat(self) -> Shown:
        pytest.skip("every line that is typed in a terminal is a message of its own")


class TestConsole(ChannelContract):
    channel_class = Console

    def open(self, rasa: FakeRasa) -> Terminal:
        return Terminal(rasa, self.user)


def test_it_talks_until_the_end_of_input() -> None:
    lines = iter(["xin chào", "", "tạm biệt"])
    written: list[str] = []

    def read(prompt: str) -> str:
        line = next(lines, None)
        if line is None:
            raise EOFError
        return line

    rasa = FakeRasa()
    Console(rasa.dialogue(), new_memory(), clock, "an", "", read, written.append).talk()
    assert [text for _, text in rasa.received] == ["xin chào", "tạm biệt"]
    assert written[0] == say("console_welcome")
    assert say("empty") in written
    assert say("console_goodbye") in written[-1]


def test_an_interrupt_ends_it_without_a_traceback() -> None:
    def read(prompt: str) -> str:
        raise KeyboardInterrupt

    written: list[str] = []
    Console(FakeRasa().dialogue(), new_memory(), clock, "an", "", read, written.append).talk()
    assert say("console_goodbye") in written[-1]


def test_a_citation_is_linked_where_people_can_reach_the_page() -> None:
    citation: dict[str, Any] = {
        "plan_id": "caobang-2023",
        "path": "III › 1",
        "quote": "Sở Nội vụ",
        "start": 10,
        "end": 19,
    }
    answer = [{"text": "Sở Nội vụ."}, {"custom": {"kind": "answer", "citations": [citation]}}]
    rasa = FakeRasa(lambda sender, text: answer)
    link = f"https://dv.vn{passage_link(Citation(**citation))}"
    assert link in Terminal(rasa, "an", "https://dv.vn/").say("ai?").all
    assert "plans/" not in Terminal(rasa, "an").say("ai?").all


def test_a_paper_is_shown_by_its_path(tmp_path: Path) -> None:
    kept = tmp_path / "dang-ky.docx"
    written: list[str] = []
    rasa = FakeRasa(lambda sender, text: [{"text": "Phiếu đây ạ."}, {"attachment": "abc/dang-ky.docx"}])

    def find(person: str, token: str) -> Path | None:
        return kept if (person, token) == ("console:an", "abc") else None

    for user in ("an", "other"):
        written.clear()
        asyncio.run(
            Console(rasa.dialogue(), new_memory(), clock, user, "", write=written.append, find=find).turn("in phiếu")
        )
        assert (say("paper_at", file=kept) in written) is (user == "an")
