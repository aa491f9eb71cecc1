"""Things beside faces: spaces have a kind, and whole photos can be embedded for search."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Say of each space what it embeds, and add the embeddings of whole photos."""
    with op.batch_alter_table("spaces") as spaces:
        spaces.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="face"))
        spaces.alter_column("faces", new_column_name="model", existing_type=sa.Text, existing_nullable=False)
    with op.batch_alter_table("spaces") as spaces:
        spaces.alter_column("kind", server_default=None, existing_type=sa.String(20), existing_nullable=False)
    op.create_table(
        "photo_embeddings",
        sa.Column(
            "photo", sa.String(64), sa.ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("space", sa.String(200), sa.ForeignKey("spaces.name"), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_photo_embeddings_space", "photo_embeddings", ["space"])


def downgrade() -> None:
    """Drop the embeddings of whole photos and the kinds; spaces of things stay as if they were of faces."""
    op.drop_table("photo_embeddings")
    with op.batch_alter_table("spaces") as spaces:
        spaces.alter_column("model", new_column_name="faces", existing_type=sa.Text, existing_nullable=False)
        spaces.drop_column("kind")
