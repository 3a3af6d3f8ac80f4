"""The first tables: messages taken in, parts to send, what is remembered of a talk, payloads of buttons."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.String(32)
_NAME = sa.String(255)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", _NAME, nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("user", _NAME, nullable=False),
        sa.Column("chat", _NAME, nullable=False),
        sa.Column("message_id", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("in_reply_to", sa.String(100)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint("person", "message_id", name="a_message_once"),
    )
    op.create_index("inbox_waiting", "inbox", ["state", "person", "id"])
    op.create_index("inbox_by_age", "inbox", ["at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("inbox_id", sa.Integer),
        sa.Column("person", _NAME, nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("chat", _NAME, nullable=False),
        sa.Column("in_reply_to", sa.String(100)),
        sa.Column("part", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("outbox_waiting", "outbox", ["state", "person", "id"])
    op.create_index("outbox_of_message", "outbox", ["inbox_id"])
    op.create_index("outbox_by_age", "outbox", ["at"])
    op.create_table(
        "talks",
        sa.Column("person", _NAME, primary_key=True),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("offered", sa.JSON, nullable=False),
        sa.Column("noticed", sa.Boolean, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("dead", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", _MOMENT),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("talks_by_age", "talks", ["at"])
    op.create_table(
        "button_payloads",
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("button_payloads", "talks", "outbox", "inbox"):
        op.drop_table(table)
