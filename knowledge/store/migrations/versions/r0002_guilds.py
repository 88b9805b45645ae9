"""Servers: where the bot is or was, and which votes were cast there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table of servers and let votes refer to it."""
    op.create_table(
        "guilds",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("met", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("left_at", sa.DateTime),
    )
    with op.batch_alter_table("votes") as votes:
        votes.add_column(sa.Column("guild_id", sa.BigInteger))
        votes.create_foreign_key("votes_guild", "guilds", ["guild_id"], ["guild_id"], ondelete="CASCADE")
        votes.create_index("ix_votes_guild_id", ["guild_id"])
