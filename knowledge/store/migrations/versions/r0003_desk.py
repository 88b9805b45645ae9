"""The moderators' desk: entries, drafts, questions, pointers, settings; and when and why people voted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables, and give votes a time."""
    _extend_votes()
    numbers = op.create_table(
        "numbers", sa.Column("last", sa.BigInteger, primary_key=True, autoincrement=False)
    )
    op.bulk_insert(numbers, [{"last": 0}])
    op.create_table(
        "guild_settings",
        _of_guild(primary_key=True, autoincrement=False),
        sa.Column("settings", sa.Text, nullable=False),
    )
    _create_entries()
    _create_review_queue()


def _of_guild(**options: Any) -> sa.Column[int]:
    guild = sa.ForeignKey("guilds.guild_id", ondelete="CASCADE")
    return sa.Column("guild_id", sa.BigInteger, guild, **options)


def _extend_votes() -> None:
    """Add when a vote was cast, and why. Earlier ones count as cast now, so as not to be kept for ever."""
    op.add_column("votes", sa.Column("at", sa.DateTime))
    op.execute("UPDATE votes SET at = CURRENT_TIMESTAMP")
    op.create_table(
        "vote_reasons",
        sa.Column("card", sa.Text, primary_key=True),
        sa.Column("user_id", sa.BigInteger, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["card", "user_id"], ["votes.card", "votes.user_id"], ondelete="CASCADE"),
    )


def _create_entries() -> None:
    op.create_table(
        "revisions",
        _of_guild(primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("change", sa.BigInteger, nullable=False, unique=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("author_id", sa.BigInteger),
        sa.Column("approver_id", sa.BigInteger),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        _of_guild(nullable=False, index=True),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("question_id", sa.BigInteger),
        sa.Column("submitted", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )


def _create_review_queue() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        _of_guild(nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("closed_by", sa.BigInteger),
        sa.Column("closed_at", sa.DateTime),
        sa.Index("ix_questions_guild_id_key", "guild_id", "key"),
    )
    op.create_table(
        "askers",
        sa.Column(
            "question_id", sa.BigInteger, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("tell", sa.Text, nullable=False),
    )
    op.create_table(
        "pointers",
        sa.Column("change", sa.BigInteger, primary_key=True, autoincrement=False),
        _of_guild(nullable=False, index=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("made_by", sa.BigInteger),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "blocks",
        _of_guild(primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("made_by", sa.BigInteger),
        sa.Column("at", sa.DateTime, nullable=False),
    )
