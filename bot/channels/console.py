"""The terminal client: one person at this machine talks to the running assistant."""

import asyncio
import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, Protocol
from uuid import uuid4

import httpx

from bot.channels.base import Channel
from bot.channels.rendering import FindPaper, Limits, no_paper
from bot.dialogue import Dialogue
from bot.memory.opening import Memory, open_memory
from bot.messages import Received
from bot.reminders.service import OpenReminders
from bot.wording import say


class ConsoleSettings(Protocol):
    """The settings this channel reads."""

    @property
    def rasa_url(self) -> str:
        """Address of the Rasa server."""

    @property
    def database_url(self) -> str:
        """Database of what the channels remember."""

    @property
    def public_address(self) -> str | None:
        """Address under which people reach the web page, if there is one."""


class Console(Channel):
    """A channel without buttons: choices are numbered, and the number is typed."""

    name: ClassVar[str] = "console"
    limits: ClassVar[Limits] = Limits(text=4000, buttons=0, button_title=0)

    def __init__(
        self,
        dialogue: Dialogue,
        memory: Memory,
        clock: Callable[[], datetime],
        user: str,
        public_address: str = "",
        read: Callable[[str], str] = input,
        write: Callable[[str], None] = print,
        find: FindPaper = no_paper,
    ) -> None:
        super().__init__(dialogue, memory, clock, public_address)
        self._user = user
        self._read = read
        self._write = write
        self._find = find

    async def turn(self, text: str) -> None:
        """Handle one typed line and write what comes back."""
        outcome = await self.handle(Received(self.name, self._user, self._user, uuid4().hex, "typed", text))
        if outcome.parts:
            self._write(f"\n{say('console_assistant')}:")
        for part in outcome.parts:
            self._write(part.text)
            kept = [self._find(f"{self.name}:{self._user}", attached.token) for attached in part.attachments]
            for file in filter(None, kept):
                self._write(say("paper_at", file=file))
        self._write("")

    def talk(self) -> None:
        """Read and answer until the end of input (Ctrl-D) or an interrupt (Ctrl-C)."""
        self._write(say("console_welcome"))
        with asyncio.Runner() as runner:
            while True:
                try:
                    line = self._read(f"{say('console_person')}: ")
                    runner.run(self.turn(line))
                except (EOFError, KeyboardInterrupt):
                    break
        self._write(f"\n{say('console_goodbye')}")


def main(settings: ConsoleSettings, find: FindPaper = no_paper, remind: OpenReminders | None = None) -> None:
    """Talk with the assistant of these settings on the terminal; `remind` adds reminders."""
    client, memory = httpx.AsyncClient(trust_env=False), open_memory(settings.database_url)
    reminders = remind(memory, {}) if remind else None
    dialogue = reminders.dialogue(settings.rasa_url, client) if reminders else Dialogue(settings.rasa_url, client)
    clock = partial(datetime.now, UTC)
    Console(dialogue, memory, clock, getpass.getuser(), settings.public_address or "", find=find).talk()
    memory.close()
