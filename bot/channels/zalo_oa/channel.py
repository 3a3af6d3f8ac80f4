"""The Zalo Official Account: replies as consultation messages, with buttons and files where Zalo takes them."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from bot.backoff import pause
from bot.channels.messenger import Delivery, Messenger
from bot.channels.paper_link import PaperLinks
from bot.channels.rendering import Limits, length, numbered, render, split_text
from bot.channels.zalo_oa.api import NO_TOKEN, SILENT, UNREACHABLE, Answer, OaApi
from bot.channels.zalo_oa.errors import Rule, rule_of
from bot.channels.zalo_oa.events import CHANNEL, Incoming
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.memory.outbox import Outgoing
from bot.messages import Button, Part, Reply
from bot.wording import say
from knowledge.vietnamese import is_english

RETRIES_LAST = timedelta(hours=2)
"""An event may come so much later than the person wrote: the windows below are shorter by it."""

FREE, LAST = timedelta(hours=48) - RETRIES_LAST, timedelta(days=7) - RETRIES_LAST
"""After a person's last message: until when writing is free, and until when it is taken at all."""

UPLOADED = (".pdf", ".doc", ".docx", ".csv")
UPLOAD_BYTES = 5_000_000
TOKEN_KEPT = timedelta(days=6)
"""A file's token can be sent for seven days."""

NO_TOKEN_SECONDS, STOP_SECONDS, DEFER_SECONDS = 60.0, 600.0, 3600.0
PAUSES = 6.0
"""After the limit a minute the pauses are so much longer than after other failures: 6 s to 2 minutes."""

Buttons = Literal["auto", "on", "off"]

