"""What people decide: merges, edits and bans that survive re-ingest, and the forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0002"
down_revision = "0001"

_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'entities'"


@contextmanager
def _changed_entities() -> Iterator[BatchOperations]:
    """SQLite builds a changed table anew: the counter that never gives out an id twice has to be kept."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    last = op.get_bind().execute(sa.text(_LAST_ID)).scalar() if on_sqlite else None
    with op.batch_alter_table("entities", table_kwargs={"sqlite_autoincrement": True}) as entities:
        yield entities
    if last is not None:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'entities'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('entities', {last})")


def upgrade() -> None:
    """Add the pointer of a merge and the tables of decisions."""
    with _changed_entities() as entities:
        entities.add_column(sa.Column("merged_into", sa.Integer))
        entities.create_foreign_key("fk_entities_merged_into", "entities", ["merged_into"], ["id"])
        entities.create_index("ix_entities_merged_into", ["merged_into"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("entity_id", sa.Integer, sa.ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("photo", sa.String(64), nullable=False),
        sa.UniqueConstraint("entity_id", "kind", "photo", name="uq_decisions"),
    )
    op.create_table("forgotten", sa.Column("key", sa.String(64), primary_key=True))
    op.create_table(
        "notes",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop merges, decisions and the list of the forgotten."""
    for table in ("notes", "forgotten", "decisions"):
        op.drop_table(table)
    with _changed_entities() as entities:
        entities.drop_index("ix_entities_merged_into")
        entities.drop_constraint("fk_entities_merged_into", type_="foreignkey")
        entities.drop_column("merged_into")
