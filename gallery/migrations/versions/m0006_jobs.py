"""Bulk runs and their reports."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables of runs."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("trial", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("total", sa.Integer),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("added", "updated", "unchanged", "skipped")
        ),
        sa.Column("stopping", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("begun", sa.Double, nullable=False),
        sa.Column("beat", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_lines",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "job_id", sa.Integer, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("photo", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reason", "detail", "name")),
        sa.Column("picture", sa.LargeBinary),
    )


def downgrade() -> None:
    """Drop runs and reports."""
    for table in ("job_lines", "jobs"):
        op.drop_table(table)
