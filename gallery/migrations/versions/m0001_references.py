"""Entities, their references in photos, and embeddings by space."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables that recognition needs."""
    revision_table = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    op.bulk_insert(revision_table, [{"id": 1, "value": 0}])
    op.create_table(
        "spaces",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("faces", sa.Text, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
    )
    op.create_table(
        "entities",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identity", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("noun", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False, index=True),
        sa.Column("biography", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
    )
    op.create_table(
        "references",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "entity_id",
            sa.Integer,
            sa.ForeignKey("entities.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("photo", sa.String(64), sa.ForeignKey("photos.sha256"), nullable=False, index=True),
        *(sa.Column(side, sa.Integer, nullable=False) for side in ("left", "top", "right", "bottom")),
        *(
            sa.Column(name, sa.Double, nullable=False)
            for name in ("confidence", "sharpness", "brightness", "yaw")
        ),
        sa.Column("landmarks", sa.LargeBinary),
        sa.Column("crop", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("entity_id", "photo", name="uq_references_entity_photo"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "embeddings",
        sa.Column(
            "reference_id", sa.Integer, sa.ForeignKey("references.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("space", sa.String(200), sa.ForeignKey("spaces.name"), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_embeddings_space_revision", "embeddings", ["space", "revision"])
    op.create_table(
        "tombstones",
        sa.Column("reference_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("tombstones", "embeddings", "references", "photos", "entities", "spaces", "revision"):
        op.drop_table(table)
