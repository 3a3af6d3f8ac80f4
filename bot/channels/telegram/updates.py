"""What a Telegram update says: a message for the assistant, or something that is only counted."""

import re
from dataclasses import dataclass
from typing import Literal

from telegram import CallbackQuery, ChatMember, Message, Update, User
from telegram.constants import ChatType

from bot.messages import Received

UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
"""The kinds of update that are asked for."""

_UNREADABLE = {
    "sticker": ("sticker",),
    "voice": ("voice", "audio", "video_note"),
    "location": ("location", "venue"),
    "file": ("document", "photo", "video", "animation"),
    "unreadable": ("contact", "poll", "dice", "game", "invoice", "story", "paid_media", "checklist"),
}
"""Key of the sentence that answers it -> what a message may hold instead of text."""


@dataclass(frozen=True)
class Incoming:
    """What to do with an update: take `received`, or only count `ignored`.

    `query` is a pressed button that waits for a sign; `gone` a person who has blocked the assistant.
    """

    received: Received | None = None
    ignored: Literal["", "unknown_update", "from_bot", "not_spoken_to", "service", "member"] = ""
    query: str | None = None
    gone: str | None = None


def read(update: Update, me: User) -> Incoming:
    """Return what `update` says to the bot `me`."""
    number = str(update.update_id)
    if update.callback_query is not None:
        return _pressed(update.callback_query, number)
    if update.my_chat_member is not None:
        member = update.my_chat_member
        blocked = member.new_chat_member.status == ChatMember.BANNED and member.chat.type == ChatType.PRIVATE
        return Incoming(ignored="member", gone=str(member.from_user.id) if blocked else None)
    message = update.message or update.edited_message
    if message is None:
        return Incoming(ignored="unknown_update")
    return _written(message, number, me, edited=update.message is None)


def _written(message: Message, number: str, me: User, edited: bool) -> Incoming:
    if message.from_user is None or message.from_user.is_bot:
        return Incoming(ignored="from_bot")
    in_group = message.chat.type != ChatType.PRIVATE
    text, spoken_to = _addressed(message, me) if in_group else (message.text or "", True)
    if not spoken_to:
        return Incoming(ignored="not_spoken_to")
    unreadable = "edited" if edited and message.text else _unreadable(message)
    if unreadable is None and (message.text is None or edited):  # somebody joined, a pinned message, a moving location
        return Incoming(ignored="service")
    user = f"{message.chat.id}:{message.message_id}" if in_group else str(message.from_user.id)
    return Incoming(
        Received(
            channel="telegram",
            user=user,
            chat=str(message.chat.id),
            message_id=number,
            kind="unreadable" if unreadable else "typed",
            text=unreadable or text,
            in_reply_to=str(message.message_id) if in_group else None,
        )
    )


def _pressed(query: CallbackQuery, number: str) -> Incoming:
    """A button pressed; in a group it belongs to the question that its message answers."""
    shown = query.message
    if shown is None or query.data is None:
        return Incoming(ignored="unknown_update", query=query.id)
    in_group = shown.chat.type != ChatType.PRIVATE
    asked = shown.reply_to_message if isinstance(shown, Message) else None
    question = str(asked.message_id if asked else shown.message_id)
    user = f"{shown.chat.id}:{question}" if in_group else str(query.from_user.id)
    reply_to = question if in_group else None
    received = Received("telegram", user, str(shown.chat.id), number, "pressed", query.data, reply_to)
    return Incoming(received, query=query.id)


def _addressed(message: Message, me: User) -> tuple[str, bool]:
    """Return the text without the bot's name, and whether it is meant for the bot: named, answered, or a command."""
    text = message.text or message.caption or ""
    mention = re.compile(rf"@{re.escape(me.username or '')}\b", re.IGNORECASE)
    to_another = re.match(r"\s*/\w+@", text) is not None and mention.search(text) is None
    answered = message.reply_to_message is not None and message.reply_to_message.from_user == me
    spoken_to = mention.search(text) is not None or answered or text.lstrip().startswith("/")
    return mention.sub("", text).strip(), spoken_to and not to_another


def _unreadable(message: Message) -> str | None:
    return next((key for key, holds in _UNREADABLE.items() if any(getattr(message, name) for name in holds)), None)
