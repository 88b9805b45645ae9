"""The tables as they are after the last migration.

Whatever belongs to a server refers to its row in `guilds`, and is gone when that row is.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.sql import false
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python; SQLite keeps no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment as it is stored; raises `ValueError` for one without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone says nothing.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a stored moment in UTC."""
        return value.replace(tzinfo=UTC) if value else None


class Typed(TypeDecorator[str]):
    """Text as somebody typed it: as JSON, since a database refuses some of what can be typed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return a text as it is stored."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return a stored text as it was typed."""
        return None if value is None else str(json.loads(value))


def of_guild(**options: Any) -> Column[int]:
    """Return the column that says to which server a row belongs, and goes with."""
    guild = ForeignKey("guilds.guild_id", ondelete="CASCADE")
    return Column("guild_id", BigInteger, guild, **options)


guilds = Table(
    "guilds",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("met", Boolean, nullable=False, server_default=false()),
    Column("left_at", Moment),
)

votes = Table(
    "votes",
    metadata,
    Column("card", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    of_guild(index=True),
    Column("at", Moment),
)

vote_reasons = Table(
    "vote_reasons",
    metadata,
    Column("card", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("reason", Typed, nullable=False),
    Column("question", Typed, nullable=False),
    ForeignKeyConstraint(["card", "user_id"], ["votes.card", "votes.user_id"], ondelete="CASCADE"),
)

memory = Table(
    "memory",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# The one row has the number last given: to a change of an entry, a pointer, a draft or a question. No number
# is given twice, so what is gone is never taken for something newer. Only one writes at a time, so changes
# become visible in their order.
numbers = Table("numbers", metadata, Column("last", BigInteger, primary_key=True, autoincrement=False))

# What processes keep in memory of a server, by its kind, with the number of its last change: a process that
# was away reads what has a greater number than the last that it knows.
changes = Table(
    "changes",
    metadata,
    of_guild(primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, index=True),
)

guild_settings = Table(
    "guild_settings",
    metadata,
    of_guild(primary_key=True, autoincrement=False),
    Column("settings", Text, nullable=False),
)

# An entry is what its last revision says. Revisions are only ever added, but for the names of who made them.
revisions = Table(
    "revisions",
    metadata,
    of_guild(primary_key=True, autoincrement=False),
    Column("entry_id", Typed, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("change", BigInteger, nullable=False, unique=True),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("author_id", BigInteger),
    Column("approver_id", BigInteger),
    Column("at", Moment, nullable=False),
    Column("reason", Typed, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    of_guild(nullable=False, index=True),
    Column("author_id", BigInteger, nullable=False),
    Column("typed", Text, nullable=False),
    Column("entry_id", Typed, nullable=False),
    Column("since", Integer, nullable=False),
    Column("question_id", BigInteger),
    Column("submitted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sent_back", Typed, nullable=False, server_default=json.dumps("")),
)

questions = Table(
    "questions",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    of_guild(nullable=False),
    Column("key", Typed, nullable=False),
    Column("outcome", Text),
    Column("closed_by", BigInteger),
    Column("closed_at", Moment),
    Column("news", Typed),
    Index("ix_questions_guild_id_key", "guild_id", "key"),
)

# Each person's own words are kept, so that a question outlives the one who asked it first without theirs.
askers = Table(
    "askers",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("text", Typed, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel_id", BigInteger),
    Column("tell", Text, nullable=False),
    Column("untold", Boolean, nullable=False, server_default=false()),
)

pointers = Table(
    "pointers",
    metadata,
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    of_guild(nullable=False, index=True),
    Column("question", Typed, nullable=False),
    Column("target", Typed, nullable=False),
    Column("made_by", BigInteger),
    Column("at", Moment, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    of_guild(primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("made_by", BigInteger),
    Column("at", Moment, nullable=False),
)
