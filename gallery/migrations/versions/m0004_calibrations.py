"""Thresholds that were estimated on the gallery itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table of calibrations."""
    op.create_table(
        "calibrations",
        sa.Column("space", sa.String(200), sa.ForeignKey("spaces.name"), primary_key=True),
        sa.Column("threshold", sa.Double, nullable=False),
        sa.Column("margin", sa.Double, nullable=False),
        sa.Column("fpir", sa.Double, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("gallery_size", sa.Integer, nullable=False),
        sa.Column("references", sa.Integer, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop all calibrations: the shipped thresholds are in use again."""
    op.drop_table("calibrations")
