"""What people wish to be reminded of, and the reminders they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reminder_wishes",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("about", sa.String(100), primary_key=True),
        sa.Column("chat", sa.String(255), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("days", sa.JSON, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "reminders_given",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("reminders_given")
    op.drop_table("reminder_wishes")
