"""What processes keep in memory of a server, each kind with the number of its last change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table; every process reads everything when it starts, so it begins empty."""
    guild = sa.ForeignKey("guilds.guild_id", ondelete="CASCADE")
    op.create_table(
        "changes",
        sa.Column("guild_id", sa.BigInteger, guild, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_changes_number", "changes", ["number"])
