"""The first tables: drafts, registrations, reference numbers, consents, people, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.String(32)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("plan_id", sa.String(100)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_index("drafts_by_person", "drafts", ["person", "updated_at"])
    op.create_index("drafts_by_age", "drafts", ["updated_at"])
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("draft_id", sa.String(36), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("plan_id", sa.String(100), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("unit_key", sa.String(300), nullable=False),
        sa.Column("unit_name", sa.String(300)),
        sa.Column("unit_type", sa.String(50)),
        sa.Column("registration_type", sa.String(20)),
        sa.Column("field", sa.String(30)),
        sa.Column("model_name", sa.String(300)),
        sa.Column("quantity", sa.Integer),
        sa.Column("start_period", sa.String(7)),
        sa.Column("location", sa.String(300)),
        sa.Column("scale", sa.String(20)),
        sa.Column("completion_period", sa.String(7)),
        sa.Column("form", sa.JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("submitted_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("reference", name="one_registration_a_reference"),
        sa.UniqueConstraint("draft_id", name="one_registration_a_draft"),
    )
    op.create_index("registrations_by_person", "registrations", ["person"])
    op.create_index("registrations_by_unit", "registrations", ["plan_id", "unit_key"])
    op.create_table(
        "reference_numbers",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "consents",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("notice", sa.String(20), primary_key=True),
        sa.Column("given_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("last_plan", sa.String(100)),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("subject", sa.String(50), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("audit_by_subject", "audit", ["subject"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("audit", "people", "consents", "reference_numbers", "registrations", "drafts"):
        op.drop_table(table)
