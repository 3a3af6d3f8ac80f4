"""The tables of what the channels remember, as typed SQLAlchemy classes. Migrations create them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from knowledge.database import AwareTime

UNTIL_THEY_WRITE = datetime(9000, 1, 1, tzinfo=UTC)
"""`not_before` of a talk in which nothing may be sent until the person writes again."""


class Base(DeclarativeBase):
    """The tables of this store and no others."""


class InboxRow(Base):
    """A message taken in; `state`: `waiting` for its turn, or `done`. Ids grow in the order of arrival."""

    __tablename__ = "inbox"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person: Mapped[str] = mapped_column(String(255))
    channel: Mapped[str] = mapped_column(String(30))
    user: Mapped[str] = mapped_column(String(255))
    chat: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    in_reply_to: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (
        UniqueConstraint("person", "message_id", name="a_message_once"),
        Index("inbox_waiting", "state", "person", "id"),
        Index("inbox_by_age", "at"),
    )


class OutboxRow(Base):
    """One part for a person; `state`: `waiting`, `sent` or `given_up`.

    `inbox_id` names the message it answers, if one. `doubtful`: a sending ended without an answer, so the part
    may have arrived.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    inbox_id: Mapped[int | None] = mapped_column(Integer)
    person: Mapped[str] = mapped_column(String(255))
    channel: Mapped[str] = mapped_column(String(30))
    chat: Mapped[str] = mapped_column(String(255))
    in_reply_to: Mapped[str | None] = mapped_column(String(100))
    part: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    doubtful: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (
        Index("outbox_waiting", "state", "person", "id"),
        Index("outbox_of_message", "inbox_id"),
        Index("outbox_by_age", "at"),
    )


class TalkRow(Base):
    """What is remembered of the talk with one person.

    `options` maps what may be typed to the payload it stands for, `offered` lists the payloads of the buttons
    shown last. `noticed`: the channel's notice was given. `told`: the person knows that the assistant is down.
    `dead`: the person cannot be reached. After `attempts` failures in a row nothing is tried before `not_before`.
    """

    __tablename__ = "talks"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    options: Mapped[dict[str, str]] = mapped_column(JSON)
    offered: Mapped[list[str]] = mapped_column(JSON)
    noticed: Mapped[bool] = mapped_column(Boolean)
    told: Mapped[bool] = mapped_column(Boolean)
    dead: Mapped[bool] = mapped_column(Boolean)
    attempts: Mapped[int] = mapped_column(Integer)
    not_before: Mapped[datetime | None] = mapped_column(AwareTime)
    at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (Index("talks_by_age", "at"),)


class WishRow(Base):
    """What a person wishes to be reminded of, on how many `days` before a deadline; no days: not of this.

    `about` is a plan's id, `*` for all plans, or `:drafts`. Only deadlines whose day of reminding comes after `at`
    are reminded of.
    """

    __tablename__ = "reminder_wishes"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    about: Mapped[str] = mapped_column(String(100), primary_key=True)
    chat: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(2))
    days: Mapped[list[int]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(AwareTime)


class ReminderRow(Base):
    """A reminder that was given, so that it is given once; `mark` names what it was of and how long before."""

    __tablename__ = "reminders_given"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    mark: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(AwareTime)


class PayloadRow(Base):
    """A payload too long for a messenger's button, under the short key that the button carries."""

    __tablename__ = "button_payloads"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    payload: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(AwareTime)