_OF_OUR_OWN = {
    SILENT: Delivery("doubtful"),
    UNREACHABLE: Delivery("later"),
    NO_TOKEN: Delivery("later", NO_TOKEN_SECONDS),
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Habits:
    """What the settings say of sending: whether buttons are tried, whether late answers may cost something."""

    buttons: Buttons = "auto"
    paid_replies: bool = False


class ZaloOa(Messenger):
    """The account that `api` speaks for; `papers` finds files and links to them."""

    name: ClassVar[str] = CHANNEL
    limits: ClassVar[Limits] = Limits(text=2000, buttons=5, button_title=100, numbers_too=True)
    notice: ClassVar[str] = "zalo_notice"
    unasked: ClassVar[timedelta | None] = FREE

    def __init__(
        self,
        api: OaApi,
        dialogue: Dialogue,
        memory: Memory,
        clock: Callable[[], datetime],
        papers: PaperLinks,
        habits: Habits,
        public_address: str = "",
    ) -> None:
        super().__init__(dialogue, memory, clock, public_address)
        self.api = api
        self.trouble = ""
        self._papers = papers
        self._buttons: Buttons = habits.buttons
        self._window = LAST if habits.paid_replies else FREE
        self._held_until: datetime | None = None
        self._pauses = 0
        self._repeated: set[int] = set()
        self._uploaded: dict[str, tuple[str, datetime]] = {}

    def shown(self, reply: Reply, language: str) -> list[Part]:
        """Return the parts of a reply; where buttons do not work, with a list to choose by."""
        limits = replace(self.limits, buttons=0) if self._buttons == "off" else self.limits
        return render(reply, limits, language, self._public_address)

    async def take_event(self, incoming: Incoming) -> None:
        """Keep what an event says.

        Raises:
            StoreUnavailable: it is not kept; Zalo must send it again.
        """
        if incoming.ignored:
            self.counts[incoming.ignored] += 1
        if not await self._was_erased(incoming):
            for received in incoming.received:
                await self.take(received)
        if incoming.gone is not None:
            await asyncio.to_thread(self.memory.talks.mark_dead, f"{self.name}:{incoming.gone}", self.clock())

    async def _was_erased(self, incoming: Incoming) -> bool:
        """Tell whether an event that erases came before: what was said of it is erased too, but for its last word."""
        if incoming.gone is None or not incoming.received:
            return False
        return await asyncio.to_thread(self.memory.inbox.answered, incoming.received[-1]) is not None

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Send one text or one file, unless the person's window is closed or sending is held up."""
        last = await asyncio.to_thread(self.memory.inbox.last_wrote, outgoing.person)
        if last is None or self.clock() - last > self._window:
            return Delivery("closed")
        if held := self._held():
            return held
        part, user = outgoing.part, outgoing.chat
        answer = await (self._send_paper(outgoing, user) if part.attachments else self._send_part(user, part))
        return self._ended(answer, outgoing.id)

    async def _send_part(self, user: str, part: Part) -> Answer:
        """Send a text, with its buttons if they are taken."""
        if not part.buttons or self._buttons == "off":
            return await self._send_text(user, _plain(part))
        refused = await self.api.send(user, {"text": part.text or "…", "attachment": _keyboard(part.buttons)})
        if not refused.code or self._buttons == "on" or not _rule(refused).plain:
            return refused
        answer = await self._send_text(user, _plain(part))
        if not answer.code:
            _log.error("Zalo does not take buttons (error %s); lists to choose by take their place", refused.code)
            self._buttons = "off"
        return answer

    async def _send_text(self, user: str, text: str) -> Answer:
        """Send a text in as many pieces as it takes; a piece that is too long for Zalo once more in shorter ones."""
        answer = Answer(0)
        for piece in split_text(text, self.limits.text) or ["…"]:
            answer = await self.api.send(user, {"text": piece})
            if answer.code and _rule(answer).act == "split":
                for half in split_text(piece, max(1, length(piece) // 2)):
                    if (answer := await self.api.send(user, {"text": half})).code:
                        return answer
            if answer.code:
                return answer
        return answer

    async def _send_paper(self, outgoing: Outgoing, user: str) -> Answer:
        """Send a file, or a link to one that Zalo does not take."""
        (attached,) = outgoing.part.attachments
        file = self._papers.file(outgoing.person, attached.token)
        if file is None:
            return await self._send_text(user, say("paper_not_found"))
        if Path(attached.name).suffix.lower() not in UPLOADED or file.stat().st_size > UPLOAD_BYTES:
            return await self._send_text(user, self._papers.said(outgoing.person, attached))
        content = await asyncio.to_thread(file.read_bytes)
        answer = await self._send_file(user, attached.name, content)
        if answer.code and _rule(answer).act == "upload":
            self._uploaded.pop(_digest(attached.name, content), None)
            answer = await self._send_file(user, attached.name, content)
        return answer

    async def _send_file(self, user: str, name: str, content: bytes) -> Answer:
        """Send a file by the token it was uploaded under; nobody's file is uploaded twice within days."""
        digest, now = _digest(name, content), self.clock()
        self._uploaded = {key: kept for key, kept in self._uploaded.items() if now < kept[1]}
        if digest not in self._uploaded:
            answer = await self.api.upload(name, content)
            if answer.code or not isinstance(answer.data.get("token"), str):
                # What was only uploaded has not reached anybody.
                return replace(answer, code=UNREACHABLE if answer.code in (0, SILENT) else answer.code)
            self._uploaded[digest] = (answer.data["token"], now + TOKEN_KEPT)
        token = self._uploaded[digest][0]
        return await self.api.send(user, {"attachment": {"type": "file", "payload": {"token": token}}})

    def _ended(self, answer: Answer, part: int) -> Delivery:
        """Return what becomes of a part after an answer, and hold up sending where nothing else would get through."""
        if answer.code in _OF_OUR_OWN:
            return _OF_OUR_OWN[answer.code]
        if not answer.code:
            self.trouble, self._pauses = "", 0
            self._repeated.discard(part)
            return Delivery("sent")
        rule = _rule(answer)
        self.counts[f"error {answer.code}"] += 1
        match rule.act:
            case "dead":
                return Delivery("dead")
            case "close":
                return Delivery("closed")
            case "pause" if held := self._held():  # others were refused at the same moment
                return held
            case "pause":
                self._pauses += 1
                return self._hold(pause(self._pauses, random.random()) * PAUSES)
            case "stop":
                self._alert(rule)
                return self._hold(STOP_SECONDS)
            case "defer":
                return Delivery("later", DEFER_SECONDS)
            case "renew":  # the token that came in its place is refused too
                self._alert(rule)
                return Delivery("later", NO_TOKEN_SECONDS)
            case "again" if part not in self._repeated:
                self._repeated.add(part)
                return Delivery("later")
        self._repeated.discard(part)
        return Delivery("refused")

    def _alert(self, rule: Rule) -> None:
        """Say once that somebody must act."""
        if self.trouble != rule.means:
            _log.critical("nothing can be sent in Zalo: %s", rule.means)
        self.trouble = rule.means

    def _held(self) -> Delivery | None:
        """Return when to try again where sending is held up."""
        if self._held_until is None or self.clock() >= self._held_until:
            return None
        return Delivery("later", (self._held_until - self.clock()).total_seconds())

    def _hold(self, seconds: float) -> Delivery:
        """Send nothing to anybody for so long."""
        self._held_until = self.clock() + timedelta(seconds=seconds)
        return Delivery("later", seconds)


def _rule(answer: Answer) -> Rule:
    return rule_of(answer.code)


def _keyboard(buttons: tuple[Button, ...]) -> Mapping[str, Any]:
    """Return the buttons as Zalo takes them: one tapped comes back as a text, seen in the chat where it is words."""
    rows = [
        {
            "title": button.title,
            "type": "oa.query.hide" if button.payload.startswith("/") else "oa.query.show",
            "payload": button.payload,
        }
        for button in buttons
    ]
    return {"type": "template", "payload": {"buttons": rows}}


def _plain(part: Part) -> str:
    """Return the text of a part with its buttons as the list by which they can be chosen anyway."""
    if not part.buttons:
        return part.text
    language = "en" if is_english(part.text) else "vi"
    return numbered(Reply(part.text, part.buttons, custom=part.custom), language)[0]


def _digest(name: str, content: bytes) -> str:
    return hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
