"""Pictures that people chose for entities, and indexes for lists of one kind or source by name."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table of chosen covers and two indexes."""
    op.create_table(
        "covers",
        sa.Column(
            "entity_id", sa.Integer, sa.ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "reference_id", sa.Integer, sa.ForeignKey("references.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_entities_kind_name", "entities", ["kind", "name_key"])
    op.create_index("ix_entities_source_name", "entities", ["source", "name_key"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_entities_source_name", "entities")
    op.drop_index("ix_entities_kind_name", "entities")
    op.drop_table("covers")
