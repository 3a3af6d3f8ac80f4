"""The first table: questions without an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.String(32)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("likeness", sa.String(64), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("plan_id", sa.String(100)),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("plan_ids", sa.JSON, nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("likeness", name="one_row_a_question"),
    )
    op.create_index("unanswered_by_age", "unanswered", ["last_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("unanswered")
