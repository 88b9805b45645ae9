"""The tables as they are after the last migration.

Whatever belongs to a server refers to its row in `guilds`, and is gone when that row is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Dialect, ForeignKey, MetaData, Table, Text
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


def of_guild(**options: Any) -> Column[int]:
    """Return the column that says to which server a row belongs, and goes with."""
    guild = ForeignKey("guilds.guild_id", ondelete="CASCADE")
    return Column("guild_id", BigInteger, guild, **options)


guilds = Table(
    "guilds",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("left_at", Moment),
)

votes = Table(
    "votes",
    metadata,
    Column("card", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    of_guild(index=True),
)

memory = Table(
    "memory",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
