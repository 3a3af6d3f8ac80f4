"""Telegram: messages by long polling or webhook, replies with inline keyboards and files.

Updates are kept in the inbox before Telegram is told that they have arrived; replies come out of the outbox, so that
retries outlive the process. python-telegram-bot's `Bot` speaks to the server, its limiter keeps to the rates.
"""

import asyncio
import contextlib
import html
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, InlineKeyboardButtonLimit, MessageLimit, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.channels.messenger import Delivery, Messenger
from bot.channels.rendering import FindPaper, Limits, no_paper, utf16_length
from bot.channels.telegram.updates import read
from bot.channels.typing_sign import typing_shown
from bot.commands import commands
from bot.dialogue import Dialogue
from bot.memory.opening import Memory
from bot.memory.outbox import Outgoing
from bot.messages import Part, Received
from bot.wording import LANGUAGES, say

_UNREACHABLE = ("chat not found", "user is deactivated", "peer_id_invalid", "group chat was deleted")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # Telegram would fetch the office's page for it
_log = logging.getLogger(__name__)


class Telegram(Messenger):
    """The bot that `bot` speaks for; `find` gives the file kept for a person under a token."""

    name: ClassVar[str] = "telegram"
    limits: ClassVar[Limits] = Limits(
        text=MessageLimit.MAX_TEXT_LENGTH, buttons=12, button_title=60, measure=utf16_length
    )
    notice: ClassVar[str] = "telegram_notice"
    unasked: ClassVar[timedelta | None] = None

    def __init__(
        self,
        bot: Bot,
        dialogue: Dialogue,
        memory: Memory,
        clock: Callable[[], datetime],
        public_address: str = "",
        find: FindPaper = no_paper,
    ) -> None:
        super().__init__(dialogue, memory, clock, public_address)
        self.bot = bot
        self._find = find
        self._signs: set[asyncio.Task[None]] = set()

    async def introduce(self) -> None:
        """Learn the bot's own name and put the commands into its menu, by language.

        Raises:
            TelegramError: Telegram cannot be asked, or does not know the token.
        """
        await self.bot.initialize()
        for language in LANGUAGES:
            menu = [BotCommand(command.name, command.menu[language]) for command in commands().values()]
            await self.bot.set_my_commands(menu, language_code=None if language == "vi" else language)

    async def take_update(self, update: Update) -> None:
        """Keep what an update says.

        Raises:
            StoreUnavailable: it is not kept; Telegram must send it again.
        """
        incoming = read(update, self.bot.bot)
        if incoming.ignored:
            self.counts[incoming.ignored] += 1
        if incoming.gone is not None:
            await asyncio.to_thread(self.memory.talks.mark_dead, f"{self.name}:{incoming.gone}", self.clock())
        if incoming.received is not None:
            await self.take(incoming.received)
        if incoming.query is not None:
            self._in_background(self._answer_query(incoming.query))

    async def take(self, received: Received) -> bool:
        """Keep a message; a pressed button with the payload that its key stands for."""
        if received.kind == "pressed":
            payload = await asyncio.to_thread(self.memory.payloads.whole, received.text)
            if payload is None:
                received = replace(received, kind="unreadable", text="old_button")
            else:
                received = replace(received, text=payload)
        return await super().take(received)

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Send one text or one file."""
        try:
            await self._send(outgoing)
        except RetryAfter as error:
            wait = error.retry_after
            return Delivery("later", wait if isinstance(wait, int | float) else wait.total_seconds())
        except (Forbidden, ChatMigrated):
            return Delivery("dead")
        except BadRequest as error:  # a NetworkError to the library, but asking again does not help
            _log.error("Telegram does not take a part: %s", error.message)
            return Delivery("dead" if error.message.lower() in _UNREACHABLE else "refused")
        except TimedOut:
            return Delivery("doubtful")
        except TelegramError as error:
            _log.warning("Telegram cannot be reached now: %s", type(error).__name__)
            return Delivery("later")
        return Delivery("sent")

    @asynccontextmanager
    async def at_work(self, received: Received) -> AsyncIterator[None]:
        """Show the sign of typing where the block takes a while, as long as it runs."""
        async with typing_shown(lambda: self._type(received.chat)):
            yield

    async def _type(self, chat: str) -> None:
        with contextlib.suppress(TelegramError):
            await self.bot.send_chat_action(int(chat), ChatAction.TYPING)

    async def _send(self, outgoing: Outgoing) -> None:
        part, chat = outgoing.part, int(outgoing.chat)
        answered: dict[str, Any] = {}
        if outgoing.in_reply_to is not None:
            answered["reply_parameters"] = ReplyParameters(int(outgoing.in_reply_to), allow_sending_without_reply=True)
        for attached in part.attachments:
            file = self._find(outgoing.person, attached.token)
            if file is None:
                await self.bot.send_message(chat, say("paper_not_found"), **answered)
                continue
            content = await asyncio.to_thread(file.read_bytes)
            await self.bot.send_document(chat, content, filename=attached.name, **answered)
        if part.text or part.buttons:
            keyboard = await asyncio.to_thread(self._keyboard, part)
            text = _marked_up(part) or "…"
            await self.bot.send_message(
                chat, text, ParseMode.HTML, link_preview_options=_NO_PREVIEW, reply_markup=keyboard, **answered
            )

    def _keyboard(self, part: Part) -> InlineKeyboardMarkup | None:
        rows = []
        for button in part.buttons:
            limit = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
            carried = self.memory.payloads.shortened(button.payload, limit, self.clock())
            rows.append([InlineKeyboardButton(button.title, callback_data=carried)])
        return InlineKeyboardMarkup(rows) if rows else None

    async def _answer_query(self, query: str) -> None:
        with contextlib.suppress(TelegramError):  # too old: nothing waits for it any more
            await self.bot.answer_callback_query(query)

    def _in_background(self, sign: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(sign)
        self._signs.add(task)
        task.add_done_callback(self._signs.discard)


def _marked_up(part: Part) -> str:
    """Return the text as Telegram's HTML, quotations of the plan set apart."""
    text = html.escape(part.text, quote=False)
    for cited in part.citations:
        quote = html.escape(f"“{cited.quote}”", quote=False)
        text = text.replace(f"\n{quote}\n", f"\n<blockquote>{quote}</blockquote>\n", 1)
    return text
