"""Versions of registrations, comments of the office, links between a person's channels, and their codes.

Every registration there is gets its present state as the first row of its history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.String(32)
_ANSWERS = (
    ("unit_name", sa.String(300)),
    ("unit_type", sa.String(50)),
    ("registration_type", sa.String(20)),
    ("field", sa.String(30)),
    ("model_name", sa.String(300)),
    ("quantity", sa.Integer),
    ("start_period", sa.String(7)),
    ("location", sa.String(300)),
    ("scale", sa.String(20)),
    ("completion_period", sa.String(7)),
)


def upgrade() -> None:
    """Add the tables and the column, and begin the history of what is there."""
    op.add_column("registrations", sa.Column("comments", sa.JSON))
    op.create_table(
        "registration_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("draft_id", sa.String(36)),
        *(sa.Column(name, kind) for name, kind in _ANSWERS),
        sa.Column("form", sa.JSON, nullable=False),
        sa.Column("comments", sa.JSON),
        sa.UniqueConstraint("reference", "version", name="one_row_a_version"),
        sa.UniqueConstraint("draft_id", name="one_version_a_draft"),
    )
    op.create_index("versions_by_person", "registration_versions", ["person"])
    op.create_index("audit_by_person", "audit", ["person"])
    _begin_the_history()
    op.create_table(
        "links",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("circle", sa.String(36), nullable=False),
        sa.Column("linked_at", _MOMENT, nullable=False),
    )
    op.create_index("links_by_circle", "links", ["circle"])
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("link_codes_by_person", "link_codes", ["person"])
    op.create_table(
        "wrong_codes",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
    )


def _begin_the_history() -> None:
    same = ("reference", "version", "status", "late", "person", "draft_id", *(name for name, _ in _ANSWERS), "form")
    columns = ", ".join(f'"{name}"' for name in same)
    op.execute(
        f'INSERT INTO registration_versions ({columns}, "at") SELECT {columns}, submitted_at FROM registrations '
        "ORDER BY id"
    )


def downgrade() -> None:
    """Drop what was added."""
    for table in ("wrong_codes", "link_codes", "links", "registration_versions"):
        op.drop_table(table)
    op.drop_index("audit_by_person", "audit")
    op.drop_column("registrations", "comments")
