"""The terminal client: one person at this machine talks to the running assistant."""

import asyncio
import getpass
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Protocol

import httpx

from bot.channels.base import Channel, Received
from bot.channels.rendering import FindPaper, Limits, no_paper, passage_link
from bot.dialogue import Dialogue
from bot.wording import say


class ConsoleSettings(Protocol):
    """The settings this channel reads."""

    @property
    def rasa_url(self) -> str:
        """Address of the Rasa server."""

    @property
    def public_address(self) -> str | None:
        """Address under which people reach the web page, if there is one."""

    def now(self) -> datetime:
        """Return the aware time of now."""


class Console(Channel):
    """A channel without buttons: choices are numbered, and the number is typed."""

    name: ClassVar[str] = "console"
    limits: ClassVar[Limits] = Limits(text=4000, buttons=0, button_title=0)

    def __init__(
        self,
        dialogue: Dialogue,
        clock: Callable[[], datetime],
        user: str,
        public_address: str | None = None,
        read: Callable[[str], str] = input,
        write: Callable[[str], None] = print,
        find: FindPaper = no_paper,
    ) -> None:
        super().__init__(dialogue, clock)
        self._user = user
        self._public_address = (public_address or "").rstrip("/")
        self._read = read
        self._write = write
        self._find = find
        self._count = 0

    async def turn(self, text: str) -> None:
        """Handle one typed line and write what comes back."""
        self._count += 1
        outcome = await self.handle(Received(self._user, self._user, str(self._count), "typed", text))
        if outcome.parts:
            self._write(f"\n{say('console_assistant')}:")
        for part in outcome.parts:
            self._write(part.text)
            for citation in part.citations if self._public_address else ():
                self._write(say("see_in_plan", link=f"{self._public_address}{passage_link(citation)}"))
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


def main(settings: ConsoleSettings, find: FindPaper = no_paper) -> None:
    """Talk with the assistant of these settings on the terminal."""
    client = httpx.AsyncClient(trust_env=False)
    dialogue = Dialogue(settings.rasa_url, client)
    Console(dialogue, settings.now, getpass.getuser(), settings.public_address, find=find).talk()
