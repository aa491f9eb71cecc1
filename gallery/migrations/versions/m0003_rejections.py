"""Rejections know the place in the photo that they are about, and are found by the photo."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the box; what was decided before is about the whole photo."""
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("box", sa.String(50), nullable=False, server_default=""))
        decisions.drop_constraint("uq_decisions", type_="unique")
        decisions.create_unique_constraint("uq_decisions", ["entity_id", "kind", "photo", "box"])
        decisions.create_index("ix_decisions_photo", ["photo"])


def downgrade() -> None:
    """Let what is about a place be about the whole photo: whoever was rejected stays so."""
    op.execute(
        "DELETE FROM decisions WHERE id NOT IN "
        "(SELECT MIN(id) FROM decisions GROUP BY entity_id, kind, photo)"
    )
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_index("ix_decisions_photo")
        decisions.drop_constraint("uq_decisions", type_="unique")
        decisions.create_unique_constraint("uq_decisions", ["entity_id", "kind", "photo"])
        decisions.drop_column("box")
