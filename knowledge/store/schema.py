"""The tables as they are after the last migration."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text

metadata = MetaData()

votes = Table(
    "votes",
    metadata,
    Column("card", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("helpful", Boolean, nullable=False),
)

memory = Table(
    "memory",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
