"""The tables of the registration store, as typed SQLAlchemy classes. Migrations create them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from knowledge.database import AwareTime


class Base(DeclarativeBase):
    """The tables of this store and no others."""


class DraftRow(Base):
    """An unfinished registration. `payload` is the draft as plain data."""

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person: Mapped[str] = mapped_column(String(255))
    plan_id: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(AwareTime)
    updated_at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (Index("drafts_by_person", "person", "updated_at"), Index("drafts_by_age", "updated_at"))


class Answered:
    """The ten fields as columns, `form` what was asked at the time, `comments` what the office says to it by field."""

    unit_name: Mapped[str | None] = mapped_column(String(300))
    unit_type: Mapped[str | None] = mapped_column(String(50))
    registration_type: Mapped[str | None] = mapped_column(String(20))
    field: Mapped[str | None] = mapped_column(String(30))
    model_name: Mapped[str | None] = mapped_column(String(300))
    quantity: Mapped[int | None] = mapped_column(Integer)
    start_period: Mapped[str | None] = mapped_column(String(7))
    location: Mapped[str | None] = mapped_column(String(300))
    scale: Mapped[str | None] = mapped_column(String(20))
    completion_period: Mapped[str | None] = mapped_column(String(7))
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    comments: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


class RegistrationRow(Answered, Base):
    """A submitted registration as it stands now.

    `draft_id` is unique: a draft becomes one registration, however often it is submitted. `version` counts
    every change, of the answers or of the status; each has its `VersionRow`.
    """

    __tablename__ = "registrations"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    draft_id: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(255))
    plan_id: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    late: Mapped[bool] = mapped_column(Boolean)
    unit_key: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(AwareTime)
    updated_at: Mapped[datetime] = mapped_column(AwareTime)
    submitted_at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (
        UniqueConstraint("reference", name="one_registration_a_reference"),
        UniqueConstraint("draft_id", name="one_registration_a_draft"),
        Index("registrations_by_person", "person"),
        Index("registrations_by_unit", "plan_id", "unit_key"),
    )


class VersionRow(Answered, Base):
    """One version of a registration, whole, as `person` left it at `at`. Rows are only added.

    `draft_id` names the draft that it came from, if from one: a draft makes one version.
    """

    __tablename__ = "registration_versions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    late: Mapped[bool] = mapped_column(Boolean)
    person: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(AwareTime)
    draft_id: Mapped[str | None] = mapped_column(String(36))

    __table_args__ = (
        UniqueConstraint("reference", "version", name="one_row_a_version"),
        UniqueConstraint("draft_id", name="one_version_a_draft"),
        Index("versions_by_person", "person"),
    )


class ReferenceRow(Base):
    """The last number given in a plan year."""

    __tablename__ = "reference_numbers"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class ConsentRow(Base):
    """The moment at which a person agreed to a version of the notice."""

    __tablename__ = "consents"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    notice: Mapped[str] = mapped_column(String(20), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(AwareTime)


class PersonRow(Base):
    """What is remembered of a person between registrations."""

    __tablename__ = "people"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    last_plan: Mapped[str | None] = mapped_column(String(100))
    updated_at: Mapped[datetime] = mapped_column(AwareTime)


class LinkRow(Base):
    """One name of somebody who writes in several channels: all persons of one `circle` are the same human."""

    __tablename__ = "links"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    circle: Mapped[str] = mapped_column(String(36))
    linked_at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (Index("links_by_circle", "circle"),)


class CodeRow(Base):
    """A code for another channel that still can be used, as its digest."""

    __tablename__ = "link_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[datetime] = mapped_column(AwareTime)

    __table_args__ = (Index("link_codes_by_person", "person"),)


class WrongCodesRow(Base):
    """How many wrong codes a person has given in a row, and when the last."""

    __tablename__ = "wrong_codes"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(AwareTime)


class AuditRow(Base):
    """One change: who did what to which draft, registration or consent, and when. Holds no answers."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(AwareTime)
    person: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(50))
    version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("audit_by_subject", "subject"), Index("audit_by_person", "person"))
