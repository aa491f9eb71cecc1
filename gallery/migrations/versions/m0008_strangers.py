"""Faces that were seen and not known, kept for a time where somebody switches that on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables; they stay empty unless it is switched on."""
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "strangers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group", sa.Integer, nullable=False),
        sa.Column("space", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("crop", sa.LargeBinary, nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_strangers_group", "strangers", ["group"])
    op.create_index("ix_strangers_seen", "strangers", ["seen"])
    op.create_table(
        "ignored",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("space", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "watch_lines",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop all unknown faces: an older Placard would keep them for ever."""
    for name in ("watch_lines", "ignored", "strangers", "watch"):
        op.drop_table(name)
